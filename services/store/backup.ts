/** Command line of backup and restore: `node services/store/backup.ts dump|restore|verify FILE`. */
import path from 'node:path';
import { verifyArchive } from './archive.ts';
import { dump } from './dump.ts';
import { restore } from './restore.ts';

const USAGE = `usage: node services/store/backup.ts dump FILE | restore FILE [--force] | verify FILE
DATABASE_URL is the url of mon_backup for dump, of the owner for restore.`;

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

function databaseUrl(env: NodeJS.ProcessEnv): string {
  const url = env['DATABASE_URL'];
  if (!url) throw new Error(`DATABASE_URL is not set.\n${USAGE}`);
  return url;
}

/** Runs one command; returns what to print. @throws Error with one sentence for the person. */
export async function runBackup(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  now: Date,
): Promise<string> {
  const force = args.includes('--force');
  const [command, name, ...rest] = args.filter((arg) => arg !== '--force');
  if (name === undefined || rest.length > 0) throw new Error(USAGE);
  const file = path.resolve(name);
  switch (command) {
    case 'dump':
      return `${total(await dump(databaseUrl(env), file, now))} rows written to ${file}`;
    case 'verify':
      return `${file} is whole, ${total(await verifyArchive(file))} rows`;
    case 'restore': {
      const { counts, guarded } = await restore(databaseUrl(env), file, { force });
      const held = guarded
        ? `; ${guarded} alerts that were on their way wait to be sent again by hand`
        : '';
      return `${total(counts)} rows restored${held}`;
    }
    case undefined:
    default:
      throw new Error(USAGE);
  }
}

if (import.meta.main)
  await runBackup(process.argv.slice(2), process.env, new Date()).then(
    (text) => console.log(text),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    },
  );

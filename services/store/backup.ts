/** Command line of backup and restore: `node services/store/backup.ts dump|restore|verify FILE`. */
import path from 'node:path';
import { verifyArchive } from './archive.ts';
import { readBackupKeys, type BackupKeys } from './backups/keys.ts';
import { dump } from './dump.ts';
import { holdBack, restore } from './restore.ts';

const USAGE = `usage: node services/store/backup.ts dump FILE [--encrypt] | restore FILE [--force] | verify FILE | hold
DATABASE_URL is the url of mon_backup for dump, of the owner for restore and hold.
hold is for a database that came back by other means: nothing in it is sent by itself then.
BACKUP_KEY_FILE names a file with the key of encrypted backups.`;

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

function databaseUrl(env: NodeJS.ProcessEnv): string {
  const url = env['DATABASE_URL'];
  if (!url) throw new Error(`DATABASE_URL is not set.\n${USAGE}`);
  return url;
}

/** The keys, which are not needed for backups in the clear. */
async function backupKeys(
  env: NodeJS.ProcessEnv,
  encrypt: boolean,
): Promise<BackupKeys | undefined> {
  const file = env['BACKUP_KEY_FILE'];
  if (file) return readBackupKeys(file);
  if (encrypt) throw new Error(`BACKUP_KEY_FILE is not set, so there is no key.\n${USAGE}`);
  return undefined;
}

const held = (guarded: number): string =>
  `${guarded} alerts that were on their way wait to be sent again by hand`;

/** Runs one command; returns what to print. @throws Error with one sentence for the person. */
export async function runBackup(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  now: Date,
): Promise<string> {
  const flags = new Set(args.filter((arg) => arg.startsWith('--')));
  const [command, name, ...rest] = args.filter((arg) => !flags.has(arg));
  const encrypt = command === 'dump' && flags.delete('--encrypt');
  const force = command === 'restore' && flags.delete('--force');
  if (command === 'hold' && name === undefined) return held(await holdBack(databaseUrl(env)));
  if (name === undefined || rest.length > 0 || flags.size > 0) throw new Error(USAGE);
  const file = path.resolve(name);
  const keys = await backupKeys(env, encrypt);
  switch (command) {
    case 'dump':
      return `${total(await dump(databaseUrl(env), file, now, keys))} rows written to ${file}${keys ? ', encrypted' : ''}`;
    case 'verify':
      return `${file} is whole, ${total(await verifyArchive(file, keys))} rows`;
    case 'restore': {
      const { counts, guarded } = await restore(databaseUrl(env), file, { force, keys });
      return `${total(counts)} rows restored${guarded ? `; ${held(guarded)}` : ''}`;
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

/**
 * Backups of a cluster, as the chart's Jobs run them: `run` writes one, reads it back and tidies up,
 * `restore latest|NAME [--force]` puts one into the database, `hold` makes one that came back by other means
 * send nothing by itself, `verify` reads all, `list` names them. Each prints one line of JSON.
 */
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { systemClock, type Clock } from '../../core/clock.ts';
import { loadConfig, wholeNumber, type Environment } from '../../core/config.ts';
import { messageOf, SetupError } from '../../core/errors.ts';
import { createLog, type Log } from '../../core/log.ts';
import { verifyArchive } from '../archive.ts';
import { dump } from '../dump.ts';
import { databaseThere } from '../patience.ts';
import { holdBack, restore } from '../restore.ts';
import { BackupError, type BackupErrorCode } from './errors.ts';
import { readBackupKeys, type BackupKeys } from './keys.ts';
import { backupName, backupsIn, findBackup, keepIfWhole, surplus, sweep } from './shelf.ts';

const schema = z.object({
  /** Of mon_backup for `run`, of the owner of the tables for `restore` and `hold`. */
  DATABASE_URL: z.string().optional(),
  /** Where backups lie; a volume. */
  BACKUP_FOLDER: z.string(),
  BACKUP_KEY_FILE: z.string(),
  /** How many are kept. */
  BACKUP_KEEP: wholeNumber(14, 1),
});

export interface JobDeps {
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is printed; `ok: false` ends the Job as failed. */
export type JobResult =
  | { readonly ok: false; readonly error: string; readonly code?: BackupErrorCode }
  | {
      /** False when an older one is broken. */
      readonly ok: boolean;
      readonly backup: string;
      readonly rows: number;
      readonly bytes: number;
      readonly seconds: number;
      readonly kept: readonly string[];
      readonly deleted: readonly string[];
      /** Those that are kept although they cannot be read, each with the reason. */
      readonly broken: Readonly<Record<string, string>>;
    }
  | {
      readonly ok: true;
      readonly restored: string;
      readonly schemaVersion: string;
      readonly rows: number;
      /** Alerts that were on their way when the backup was taken. */
      readonly held: number;
      readonly seconds: number;
    }
  | {
      readonly ok: boolean;
      readonly whole: readonly string[];
      readonly broken: Readonly<Record<string, string>>;
    }
  | { readonly ok: true; readonly held: number }
  | { readonly ok: true; readonly backups: readonly { name: string; bytes: number }[] };

interface Job {
  readonly folder: string;
  readonly keys: BackupKeys;
  readonly keep: number;
  readonly databaseUrl: string | undefined;
}

const USAGE = 'usage: job.ts run | restore latest|NAME [--force] | hold | verify | list';
/** The policies of a new pod are set while it starts. */
const PATIENCE_MS = 60_000;

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

async function readJob(env: Environment): Promise<Job> {
  const given = loadConfig(schema, env);
  return {
    folder: given.BACKUP_FOLDER,
    keys: await readBackupKeys(given.BACKUP_KEY_FILE),
    keep: given.BACKUP_KEEP,
    databaseUrl: given.DATABASE_URL,
  };
}

async function database({ databaseUrl }: Job, { log, clock }: JobDeps): Promise<string> {
  if (databaseUrl === undefined)
    throw new SetupError('Wrong environment variables: DATABASE_URL is required.');
  await databaseThere(databaseUrl, { log, clock, patienceMs: PATIENCE_MS });
  return databaseUrl;
}

/** Those of `names` that cannot be read to their end, each with the reason. */
async function brokenOf({ folder, keys }: Job, names: readonly string[]) {
  const broken: Record<string, string> = {};
  for (const name of names)
    await verifyArchive(path.join(folder, name), keys).catch((error: unknown) => {
      broken[name] = messageOf(error);
    });
  return broken;
}

/** Nothing older is deleted before the new one was read back. */
async function run(job: Job, deps: JobDeps): Promise<JobResult> {
  const { folder, keys } = job;
  const begun = deps.clock.monotonic();
  const now = deps.clock.now();
  await sweep(folder, now);
  const name = backupName(now);
  const file = path.join(folder, name);
  await dump(await database(job, deps), file, now, keys);
  const rows = total(await keepIfWhole(file, () => verifyArchive(file, keys)));
  const all = await backupsIn(folder);
  const broken = await brokenOf(
    job,
    all.filter((other) => other !== name),
  );
  const deleted = surplus(all, Object.keys(broken), job.keep);
  for (const old of deleted) await rm(path.join(folder, old));
  const kept = all.filter((one) => !deleted.includes(one));
  const left = Object.entries(broken).filter(([one]) => kept.includes(one));
  return {
    ok: left.length === 0,
    backup: name,
    rows,
    bytes: (await stat(file)).size,
    seconds: secondsSince(begun, deps),
    kept,
    deleted,
    broken: Object.fromEntries(left),
  };
}

const secondsSince = (begun: number, { clock }: JobDeps): number =>
  Math.round(clock.monotonic() - begun) / 1000;

async function restoreOne(
  job: Job,
  name: string,
  force: boolean,
  deps: JobDeps,
): Promise<JobResult> {
  const begun = deps.clock.monotonic();
  const file = await findBackup(job.folder, name);
  const url = await database(job, deps);
  const { counts, guarded, schemaVersion } = await restore(url, file, { force, keys: job.keys });
  return {
    ok: true,
    restored: path.basename(file),
    schemaVersion,
    rows: total(counts),
    held: guarded,
    seconds: secondsSince(begun, deps),
  };
}

async function verifyAll(job: Job): Promise<JobResult> {
  const all = await backupsIn(job.folder);
  if (all.length === 0) await findBackup(job.folder, 'latest');
  const broken = await brokenOf(job, all);
  const whole = all.filter((name) => !(name in broken));
  return { ok: whole.length === all.length, whole, broken };
}

async function list({ folder }: Job): Promise<JobResult> {
  const names = await backupsIn(folder);
  const sized = names.map(async (name) => {
    const { size: bytes } = await stat(path.join(folder, name));
    return { name, bytes };
  });
  return { ok: true, backups: await Promise.all(sized) };
}

async function execute(args: readonly string[], deps: JobDeps): Promise<JobResult> {
  const [command, name, ...rest] = args.filter((arg) => arg !== '--force');
  const wantsName = command === 'restore';
  if (rest.length > 0 || (name !== undefined) !== wantsName) throw new SetupError(USAGE);
  const job = await readJob(deps.env);
  switch (command) {
    case 'run':
      return run(job, deps);
    case 'restore':
      return restoreOne(job, name ?? '', args.includes('--force'), deps);
    case 'hold':
      return { ok: true, held: await holdBack(await database(job, deps)) };
    case 'verify':
      return verifyAll(job);
    case 'list':
      return list(job);
    case undefined:
    default:
      throw new SetupError(USAGE);
  }
}

const FULL =
  'The volume of the backups is full; give it more space (backup.storage.size) or keep fewer (backup.keep).';

const sentence = (error: unknown): string =>
  error instanceof Error && 'code' in error && error.code === 'ENOSPC' ? FULL : messageOf(error);

/** Runs one command; a failure is a result as well. */
export const runJob = (args: readonly string[], deps: JobDeps): Promise<JobResult> =>
  execute(args, deps).catch((error: unknown) => ({
    ok: false,
    error: sentence(error),
    ...(error instanceof BackupError && { code: error.code }),
  }));

if (import.meta.main) {
  const log = createLog('backup', process.env['LOG_LEVEL'], process.stderr);
  const deps = { env: process.env, clock: systemClock, log };
  const result = await runJob(process.argv.slice(2), deps);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (!result.ok) process.exitCode = 1;
}

/**
 * The embedded server as a pod of its own, for trials in a cluster: the other pods may sign in, with the
 * passwords of a mounted Secret. No replica and no backup.
 */
import { spawn } from 'node:child_process';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { loadConfig, port, type Environment } from '../../core/config.ts';
import { messageOf, SetupError } from '../../core/errors.ts';
import { createLog, type Log } from '../../core/log.ts';
import { ensureDatabase } from '../roles.ts';
import { runAs } from './access.ts';
import { findBinaries } from './binaries.ts';
import { prepareDirectory, type DatabaseRole } from './directory.ts';
import { startPostgres } from './launcher.ts';
import { serverArguments } from './settings.ts';

const schema = z.object({
  /** Where the database lies; a volume. */
  POSTGRES_FOLDER: z.string(),
  /** A mounted Secret with `superuser-password` and `owner-password`. */
  PASSWORDS_FOLDER: z.string(),
  POSTGRES_PORT: port(5432),
});

export interface Trial {
  readonly dir: string;
  readonly passwords: string;
  readonly port: number;
}

export interface RunningTrial {
  /** Ends it; connections are cut, nothing is lost. */
  readonly stop: () => void;
  readonly exited: Promise<number>;
}

const DATABASE = 'duckmon';
/** Whoever can reach the port and knows a password: who can, the NetworkPolicies say. */
const FROM_ANYWHERE = 'host all all all scram-sha-256\n';

/** The files of the Secret, by the role that signs in with them. */
const FILES: Readonly<Partial<Record<DatabaseRole, string>>> = {
  postgres: 'superuser-password',
  duckmon_owner: 'owner-password',
};

/** @throws SetupError that names every wrong variable. */
export function readTrial(env: Environment): Trial {
  const given = loadConfig(schema, env);
  return {
    dir: given.POSTGRES_FOLDER,
    passwords: given.PASSWORDS_FOLDER,
    port: given.POSTGRES_PORT,
  };
}

/** Where the launcher looks for them. */
async function placePasswords({ dir, passwords }: Trial): Promise<void> {
  const folder = path.join(dir, 'passwords');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [role, file] of Object.entries(FILES)) {
    const text = await readFile(path.join(passwords, file), 'utf8').catch((cause: unknown) => {
      throw new SetupError(`PASSWORDS_FOLDER has no readable file ${file}; mount the Secret.`, {
        cause,
      });
    });
    await writeFile(path.join(folder, role), text.trim(), { mode: 0o600 });
  }
}

/** Makes database and owner while nobody else can connect. */
async function initialise({ dir }: Trial, log: Log): Promise<void> {
  const postgres = await startPostgres({ dir, log });
  try {
    await ensureDatabase(postgres.url('postgres', 'postgres'), {
      password: postgres.passwords.duckmon_owner,
      database: DATABASE,
    });
  } finally {
    await postgres.stop();
  }
}

async function openToPods(data: string): Promise<void> {
  const file = path.join(data, 'pg_hba.conf');
  if (!(await readFile(file, 'utf8')).includes(FROM_ANYWHERE))
    await appendFile(file, FROM_ANYWHERE);
}

/**
 * Starts it and makes database and owner at the first start.
 * @throws SetupError or PostgresStartError with the next step.
 */
export async function startTrial(trial: Trial, log: Log): Promise<RunningTrial> {
  const user = runAs(undefined);
  const layout = await prepareDirectory(trial.dir, user);
  await placePasswords({ ...trial, dir: layout.dir });
  await initialise(trial, log);
  await openToPods(layout.data);
  const { postgres } = await findBinaries(user);
  const settings = serverArguments(layout.data, { port: trial.port, durable: true });
  const child = spawn(postgres, [...settings, '-c', 'listen_addresses=*'], {
    cwd: layout.home,
    env: { HOME: layout.home, TMPDIR: layout.home, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  });
  createInterface({ input: child.stderr }).on('line', (line) => log.info({}, line));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('exit', (code) => resolve(code ?? 1));
  log.info({ port: trial.port }, 'Postgres takes connections');
  return { stop: () => void child.kill('SIGINT'), exited: promise };
}

async function main(): Promise<void> {
  const log = createLog('postgres', process.env['LOG_LEVEL']);
  const running = await startTrial(readTrial(process.env), log);
  process.on('SIGTERM', running.stop);
  process.on('SIGINT', running.stop);
  process.exitCode = await running.exited;
}

if (import.meta.main)
  await main().catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });

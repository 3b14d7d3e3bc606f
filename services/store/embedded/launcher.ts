/** Starts the embedded Postgres of local mode in a folder, and stops it again. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chown, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { silentLog } from '../log.ts';
import type { RunAs } from './access.ts';
import { runAs } from './access.ts';
import type { Binaries } from './binaries.ts';
import { findBinaries } from './binaries.ts';
import type { DatabaseRole, Layout, Passwords } from './directory.ts';
import { checkVersion, loadPasswords, prepareDirectory } from './directory.ts';
import { PostgresStartError, errnoOf } from './errors.ts';
import { stopOrphan, takeLock } from './orphan.ts';
import { waitForEnd } from './process.ts';
import { serverArguments } from './settings.ts';

export interface PostgresOptions {
  /** The server's own folder; made when missing. */
  readonly dir: string;
  /** TCP port on 127.0.0.1; 0 (the default) takes a free one. */
  readonly port?: number | undefined;
  readonly log?: Log | undefined;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** The user for postgres when this process is root; nobody by default. */
  readonly uid?: number | undefined;
  /** False only for tests: no fsync. */
  readonly durable?: boolean | undefined;
}

export interface RunningPostgres {
  /** A connection string for a role, password included; the database is `duckmon` by default. */
  url(role: DatabaseRole, database?: string): string;
  readonly passwords: Passwords;
  readonly port: number;
  readonly pid: number;
  /** Settles when the server has ended, asked for or not. */
  readonly exited: Promise<void>;
  /** Fast shutdown; returns when the server is gone. May be called twice. */
  stop(): Promise<void>;
}

interface Programs {
  readonly binaries: Binaries;
  readonly user: RunAs | undefined;
  readonly layout: Layout;
}

type Launch =
  | { readonly kind: 'ready'; readonly child: ChildProcess; readonly pid: number }
  | { readonly kind: 'portInUse' }
  | { readonly kind: 'memoryInUse' }
  | { readonly kind: 'failed'; readonly lines: readonly string[] };

const RECENT_LINES = 20;
const READY_PATIENCE = 120_000;

const childOptions = ({ user, layout }: Programs) => ({
  cwd: layout.home,
  // A Ctrl-C in the terminal must reach us alone: we stop the database last.
  detached: true,
  env: { HOME: layout.home, TMPDIR: layout.home, LC_ALL: 'C', TZ: 'UTC' },
  ...(user ? { uid: user.uid, gid: user.gid } : {}),
});

function runToEnd(programs: Programs, command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...childOptions(programs),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(errors) : reject(new Error(errors.trim()))));
  });
}

/** Makes a new database cluster; a crash half-way leaves no folder that looks like a whole one. */
async function initialise(programs: Programs, password: string, durable: boolean): Promise<void> {
  const { layout, user, binaries } = programs;
  const passwordFile = path.join(layout.home, 'initdb-password');
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
  if (user) await chown(passwordFile, user.uid, user.gid);
  const target = path.join(layout.home, 'data.partial');
  await rm(target, { recursive: true, force: true });
  const args = ['-D', target, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  args.push('--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  args.push('--locale=C', '--data-checksums', ...(durable ? [] : ['--no-sync']));
  try {
    await runToEnd(programs, binaries.initdb, args);
    await rename(target, layout.data);
  } catch (cause) {
    throw new PostgresStartError(
      'failed',
      `The database could not be made in ${layout.dir}: ${cause instanceof Error ? cause.message.split('\n').at(-1) : String(cause)}`,
      { cause },
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** The port itself when it is free, a free one for 0, undefined when it is taken. */
function freePort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', (error) =>
      errnoOf(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

function classify(lines: readonly string[]): Launch {
  const text = lines.join('\n');
  if (/Address already in use/i.test(text)) return { kind: 'portInUse' };
  if (/pre-existing shared memory block/.test(text)) return { kind: 'memoryInUse' };
  return { kind: 'failed', lines };
}

/** Spawns postgres once and waits until it is ready or has given up. */
function launch(programs: Programs, port: number, durable: boolean, log: Log): Promise<Launch> {
  const child = spawn(
    programs.binaries.postgres,
    serverArguments(programs.layout.data, { port, durable }),
    { ...childOptions(programs), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const recent: string[] = [];
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGQUIT'), READY_PATIENCE);
    const settle = (result: Launch): void => {
      clearTimeout(timer);
      resolve(result);
    };
    createInterface({ input: child.stderr }).on('line', (line) => {
      recent.push(line);
      if (recent.length > RECENT_LINES) recent.shift();
      if (/ (WARNING|ERROR|FATAL|PANIC): /.test(line)) log.warn({ from: 'postgres' }, line);
      else log.debug({ from: 'postgres' }, line);
      if (/ready to accept connections/.test(line) && child.pid !== undefined)
        settle({ kind: 'ready', child, pid: child.pid });
    });
    child.on('error', (error) => settle({ kind: 'failed', lines: [String(error)] }));
    child.on('close', () => settle(classify(recent)));
  });
}

async function launchOnPort(
  programs: Programs,
  options: PostgresOptions,
  log: Log,
): Promise<{ child: ChildProcess; pid: number; port: number }> {
  const wanted = options.port ?? 0;
  let last: Launch = { kind: 'portInUse' };
  for (let attempt = 0; attempt < 20; attempt += 1) {
    options.signal?.throwIfAborted();
    const port = await freePort(wanted);
    last =
      port === undefined
        ? { kind: 'portInUse' }
        : await launch(programs, port, options.durable ?? true, log);
    if (last.kind === 'ready' && port !== undefined)
      return { child: last.child, pid: last.pid, port };
    if (last.kind === 'failed' || (last.kind === 'portInUse' && wanted !== 0)) break;
    // Another process took the free port first, or backends of a killed server are still ending.
    await delay(200);
  }
  throw launchError(last, wanted, programs.layout);
}

function launchError(last: Launch, port: number, layout: Layout): PostgresStartError {
  if (last.kind === 'portInUse')
    return new PostgresStartError(
      'portInUse',
      `Port ${port} on 127.0.0.1 is in use, so the database cannot listen there; stop what uses it, or set another DATABASE_PORT.`,
    );
  const reason = last.kind === 'failed' ? (last.lines.at(-1) ?? 'no output') : last.kind;
  return new PostgresStartError(
    'failed',
    `Postgres did not start in ${layout.dir}: ${reason}; see the log above.`,
  );
}

function handle(
  started: { child: ChildProcess; pid: number; port: number },
  passwords: Passwords,
  release: () => Promise<void>,
): RunningPostgres {
  const { child, pid, port } = started;
  const exited = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  }).then(release);
  return {
    url: (role, database = 'duckmon') =>
      `postgresql://${role}:${passwords[role]}@127.0.0.1:${port}/${database}`,
    passwords,
    port,
    pid,
    exited,
    stop: async () => {
      child.kill('SIGINT');
      if (!(await Promise.race([exited.then(() => true), waitForEnd(pid, 15_000)])))
        child.kill('SIGQUIT');
      await exited;
    },
  };
}

/**
 * Starts a Postgres in `dir`: makes the database on the first start, stops an orphan of an earlier
 * run, and waits until connections are accepted. The server listens on 127.0.0.1 only, by SCRAM.
 * @throws PostgresStartError with a code and one sentence for the person.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const log = options.log ?? silentLog;
  const user = runAs(options.uid);
  const layout = await prepareDirectory(options.dir, user);
  const release = await takeLock(layout.dir);
  try {
    options.signal?.throwIfAborted();
    const binaries = await findBinaries(user);
    const programs: Programs = { binaries, user, layout };
    const passwords = await loadPasswords(layout.dir);
    const version = await checkVersion(layout.data, binaries.major);
    if (version === undefined)
      await initialise(programs, passwords.postgres, options.durable ?? true);
    else await stopOrphan(layout.data, log);
    const running = handle(await launchOnPort(programs, options, log), passwords, release);
    if (options.signal?.aborted) await running.stop();
    options.signal?.throwIfAborted();
    return running;
  } catch (error) {
    await release();
    if (options.signal?.aborted)
      throw new PostgresStartError('aborted', 'The start of the database was stopped.', {
        cause: error,
      });
    throw error;
  }
}

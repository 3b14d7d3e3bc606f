/** Starts a Chromium process with its own sandbox on, and ends it with everything that it started. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { messageOf, SetupError } from '../../core/errors.ts';
import { removeStaleFolders, ownFolderPrefix } from './folders.ts';
import { connect, type Connection } from './connection.ts';
import { chromiumFlags, type Sandbox } from './flags.ts';
import type { ChromiumProgram } from './find.ts';

export interface Launched {
  readonly pid: number;
  readonly connection: Connection;
  readonly version: { readonly product: string; readonly userAgent: string };
  /** Home, temporary folder and profile; gone after `kill`. */
  readonly folder: string;
  /** Resolves when the process has ended. */
  readonly exited: Promise<void>;
  /** Ends the whole process group at once and removes its folder. */
  kill(): Promise<void>;
}

/** The user that Chromium runs as when we are root: its sandbox refuses to run as root. */
export const SANDBOX_USER = 65_534;

const START_TIMEOUT_MS = 20_000;

/**
 * Launches a browser; nothing of it is left when it does not start.
 * @throws SetupError whose cause holds the last lines that the browser printed.
 */
export async function launch(
  program: ChromiumProgram,
  proxyServer: string,
  sandbox: Sandbox = 'Own',
): Promise<Launched> {
  const asRoot = process.getuid?.() === 0;
  const folder = makeFolder(asRoot);
  const flags = chromiumFlags(path.join(folder, 'profile'), proxyServer, sandbox);
  const child = start(program, flags, folder, asRoot);
  const printed = lastLines(child);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const kill = async (): Promise<void> => {
    killGroup(child);
    await exited;
    await removeFolder(folder);
  };
  const connection = connect(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const late = AbortSignal.timeout(START_TIMEOUT_MS);
  try {
    const version = await Promise.race([
      connection.send('Browser.getVersion'),
      rejectWhen(late, exited, printed),
    ]);
    return { pid: child.pid ?? 0, connection, version, folder, exited, kill };
  } catch (error) {
    await kill();
    throw new SetupError(
      'Chromium did not start; the log of the browser service says why. Correct CHROMIUM_PATH, or install chromium-headless-shell.',
      { cause: new Error(printed(), { cause: error }) },
    );
  }
}

/**
 * Starts a browser once and ends it, to know before any page that its sandbox holds here.
 * @throws SetupError with what the pod lacks.
 */
export async function tryLaunch(program: ChromiumProgram, proxyServer: string): Promise<void> {
  try {
    await (await launch(program, proxyServer)).kill();
  } catch (cause) {
    const said = cause instanceof SetupError ? messageOf(cause.cause) : messageOf(cause);
    throw new SetupError(
      `Chromium does not start with its own sandbox, and nothing starts without it: the pod needs the seccomp profile duckmon/chromium.json (Localhost) and no privilege more. spec.sandbox of the WorkerPool says otherwise. Chromium said: ${said}`,
      { cause },
    );
  }
}

/** A folder of our own that the browser's user may write. */
function makeFolder(asRoot: boolean): string {
  removeStaleFolders(tmpdir());
  const folder = mkdtempSync(path.join(tmpdir(), ownFolderPrefix()));
  for (const name of ['profile', 'tmp']) mkdirSync(path.join(folder, name), { mode: 0o700 });
  if (asRoot)
    for (const part of [folder, path.join(folder, 'profile'), path.join(folder, 'tmp')])
      chownSync(part, SANDBOX_USER, SANDBOX_USER);
  return folder;
}

function start(
  program: ChromiumProgram,
  flags: readonly string[],
  folder: string,
  asRoot: boolean,
): ChildProcess {
  const drop = ['--reuid', `${SANDBOX_USER}`, '--regid', `${SANDBOX_USER}`];
  const [file, args] = asRoot
    ? ['setpriv', [...drop, '--clear-groups', '--no-new-privs', program.file, ...flags]]
    : [program.file, [...flags]];
  return spawn(file, args, {
    // A group of its own, so that all its processes can be ended at once.
    detached: true,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
      HOME: folder,
      TMPDIR: path.join(folder, 'tmp'),
      XDG_CONFIG_HOME: folder,
      XDG_CACHE_HOME: folder,
      ...(program.libraries === undefined ? {} : { LD_LIBRARY_PATH: program.libraries }),
      ...(program.fontConfig === undefined ? {} : { FONTCONFIG_FILE: program.fontConfig }),
    },
  });
}

/** Keeps the end of what the browser prints, for the message when it does not start. */
function lastLines(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-2000);
  });
  let failed = '';
  child.once('error', (error) => (failed = error.message));
  return () => [failed, text.trim().split('\n').slice(-3).join(' ')].join(' ').trim();
}

async function rejectWhen(
  late: AbortSignal,
  exited: Promise<void>,
  printed: () => string,
): Promise<never> {
  const timeout = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
  });
  return Promise.race([
    timeout,
    exited.then(() => {
      throw new Error(printed());
    }),
  ]);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Children of the killed browser may still close files for a moment. */
async function removeFolder(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

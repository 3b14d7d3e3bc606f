/** The folder that holds everything of one local duckmon; one process uses it at a time. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError, messageOf } from '../core/errors.ts';

/** Raised when the layout of the folder changes; a folder with a higher number is not touched. */
export const DATA_VERSION = 1;

/** Says what runs on the folder, as soon as that is up. */
export const RUNNING_FILE = 'running.json';

export interface DataFolder {
  readonly path: string;
  /** The path of a file or folder inside. */
  at(...parts: string[]): string;
  /** Writes a small file that only this user may read, whole or not at all. */
  writePrivate(name: string, content: string): void;
  /** Lets another process have the folder. */
  release(): void;
}

/**
 * Opens the folder, makes it when it is missing, and claims it for this process.
 * @throws SetupError when it cannot be written, is of a newer version, or is in use.
 */
export function openDataFolder(folder: string): DataFolder {
  const root = path.resolve(folder);
  try {
    // World-traversable: Postgres and Chromium run as an ordinary user when this is root.
    mkdirSync(root, { recursive: true, mode: 0o755 });
    mkdirSync(path.join(root, 'keys'), { recursive: true, mode: 0o700 });
    mkdirSync(path.join(root, 'logs'), { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new SetupError(
      `The data folder ${root} cannot be made (${messageOf(error)}); choose another with --data DIR.`,
      { cause: error },
    );
  }
  const at = (...parts: string[]): string => path.join(root, ...parts);
  checkVersion(at('version'));
  claimFolder(at('pid'), root);
  // Of an earlier process, which may have ended without a word.
  rmSync(at(RUNNING_FILE), { force: true });
  return {
    path: root,
    at,
    writePrivate: (name, content) => writePrivate(at(name), content),
    release: () => rmSync(at('pid'), { force: true }),
  };
}

function checkVersion(file: string): void {
  const found = readIfThere(file);
  if (found === undefined) {
    writeOrExplain(file, `${DATA_VERSION}\n`);
    return;
  }
  if (Number(found) > DATA_VERSION)
    throw new SetupError(
      `The data folder ${path.dirname(file)} was written by a newer duckmon (layout ${found.trim()}, this one knows ${DATA_VERSION}); update duckmon, or choose another folder with --data DIR.`,
    );
}

function claimFolder(file: string, root: string): void {
  const pid = userOf(root);
  if (pid !== undefined)
    throw new SetupError(
      `duckmon is already running on ${root} (process ${pid}); stop it with ./scripts/down --data ${root}, or choose another folder with --data DIR.`,
    );
  writeOrExplain(file, `${process.pid}\n`);
}

/** The other process that uses a data folder. */
export function userOf(folder: string): number | undefined {
  const pid = Number(readIfThere(path.join(folder, 'pid')) ?? '');
  return pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined;
}

/** Whether a process is there and is a duckmon: a pid may have been given to another since. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const command = readIfThere(`/proc/${pid}/cmdline`);
  return command === undefined || /services\/local\/|scripts\/up/.test(command);
}

function writeOrExplain(file: string, content: string): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new SetupError(
      `The data folder ${path.dirname(file)} cannot be written (${messageOf(error)}); make it writable, or choose another with --data DIR.`,
      { cause: error },
    );
  }
}

function writePrivate(file: string, content: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

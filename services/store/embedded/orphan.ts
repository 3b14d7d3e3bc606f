/** Deals with what an earlier start left behind: a lock of its launcher, a postgres without one. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../log.ts';
import { PostgresStartError, errnoOf } from './errors.ts';
import { isAlive, isPostgresOf, startMark, waitForEnd } from './process.ts';

const missing = (error: unknown): undefined => {
  if (errnoOf(error) === 'ENOENT') return undefined;
  throw error;
};

const lockFile = (dir: string): string => path.join(dir, 'launcher.lock');

/** True when the process that wrote this lock ("pid mark") still runs. */
async function isHeld(lock: string): Promise<boolean> {
  const [pid, mark] = lock.split(' ', 2);
  const id = Number(pid);
  return Number.isInteger(id) && id > 0 && isAlive(id) && (await startMark(id)) === mark;
}

/**
 * Takes the folder for this process, so that two launchers never work on one database.
 * @throws PostgresStartError `alreadyRunning` while another process (or this one) holds it.
 */
export async function takeLock(dir: string): Promise<() => Promise<void>> {
  const file = lockFile(dir);
  const mine = `${process.pid} ${(await startMark(process.pid)) ?? ''}`;
  for (;;) {
    try {
      await writeFile(file, mine, { flag: 'wx', mode: 0o600 });
      return () => rm(file, { force: true });
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    const other = await readFile(file, 'utf8').catch(missing);
    if (other !== undefined && (await isHeld(other)))
      throw new PostgresStartError(
        'alreadyRunning',
        `The folder ${dir} is in use by process ${other.split(' ')[0]}; stop that one first ("duckmon down"), or choose another folder.`,
      );
    await rm(file, { force: true });
  }
}

/** Asks for a fast, then an immediate shutdown; the latter is repaired by recovery at next start. */
async function stopProcess(pid: number): Promise<boolean> {
  for (const [signal, patience] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (errnoOf(error) === 'ESRCH') return true;
      throw error;
    }
    if (await waitForEnd(pid, patience)) return true;
  }
  return false;
}

/**
 * Stops a postgres of `data` whose launcher died, and removes a stale postmaster.pid. A process
 * that only has the same id is never touched.
 * @returns the id of the stopped process, or undefined when there was none.
 */
export async function stopOrphan(data: string, log: Log): Promise<number | undefined> {
  const file = path.join(data, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(missing);
  if (text === undefined) return undefined;
  const pid = Number(text.split('\n', 1)[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !(await isPostgresOf(pid, data))) {
    await rm(file, { force: true });
    return undefined;
  }
  log.warn({ pid }, 'A Postgres of an earlier run is still there; it is stopped first.');
  if (!(await stopProcess(pid)))
    throw new PostgresStartError(
      'alreadyRunning',
      `The Postgres of an earlier run (process ${pid}) does not stop; end it by hand and start again.`,
    );
  return pid;
}

/** Lets one process at a time do something, such as building into the cache. */
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../../services/core/clock.ts';
import { errnoOf } from '../../../services/store/embedded/errors.ts';
import { isRunning, recordOf } from './processes.ts';

const POLL_MS = 200;

/**
 * Runs `work` while this process holds `file`. Waits for a process that holds it; one that has died
 * holds nothing.
 * @param onWait told once, with the id of the process that is waited for.
 */
export async function withLock<T>(
  file: string,
  clock: Clock,
  onWait: (pid: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  const mine = `${file}.${randomUUID()}`;
  writeFileSync(mine, JSON.stringify(await recordOf(process.pid)));
  try {
    for (let told = false; !take(mine, file);) {
      const pid = await holder(file);
      if (pid === undefined) rmSync(file, { force: true });
      else {
        if (!told) onWait(pid);
        told = true;
        await clock.sleep(POLL_MS);
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** A link comes into being with its content, so that nobody reads a lock that is still empty. */
function take(mine: string, file: string): boolean {
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function holder(file: string): Promise<number | undefined> {
  try {
    const { pid, mark } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; mark: string };
    return (await isRunning({ pid, mark })) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Starts the processes of a cluster so that they outlive this one, and ends exactly these. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Clock } from '../../../services/core/clock.ts';
import { isAlive, startMark } from '../../../services/store/embedded/process.ts';

/** Names one process for good: its id may be given to another, its id and its beginning not. */
export interface ProcessRecord {
  readonly pid: number;
  /** When it began, in a form of the system's own; empty when the system did not say. */
  readonly mark: string;
}

const POLL_MS = 20;

/** The record of a running process. */
export const recordOf = async (pid: number): Promise<ProcessRecord> => ({
  pid,
  mark: (await startMark(pid)) ?? '',
});

/** Whether the recorded process still runs; one that ended and that nobody waited for does not. */
export async function isRunning({ pid, mark }: ProcessRecord): Promise<boolean> {
  return isAlive(pid) && !isDefunct(pid) && ((await startMark(pid)) ?? '') === mark;
}

/** In a container the first process may not collect those that ended. Known on Linux only. */
function isDefunct(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

/**
 * Starts a program in a session of its own, so that Ctrl-C in this terminal does not end it.
 * @param log file for all that it says.
 * @throws Error of the system when the program cannot be started.
 */
export async function startProcess(
  program: string,
  args: readonly string[],
  log: string,
): Promise<ProcessRecord> {
  const output = openSync(log, 'w', 0o600);
  try {
    const child = spawn(program, args, { detached: true, stdio: ['ignore', output, output] });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? 0));
    const record = await recordOf(await promise);
    child.unref();
    return record;
  } finally {
    closeSync(output);
  }
}

/** Ends a process: asks, and after `patience` milliseconds does not ask. Done when it is gone. */
export async function stopProcess(
  record: ProcessRecord,
  patience: number,
  clock: Clock,
): Promise<void> {
  if (!(await signal(record, 'SIGTERM'))) return;
  const giveUpAt = clock.monotonic() + patience;
  while (await isRunning(record)) {
    if (clock.monotonic() >= giveUpAt) await signal(record, 'SIGKILL');
    await clock.sleep(POLL_MS);
  }
}

/** @returns false when the process is gone. */
async function signal(record: ProcessRecord, name: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
  if (!(await isRunning(record))) return false;
  try {
    return process.kill(record.pid, name);
  } catch {
    return isRunning(record);
  }
}

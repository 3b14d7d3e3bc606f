/** Runs one job again and again: when its own time has come, or when it is woken; never twice at once. */
import type { SchedulerDeps } from './deps.ts';

export interface Timer {
  start(signal: AbortSignal): void;
  /** Runs it as soon as it can; a wake during a run runs it once more. */
  wake(): void;
  /** Resolves when the job has ended after its signal was aborted. */
  ended(): Promise<void>;
}

const AFTER_ERROR_MS = 2_000;

/**
 * @param job resolves to how long to wait before the next run, in ms; when it fails, that is logged
 * and it is tried again after 2 s.
 */
export function createTimer(
  deps: Pick<SchedulerDeps, 'clock' | 'log'>,
  name: string,
  job: () => Promise<number>,
): Timer {
  let woken = false;
  let alarm: (() => void) | undefined;
  let run: Promise<void> = Promise.resolve();

  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (woken || signal.aborted) return;
    const napping = new AbortController();
    alarm = () => napping.abort();
    const both = AbortSignal.any([signal, napping.signal]);
    try {
      await deps.clock.sleep(ms, both);
    } catch (error) {
      // woken, or stopped: either way the nap is over
      if (!both.aborted) throw error;
    } finally {
      alarm = undefined;
    }
  };
  const loop = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      woken = false;
      let waitMs = AFTER_ERROR_MS;
      try {
        waitMs = await job();
      } catch (error) {
        deps.log.error(
          { err: error, job: name },
          'a job of the scheduler failed and is tried again',
        );
      }
      await wait(waitMs, signal);
    }
  };
  return {
    start: (signal) => {
      run = loop(signal);
    },
    wake: () => {
      woken = true;
      alarm?.();
    },
    ended: () => run,
  };
}

/** Worker threads that read documents which would hold up the event loop, each with a deadline. */
import { Worker } from 'node:worker_threads';
import { FetchFailure } from '../failure.ts';
import type { ReadOutcome } from './types.ts';
import type { ReadTask } from './worker.ts';

export interface Threads {
  /**
   * Runs one task in a thread of its own; a task over its deadline loses its thread.
   * @throws FetchFailure `timeout` past the deadline, `outOfMemory` when the thread dies of it; the
   * signal's reason when it is aborted.
   */
  run(task: ReadTask, signal: AbortSignal): Promise<ReadOutcome>;
  close(): Promise<void>;
}

export interface ThreadOptions {
  /** Threads at the same time; later tasks wait. */
  readonly count: number;
  readonly deadlineMs: number;
  /** An idle thread ends after this time. */
  readonly idleMs: number;
  readonly memoryMb: number;
}

// The compiled form of this file stands beside a compiled worker.
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
  import.meta.url,
);

/** Makes a small pool; threads start with the first task. */
export function createThreads(options: ThreadOptions): Threads {
  const idle: { worker: Worker; timer: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];
  let busy = 0;

  const take = (): Worker => {
    const known = idle.pop();
    if (!known) return startWorker(options.memoryMb);
    clearTimeout(known.timer);
    known.worker.ref();
    return known.worker;
  };
  const giveBack = (worker: Worker): void => {
    const timer = setTimeout(() => {
      const index = idle.findIndex((entry) => entry.worker === worker);
      if (index >= 0) idle.splice(index, 1);
      void worker.terminate();
    }, options.idleMs);
    timer.unref();
    worker.unref();
    idle.push({ worker, timer });
  };

  return {
    run: async (task, signal) => {
      if (busy >= options.count) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.push(resolve);
        await promise;
      }
      busy += 1;
      try {
        signal.throwIfAborted();
        const worker = take();
        const outcome = await runOnce(worker, task, options.deadlineMs, signal);
        giveBack(worker);
        return outcome;
      } finally {
        busy -= 1;
        waiting.shift()?.();
      }
    },
    close: async () => {
      const workers = idle.splice(0).map(({ worker, timer }) => {
        clearTimeout(timer);
        return worker.terminate();
      });
      await Promise.all(workers);
    },
  };
}

const startWorker = (memoryMb: number): Worker =>
  new Worker(WORKER, {
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    env: {},
    execArgv: process.execArgv.filter((flag) => !flag.startsWith('--inspect')),
  });

/** One task on one worker; the worker is ended on every way out but a good one. */
async function runOnce(
  worker: Worker,
  task: ReadTask,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<ReadOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<ReadOutcome>();
  const deadline = setTimeout(() => {
    reject(new FetchFailure('timeout', 'The document takes too long to read.'));
  }, deadlineMs);
  const abort = (): void => reject(signal.reason);
  const fail = (error: Error): void => {
    const memory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
    reject(
      memory
        ? new FetchFailure('outOfMemory', 'The document needs too much memory to read.')
        : error,
    );
  };
  worker.once('message', resolve);
  worker.once('error', fail);
  signal.addEventListener('abort', abort, { once: true });
  try {
    worker.postMessage(task, [task.document.body.buffer as ArrayBuffer]);
    return await promise;
  } catch (error) {
    void worker.terminate();
    throw error;
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener('abort', abort);
    worker.removeListener('message', resolve);
    worker.removeListener('error', fail);
  }
}

/** What a bench and its child processes say to each other. */
import { fork, type ChildProcess } from 'node:child_process';
import { cpuSecondsOf } from '../lib/processTree.ts';
import type { Turn } from '../lib/pairs.ts';

export interface Work {
  readonly urls: readonly string[];
  /** Checks at the same time. */
  readonly concurrency: number;
}

export interface Done {
  readonly seconds: number;
  /** The text of each page, in the order of the URLs. */
  readonly texts: readonly string[];
}

/** A program that checks pages in a process of its own, with the browser below it. */
export interface Checker {
  readonly pid: number;
  check(work: Work): Promise<Turn & Pick<Done, 'texts'>>;
  stop(): Promise<void>;
}

/** Starts a program that answers each `Work` with a `Done`. */
export function startChecker(file: URL | string, args: readonly string[]): Checker {
  const child = fork(file, [...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const pid = child.pid ?? 0;
  return {
    pid,
    check: async (work) => {
      const before = cpuSecondsOf(pid);
      const { seconds, texts } = await ask(child, work);
      const cpuSeconds = cpuSecondsOf(pid) - before;
      return { operations: work.urls.length, seconds, cpuSeconds, texts };
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.disconnect();
      await gone;
    },
  };
}

async function ask(child: ChildProcess, work: Work): Promise<Done> {
  const { promise, resolve, reject } = Promise.withResolvers<Done>();
  const ended = (): void => reject(new Error('a program of the bench ended early'));
  child.once('message', (message) => resolve(message as Done)).once('exit', ended);
  child.send(work);
  return promise.finally(() => child.off('exit', ended));
}

/** The other side: works on what comes until the bench goes. */
export function serveWork(
  checkOne: (url: string) => Promise<string>,
  close: () => Promise<void>,
): void {
  const work = async (given: Work): Promise<void> => {
    process.send?.(await checkAll(given, checkOne));
  };
  process.on('message', (given: Work) => void work(given));
  process.once('disconnect', () => void close().finally(() => process.exit(0)));
}

async function checkAll(
  { urls, concurrency }: Work,
  checkOne: (url: string) => Promise<string>,
): Promise<Done> {
  const startedAt = performance.now();
  const texts: string[] = [];
  let next = 0;
  const loop = async (): Promise<void> => {
    for (let at = next++; at < urls.length; at = next++) texts[at] = await checkOne(urls[at] ?? '');
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  return { seconds: (performance.now() - startedAt) / 1000, texts };
}

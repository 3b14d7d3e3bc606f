/** How long an event loop keeps everything else waiting, told apart from a machine that is busy. */

export interface Stalls {
  /** Longest turn in milliseconds of CPU time of the main thread: what the program itself did. */
  longest(): number;
  /** The same by wall clock, in which others may have had the processor. */
  longestByClock(): number;
}

const TICK_MS = 5;

/** Watches from now on; does not keep the process alive. */
export function watchStalls(): Stalls {
  const cpuMs = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  let [byCpu, byClock] = [0, 0];
  let last = { clock: performance.now(), cpu: cpuMs() };
  setInterval(() => {
    const now = { clock: performance.now(), cpu: cpuMs() };
    byClock = Math.max(byClock, now.clock - last.clock - TICK_MS);
    byCpu = Math.max(byCpu, Math.min(now.cpu - last.cpu, now.clock - last.clock));
    last = now;
  }, TICK_MS).unref();
  return { longest: () => byCpu, longestByClock: () => byClock };
}

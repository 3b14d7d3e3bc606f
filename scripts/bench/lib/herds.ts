/** Repeats herds of due checks until enough time was measured. */
import type { Turn } from '../lib/pairs.ts';

export interface HerdOptions {
  /** Least measured time of a turn. */
  readonly seconds: number;
}

export interface Herds extends HerdOptions {
  /** Checks in a herd. */
  readonly size: number;
  /** CPU seconds of the process tree so far. */
  readonly cpu: () => number;
  /** Runs one herd; returns the seconds that it took. */
  readonly herd: () => Promise<number>;
}

/** One turn: whole herds, at least one. */
export async function runHerds({ seconds, size, cpu, herd }: Herds): Promise<Turn> {
  const before = cpu();
  let [operations, spent] = [0, 0];
  do {
    spent += await herd();
    operations += size;
  } while (spent < seconds);
  return { operations, seconds: spent, cpuSeconds: cpu() - before };
}

/** Runs two programs in turns, so that what the machine does meanwhile hits both alike. */
import type { Pair } from './statistics.ts';

/**
 * Runs ours, theirs, ours, theirs …; never two at a time.
 * @param count pairs, at least 1
 * @param onPair called after each pair, counted from 1
 */
export async function runPairs<T>(
  count: number,
  ours: () => Promise<T>,
  theirs: () => Promise<T>,
  onPair: (pair: Pair<T>, number: number) => void = () => {},
): Promise<Pair<T>[]> {
  const pairs: Pair<T>[] = [];
  for (let number = 1; number <= count; number += 1) {
    const pair = { ours: await ours(), theirs: await theirs() };
    pairs.push(pair);
    onPair(pair, number);
  }
  return pairs;
}

/** What one turn has done. */
export interface Turn {
  readonly operations: number;
  readonly seconds: number;
  /** Over the whole process tree. */
  readonly cpuSeconds: number;
}

export const perSecond = ({ operations, seconds }: Turn): number => operations / seconds;

export const perCpuSecond = ({ operations, cpuSeconds }: Turn): number => operations / cpuSeconds;

/** Several turns as one. */
export const sumOf = (turns: readonly Turn[]): Turn =>
  turns.reduce(
    (sum, turn) => ({
      operations: sum.operations + turn.operations,
      seconds: sum.seconds + turn.seconds,
      cpuSeconds: sum.cpuSeconds + turn.cpuSeconds,
    }),
    { operations: 0, seconds: 0, cpuSeconds: 0 },
  );

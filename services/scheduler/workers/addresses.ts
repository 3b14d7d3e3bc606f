/** The addresses behind one name, remembered for a moment. */
import { isIP } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { isNothingThere } from '../../core/internal/addresses.ts';
import { within } from '../../core/within.ts';

/** Every address of a host; rejects when there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface Addresses {
  /** At once when they were asked for within the last moments, and never later than in 2 s. */
  current(): Promise<readonly string[]>;
}

/** Asked again, in the background, when the answer is as old … */
const FRESH_MS = 2_000;
/** … and waited for when it is as old as this. */
const STALE_MS = 10_000;
const ASK_MS = 2_000;

/** An address and the machine itself need no asking. */
const isOne = (host: string): boolean => isIP(host) !== 0 || host === 'localhost';

/** @param host of a URL; a name whose server does not answer keeps the addresses that it had. */
export function createAddresses(
  host: string,
  resolve: Resolve,
  clock: Pick<Clock, 'monotonic'>,
): Addresses {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  if (isOne(name)) return { current: () => Promise.resolve([name]) };
  let known: readonly string[] = [];
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    try {
      known = await inTime(resolve(name));
    } catch (error) {
      if (isNothingThere(error)) known = [];
    } finally {
      askedAt = clock.monotonic();
      asking = undefined;
    }
  };
  return {
    current: async () => {
      const age = clock.monotonic() - askedAt;
      if (age < FRESH_MS) return known;
      asking ??= ask();
      if (age >= STALE_MS) await asking;
      return known;
    },
  };
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  const time = within(ASK_MS);
  const { promise, reject } = Promise.withResolvers<never>();
  time.signal.addEventListener('abort', () => reject(new Error('The name server is too slow.')));
  try {
    return await Promise.race([answer, promise]);
  } finally {
    time.end();
  }
}

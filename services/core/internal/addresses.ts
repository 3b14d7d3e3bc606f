/** Where the processes of a service are: every address behind its name. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import { within } from '../within.ts';

/** Every address of a host; rejects when there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** The addresses behind one name, remembered for a moment. */
export interface Addresses {
  /** At once when they were asked for within the last moments, and never later than in 2 s. */
  current(): Promise<readonly string[]>;
  /** As they are now; rejects when the name server does not answer. */
  fresh(): Promise<readonly string[]>;
}

/** Asked again, in the background, when the answer is as old … */
const FRESH_MS = 2_000;
/** … and waited for when it is as old as this. */
const STALE_MS = 10_000;
const ASK_MS = 2_000;

/** A headless Service has an address for each pod. Rejects when there is none. */
export const addressesOf: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** The URL of one process among those behind a name. */
export function atAddress(url: string, address: string): string {
  const one = new URL(url);
  one.hostname = address.includes(':') ? `[${address}]` : address;
  return one.origin;
}

/** The host of a URL as a name server knows it. */
export const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');

/** An address and the machine itself stand for one process and need no asking. */
export const isOne = (host: string): boolean => isIP(host) !== 0 || host === 'localhost';

/** @param host a name whose server does not answer keeps the addresses that it had. */
export function createAddresses(
  host: string,
  resolve: Resolve,
  clock: Pick<Clock, 'monotonic'>,
): Addresses {
  if (isOne(host)) {
    const one = (): Promise<readonly string[]> => Promise.resolve([host]);
    return { current: one, fresh: one };
  }
  let known: readonly string[] = [];
  let askedAt = -Infinity;
  let asking: Promise<unknown> | undefined;
  const fresh = async (): Promise<readonly string[]> => {
    try {
      known = await inTime(resolve(host));
    } catch (error) {
      if (!isNothingThere(error)) throw error;
      known = [];
    } finally {
      askedAt = clock.monotonic();
    }
    return known;
  };
  const refresh = (): Promise<unknown> =>
    fresh()
      .catch(() => known)
      .finally(() => (asking = undefined));
  return {
    fresh,
    current: async () => {
      const age = clock.monotonic() - askedAt;
      if (age < FRESH_MS) return known;
      asking ??= refresh();
      if (age >= STALE_MS) await asking;
      return known;
    },
  };
}

/** Whether a name surely stands for nothing, other than one whose server does not answer. */
const isNothingThere = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | null)?.code === 'ENOTFOUND';

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

/** Where the processes of a service are: every address behind its name. */
import { lookup } from 'node:dns/promises';

/** A headless Service has an address for each pod. Rejects when there is none. */
export const addressesOf = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** Whether a name surely stands for nothing, other than one whose server does not answer. */
export const isNothingThere = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | null)?.code === 'ENOTFOUND';

/** The URL of one process among those behind a name. */
export function atAddress(url: string, address: string): string {
  const one = new URL(url);
  one.hostname = address.includes(':') ? `[${address}]` : address;
  return one.origin;
}

/** Where the processes of a service are: every address behind its name. */
import { lookup } from 'node:dns/promises';

/** A headless Service has an address for each pod. Rejects when there is none. */
export const addressesOf = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

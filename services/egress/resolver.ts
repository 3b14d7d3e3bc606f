/** Turns a name into all of its addresses, once. */
import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Refusal } from './refusal.ts';

/**
 * Gives every address of a name, the preferred first.
 * @param trusted the operator configured this name, so search domains and hosts files apply.
 * @throws Error with a DNS code when there is none.
 */
export type Resolve = (name: string, trusted: boolean) => Promise<readonly string[]>;

type Lookup = (
  name: string,
  options: { all: true; verbatim: true },
) => Promise<readonly { readonly address: string }[]>;

/**
 * By the system: hosts file, VPN and split DNS count. The dot at the end keeps search domains out of
 * the question, so no name of a user is asked under a suffix of ours.
 */
export const systemResolver =
  (ask: Lookup = lookup): Resolve =>
  async (name, trusted) => {
    const found = await ask(trusted ? name : `${name}.`, { all: true, verbatim: true });
    return found.map(({ address }) => address);
  };

/**
 * By the name servers alone and off the thread pool, so that slow names of one user hold up nobody;
 * for clusters. Configured names still go by the system.
 */
export function directResolver(
  servers: Pick<Resolver, 'resolve4' | 'resolve6'> = new Resolver({ timeout: 2000, tries: 2 }),
  system: Resolve = systemResolver(),
): Resolve {
  return async (name, trusted) => {
    if (trusted) return system(name, trusted);
    const [v4, v6] = await Promise.allSettled([servers.resolve4(name), servers.resolve6(name)]);
    const found = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
    return found;
  };
}

/**
 * The addresses of a host; an address is its own.
 * @throws Refusal `name_not_found` or `connect_timeout`
 */
export async function addressesOf(
  resolve: Resolve,
  host: string,
  trusted: boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new Refusal('connect_timeout', 'name resolution'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    const found = await Promise.race([resolve(host, trusted), aborted]);
    if (found.length === 0) throw new Refusal('name_not_found', host);
    return found;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('name_not_found', host, error);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

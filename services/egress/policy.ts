/** Decides, without any I/O, whether a connection may be opened. */
import { networkInterfaces } from 'node:os';
import type { EgressGrant } from '../core/egress/credential.ts';
import { classifyAddress } from '../domain/address.ts';
import { parseIp } from '../domain/cidr.ts';
import { parseTarget } from '../domain/url.ts';
import { entryFor, openedTo, shownEntry, type OpenedBlock } from './allow.ts';
import { isBrowserHost } from './browserHosts.ts';
import { isEndpoint, type Endpoint } from './endpoints.ts';
import { Refusal } from './refusal.ts';
import type { Target } from './target.ts';

export interface Policy {
  /** Private targets that are opened, as they are now. */
  readonly allow: () => readonly OpenedBlock[];
  readonly deny: readonly string[];
  readonly endpoints: readonly Endpoint[];
  /** The ports on which this proxy listens; its own addresses are refused with them. */
  readonly ownPorts: () => readonly number[];
}

/** Ports that a public address may be called on. */
const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);

/** How a target came to be admitted, for the audit. */
export type Grounds = 'public' | 'opened' | 'endpoint';

export interface Admission {
  readonly grounds: Grounds;
  /** The entries that opened it, when it is not public. */
  readonly by?: string;
}

/** Who asks, out of the signed credential. */
export type Asker = Pick<EgressGrant, 'issuer' | 'workspace'>;

/**
 * Judges a target by its name and port alone, before anything is resolved.
 * @throws Refusal
 */
export function admitTarget(policy: Policy, asker: Asker, target: Target): 'endpoint' | 'open' {
  const { issuer, workspace } = asker;
  if (isEndpoint(policy.endpoints, issuer, target)) return 'endpoint';
  if (issuer === 'scheduler' && isBrowserHost(target.host)) throw new Refusal('browser_update');
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const parsed = parseTarget(`http://${host}:${target.port}/`);
  if (!parsed.ok) throw new Refusal('name', parsed.why);
  const isOpen = ({ ports }: OpenedBlock): boolean => ports.includes(target.port);
  if (!WEB_PORTS.has(target.port) && !openedTo(policy.allow(), workspace).some(isOpen))
    throw new Refusal('port', String(target.port));
  return 'open';
}

/**
 * Judges all addresses of a name; one that is forbidden refuses the name.
 * @throws Refusal
 */
export function admitAddresses(
  policy: Policy,
  { workspace }: Asker,
  addresses: readonly string[],
  port: number,
  admitted: 'endpoint' | 'open',
): Admission {
  if (addresses.some((address) => isSelf(address, port, policy.ownPorts())))
    throw new Refusal('self', `port ${port}`);
  if (admitted === 'endpoint') return { grounds: 'endpoint' };
  const { deny } = policy;
  const allow = openedTo(policy.allow(), workspace);
  for (const address of addresses) {
    const verdict = classifyAddress(address, { allow, deny, port });
    if (!verdict.allowed) throw new Refusal('address', `${address}: ${verdict.why}`);
    if (!WEB_PORTS.has(port) && !entryFor(allow, address, port))
      throw new Refusal('port', `${address} on ${port}`);
  }
  const entries = addresses.flatMap((address) => entryFor(allow, address, port) ?? []);
  if (entries.length === 0) return { grounds: 'public' };
  return { grounds: 'opened', by: [...new Set(entries.map(shownEntry))].join(' ') };
}

/** Whether an address and port lead back into this process. */
function isSelf(address: string, port: number, ownPorts: readonly number[]): boolean {
  if (!ownPorts.includes(port)) return false;
  if (/^(127\.|0\.0\.0\.0$|::1?$)/.test(address) || /^::ffff:/i.test(address)) return true;
  return Object.values(networkInterfaces())
    .flat()
    .some((own) => own !== undefined && isSameAddress(own.address, address));
}

/** Compares addresses as numbers; an IPv4 address inside an IPv6 one equals the plain one. */
export function isSameAddress(a: string, b: string): boolean {
  const plain = (text: string): string =>
    text.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  const [first, second] = [parseIp(plain(a)), parseIp(plain(b))];
  return (
    first !== undefined &&
    second !== undefined &&
    first.bits === second.bits &&
    first.value === second.value
  );
}

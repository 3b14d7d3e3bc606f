/** Decides whether an IP address may be connected to on behalf of a user (design 5.3). */
import {
  cloudAddresses,
  globalV6,
  nat64WellKnown,
  refusedV4,
  refusedV6,
  type RefusedRange,
} from './address-data.ts';
import { contains, parseCidr, parseIp, type Cidr, type IpNumber } from './cidr.ts';

export type AddressVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly why: string };

/** What the operator of the installation adds to the built-in ranges. */
export interface AddressPolicy {
  /** Blocks that are refused as well, e.g. the cluster's pod and service ranges. */
  readonly deny?: readonly string[] | undefined;
  /** Blocks that are opened, for exactly these ports. */
  readonly allow?: readonly AllowedBlock[] | undefined;
  /** The port that is about to be connected to; without it no allow entry applies. */
  readonly port?: number | undefined;
}

export interface AllowedBlock {
  readonly cidr: string;
  readonly ports: readonly number[];
}

type Range = Cidr & { readonly why: string };

const ALLOWED: AddressVerdict = { allowed: true };
const block = (cidr: string): Cidr => {
  const parsed = parseCidr(cidr);
  if (!parsed)
    throw new TypeError(`"${cidr}" is not a CIDR block; write it as 10.0.0.0/8 or fd00::/8.`);
  return parsed;
};
const compile = (ranges: readonly RefusedRange[]): readonly Range[] =>
  ranges.map(({ cidr, why }) => ({ ...block(cidr), why }));

const cloud = compile(cloudAddresses);
const special = compile([...refusedV4, ...refusedV6]);
const unicastV6 = block(globalV6);
const nat64 = block(nat64WellKnown);

/**
 * Default deny over the special-purpose registries, the forms that carry an IPv4 address inside an
 * IPv6 one, and cloud platform addresses. Between the operator's blocks the more specific one wins,
 * a tie refuses; an allow entry opens a cloud address only when it names exactly that address.
 * @param ip an address in its ordinary text form, without brackets or zone
 * @throws TypeError when a block of the policy is not valid
 */
export function classifyAddress(ip: string, policy: AddressPolicy = {}): AddressVerdict {
  const address = parseIp(ip);
  if (!address) return refuse('not an IP address in its ordinary form');
  const denied = longest(policy.deny ?? [], address);
  const opened = longest(openBlocks(policy), address);
  if (denied > -1 && denied >= opened)
    return refuse('refused by the operator of this installation');
  const platform = cloud.find((range) => contains(range, address));
  if (platform) return opened === address.bits ? ALLOWED : refuse(platform.why);
  return opened > -1 ? ALLOWED : classifyBuiltIn(address);
}

function classifyBuiltIn(address: IpNumber): AddressVerdict {
  if (contains(nat64, address)) return classifyEmbedded(address.value & 0xffffffffn);
  const range = special.find((candidate) => contains(candidate, address));
  if (range) return refuse(range.why);
  if (address.bits === 32) return ALLOWED;
  if (!contains(unicastV6, address)) return refuse('outside of IPv6 global unicast (RFC 4291)');
  return isIsatap(address) ? refuse('ISATAP, carries an IPv4 address (RFC 5214)') : ALLOWED;
}

function classifyEmbedded(value: bigint): AddressVerdict {
  const inner: IpNumber = { bits: 32, value };
  const range = [...cloud, ...special].find((candidate) => contains(candidate, inner));
  return range ? refuse(`NAT64 (RFC 6052) of ${range.why}`) : ALLOWED;
}

/** The interface identifier is 0:5efe or 200:5efe (the universal bit) before the IPv4 address. */
function isIsatap(address: IpNumber): boolean {
  const marker = (address.value >> 32n) & 0xffffffffn;
  return marker === 0x00005efen || marker === 0x02005efen;
}

function openBlocks(policy: AddressPolicy): readonly string[] {
  const { port } = policy;
  if (port === undefined) return [];
  return (policy.allow ?? [])
    .filter((entry) => entry.ports.includes(port))
    .map((entry) => entry.cidr);
}

/** Length of the most specific block that holds the address, or -1. */
function longest(blocks: readonly string[], address: IpNumber): number {
  return blocks
    .map((text) => block(text))
    .filter((cidr) => contains(cidr, address))
    .reduce((best, cidr) => Math.max(best, cidr.length), -1);
}

const refuse = (why: string): AddressVerdict => ({ allowed: false, why });

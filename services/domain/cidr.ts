/** Reads IP addresses and CIDR blocks strictly, as numbers that can be compared. */
import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';

/** An address as a number; `bits` is 32 or 128. */
export interface IpNumber {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** A block of addresses: all that share the first `length` bits of `base`. */
export interface Cidr {
  readonly base: IpNumber;
  readonly length: number;
}

/**
 * Reads one address: dotted quad in decimal or RFC 4291 text, without zone.
 * @returns undefined for anything else (short, octal, hexadecimal or bracketed forms are refused)
 */
export function parseIp(text: string): IpNumber | undefined {
  const family = isIP(text);
  if (family === 0 || text.includes('%')) return undefined;
  const value = ipaddr
    .parse(text)
    .toByteArray()
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { bits: family === 4 ? 32 : 128, value };
}

/**
 * Reads `address/length`, or a bare address as a block of one.
 * @returns undefined when either part is not valid
 */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', suffix, ...rest] = text.trim().split('/');
  const base = parseIp(address);
  if (!base || rest.length > 0) return undefined;
  if (suffix === undefined) return { base, length: base.bits };
  if (!/^\d{1,3}$/.test(suffix) || Number(suffix) > base.bits) return undefined;
  return { base, length: Number(suffix) };
}

/** Whether `ip` lies in `cidr`; never across families. */
export function contains(cidr: Cidr, ip: IpNumber): boolean {
  if (cidr.base.bits !== ip.bits) return false;
  const shift = BigInt(ip.bits - cidr.length);
  return cidr.base.value >> shift === ip.value >> shift;
}

/** The widest private networks there are: 10.0.0.0/8 (RFC 1918) and fc00::/7 (RFC 4193). */
const WIDEST = { 32: 8, 128: 7 } as const;
/** IPv6 blocks whose last 32 bits are an IPv4 address: mapped (RFC 4291) and NAT64 (RFC 6052). */
const CARRIERS = ['::ffff:0:0', '64:ff9b::'].map((text) => ({ base: parseIp(text), length: 96 }));

/** Whether a block holds more than any one private network has addresses, also as IPv6 that carries IPv4. */
export function isWiderThanPrivate({ base, length }: Cidr): boolean {
  if (length < WIDEST[base.bits]) return true;
  return CARRIERS.some(
    (carrier) =>
      carrier.base !== undefined &&
      length < carrier.length + WIDEST[32] &&
      contains({ base, length: Math.min(length, carrier.length) }, carrier.base),
  );
}

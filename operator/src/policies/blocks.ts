/** Sets of addresses as NetworkPolicies write them: one block, and blocks that are taken out of it. */
import ipaddr from 'ipaddr.js';
import { contains, parseCidr, type Cidr } from '../../../services/domain/cidr.ts';
import type { IpBlock } from './types.ts';

/** The block of a text, without the bits behind its length; undefined when it is none. */
export function blockOf(text: string): Cidr | undefined {
  const parsed = parseCidr(text);
  return parsed && masked(parsed);
}

/** @throws Error for a text that is no block: only for data of our own. */
export function knownBlock(text: string): Cidr {
  const block = blockOf(text);
  if (!block) throw new Error(`"${text}" is no block of addresses.`);
  return block;
}

/** Whether every address of `inner` lies in `outer`. */
export const covers = (outer: Cidr, inner: Cidr): boolean =>
  outer.length <= inner.length && contains(outer, inner.base);

/** `10.0.0.0/8`, `fd00::/8`. */
export function textOf({ base, length }: Cidr): string {
  const bytes = Array.from({ length: base.bits / 8 }, (_, index) =>
    Number((base.value >> BigInt(base.bits - 8 * (index + 1))) & 0xffn),
  );
  return `${ipaddr.fromByteArray(bytes).toString()}/${length}`;
}

/**
 * A block without others. Only blocks inside it are named, each once, in the order of addresses.
 * @returns undefined when nothing of it is left.
 */
export function without(block: Cidr, refused: readonly Cidr[]): IpBlock | undefined {
  if (refused.some((other) => covers(other, block))) return undefined;
  const inside = refused.filter((other) => covers(block, other));
  const outermost = inside.filter(
    (one, index) =>
      !inside.some(
        (other, at) => at !== index && covers(other, one) && (!same(one, other) || at < index),
      ),
  );
  const except = outermost.toSorted(byAddress).map(textOf);
  return except.length === 0 ? { cidr: textOf(block) } : { cidr: textOf(block), except };
}

/** The addresses of a NAT64 prefix (RFC 6052, 96 bits) that stand for those of an IPv4 block. */
export const embedded = (prefix: Cidr, v4: Cidr): Cidr => ({
  base: { bits: 128, value: prefix.base.value | v4.base.value },
  length: 96 + v4.length,
});

const same = (a: Cidr, b: Cidr): boolean => covers(a, b) && covers(b, a);

function byAddress(a: Cidr, b: Cidr): number {
  if (a.base.value === b.base.value) return a.length - b.length;
  return a.base.value < b.base.value ? -1 : 1;
}

function masked({ base, length }: Cidr): Cidr {
  const shift = BigInt(base.bits - length);
  return { base: { ...base, value: (base.value >> shift) << shift }, length };
}

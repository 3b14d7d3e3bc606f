import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { addressCases } from './address-cases.ts';
import { cloudAddresses, refusedV4, refusedV6 } from './address-data.ts';
import { classifyAddress } from './address.ts';
import { contains, isWiderThanPrivate, parseCidr, parseIp, type IpNumber } from './cidr.ts';

/** Writes a number as an address again, with ipaddr.js as the independent writer. */
function write({ bits, value }: IpNumber): string {
  const bytes = Array.from({ length: bits / 8 }, (_, i) =>
    Number((value >> BigInt(bits - 8 - 8 * i)) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

const all = [...refusedV4, ...refusedV6, ...cloudAddresses].map(({ cidr }) => {
  const parsed = parseCidr(cidr);
  assert.ok(parsed, cidr);
  return { cidr, ...parsed };
});
const isListed = (ip: IpNumber): boolean => all.some((range) => contains(range, ip));

/** Every range's first and last address, and its neighbours where no other range takes them. */
const borders = all.flatMap(({ cidr, base, length }) => {
  const size = 1n << BigInt(base.bits - length);
  const first = (base.value / size) * size;
  const at = (value: bigint): IpNumber => ({ bits: base.bits, value });
  const inside = [first, first + size / 2n, first + size - 1n].map((value) => ({
    cidr,
    ip: at(value),
    allowed: false,
  }));
  const top = (1n << BigInt(base.bits)) - 1n;
  const outside = [first - 1n, first + size]
    .filter((value) => value >= 0n && value <= top && !isListed(at(value)))
    .map((value) => ({ cidr, ip: at(value), allowed: base.bits === 32 || value >> 125n === 1n }));
  return [...inside, ...outside];
});

const hex = (v4: string): string => {
  const value = parseIp(v4)?.value ?? 0n;
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
};
const privateV4 = [
  '127.0.0.1',
  '10.96.0.1',
  '169.254.169.254',
  '192.168.1.1',
  '172.16.0.1',
  '100.100.100.200',
  '0.0.0.0',
  '224.0.0.1',
];
const embedded = privateV4.flatMap((v4) => [
  `::${hex(v4)}`,
  `::ffff:${v4}`,
  `::ffff:${hex(v4)}`,
  `::ffff:0:${hex(v4)}`,
  `64:ff9b::${hex(v4)}`,
  `64:ff9b:1::${hex(v4)}`,
  `2002:${hex(v4)}::1`,
  `2001:0:${hex(v4)}::1`,
  `2001:0:4136:e378:8000:63bf:${hex(v4)}`,
  `2600:1900::5efe:${hex(v4)}`,
  `2600:1900::200:5efe:${hex(v4)}`,
  `fe80::5efe:${hex(v4)}`,
]);

describe('classifyAddress', () => {
  for (const { address, allowed, why } of addressCases)
    it(`C1 ${allowed ? 'allows' : 'refuses'} ${address}: ${why}`, () =>
      assert.equal(classifyAddress(address).allowed, allowed));
  for (const { cidr, ip, allowed } of borders)
    it(`C1 ${allowed ? 'allows' : 'refuses'} ${write(ip)} at the border of ${cidr}`, () =>
      assert.equal(classifyAddress(write(ip)).allowed, allowed));
  for (const address of embedded)
    it(`C1 refuses ${address}, which carries a private address`, () =>
      assert.equal(classifyAddress(address).allowed, false));
  it('C1 has at least 200 generated cases', () =>
    assert.ok(borders.length + embedded.length >= 200));
  it('C1 allows a public address behind the well-known NAT64 prefix', () =>
    assert.deepEqual(classifyAddress('64:ff9b::808:808'), { allowed: true }));
  it('says what a NAT64 address carries', () =>
    assert.deepEqual(classifyAddress('64:ff9b::7f00:1'), {
      allowed: false,
      why: 'NAT64 (RFC 6052) of loopback (RFC 1122)',
    }));
  it('C1 refuses all IPv6 outside of global unicast that no row names', () =>
    assert.deepEqual(classifyAddress('4000::1'), {
      allowed: false,
      why: 'outside of IPv6 global unicast (RFC 4291)',
    }));
  for (const text of [
    '',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '127.0.0.1.',
    '[::1]',
    'fe80::1%eth0',
    '１２７.0.0.1',
    '127.0.0.01',
    'localhost',
    '1.2.3.4/32',
    ' 8.8.8.8',
  ])
    it(`C2 refuses "${text}", which is no address in its ordinary form`, () =>
      assert.deepEqual(classifyAddress(text), {
        allowed: false,
        why: 'not an IP address in its ordinary form',
      }));
  it('C1 agrees with a plain list lookup for any IPv4 address', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const ip = parseIp(address);
        assert.ok(ip);
        assert.equal(classifyAddress(address).allowed, !isListed(ip));
      }),
    );
  });
  it('C1 never allows an IPv6 address outside of 2000::/3 and NAT64', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
        fc.pre(value >> 125n !== 1n);
        assert.equal(
          classifyAddress(write({ bits: 128, value })).allowed,
          value >> 32n === 0x64ff9bn << 64n &&
            classifyAddress(write({ bits: 32, value: value & 0xffffffffn })).allowed,
        );
      }),
    );
  });
});

describe("classifyAddress with the operator's blocks", () => {
  const allow = [{ cidr: '10.1.0.0/16', ports: [8080] }];
  it('opens a private block for its port', () =>
    assert.equal(classifyAddress('10.1.2.3', { allow, port: 8080 }).allowed, true));
  it('keeps it shut for any other port', () =>
    assert.equal(classifyAddress('10.1.2.3', { allow, port: 80 }).allowed, false));
  it('keeps it shut when no port is known', () =>
    assert.equal(classifyAddress('10.1.2.3', { allow }).allowed, false));
  it('C1 refuses the cluster ranges that the operator names', () =>
    assert.deepEqual(classifyAddress('34.118.224.1', { deny: ['34.118.224.0/20'] }), {
      allowed: false,
      why: 'refused by the operator of this installation',
    }));
  it('lets the more specific block win', () => {
    const policy = { deny: ['10.0.0.0/8'], allow, port: 8080 };
    assert.equal(classifyAddress('10.1.2.3', policy).allowed, true);
    assert.equal(classifyAddress('10.1.2.3', { ...policy, deny: ['10.1.2.0/24'] }).allowed, false);
  });
  it('refuses on a tie', () =>
    assert.equal(
      classifyAddress('10.1.2.3', { deny: ['10.1.0.0/16'], allow, port: 8080 }).allowed,
      false,
    ));
  it('never opens a metadata address by a wider block', () =>
    assert.equal(
      classifyAddress('169.254.169.254', {
        allow: [{ cidr: '169.254.0.0/16', ports: [80] }],
        port: 80,
      }).allowed,
      false,
    ));
  it('opens a metadata address that is named itself', () =>
    assert.equal(
      classifyAddress('169.254.169.254', {
        allow: [{ cidr: '169.254.169.254', ports: [80] }],
        port: 80,
      }).allowed,
      true,
    ));
  it('opens a single loopback port for the demo page', () =>
    assert.equal(
      classifyAddress('127.0.0.1', { allow: [{ cidr: '127.0.0.1/32', ports: [9100] }], port: 9100 })
        .allowed,
      true,
    ));
  it('does not open the IPv4-mapped spelling with it', () =>
    assert.equal(
      classifyAddress('::ffff:127.0.0.1', {
        allow: [{ cidr: '127.0.0.1/32', ports: [9100] }],
        port: 9100,
      }).allowed,
      false,
    ));
  for (const cidr of ['10.0.0.0/33', '10.0.0/8', 'x', '10.0.0.0/8/8', '10.0.0.0/', '::/129'])
    it(`refuses the block "${cidr}" with a clear message`, () =>
      assert.throws(() => classifyAddress('8.8.8.8', { deny: [cidr] }), {
        name: 'TypeError',
        message: /not a CIDR block/,
      }));
});

describe('domain: a block that is wider than any private network', () => {
  for (const [text, expected] of [
    ['10.0.0.0/8', false],
    ['10.1.2.3', false],
    ['fc00::/7', false],
    ['::1', false],
    ['2001:db8::/32', false],
    ['::ffff:a00:0/104', false],
    ['0.0.0.0/0', true],
    ['10.0.0.0/7', true],
    ['::/0', true],
    ['fc00::/6', true],
    // they carry all of IPv4, or more of it than a network
    ['::/8', true],
    ['::ffff:0:0/96', true],
    ['::ffff:a00:0/103', true],
    ['64:ff9b::/96', true],
    ['64:ff9b::/64', true],
  ] as const)
    it(`${expected ? 'is' : 'is not'} ${text}`, () => {
      const block = parseCidr(text);
      assert.ok(block);
      assert.equal(isWiderThanPrivate(block), expected);
    });
});

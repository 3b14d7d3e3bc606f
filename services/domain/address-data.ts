/**
 * Address ranges that a watched page is never fetched from.
 *
 * Source: the RFCs that the IANA IPv4 and IPv6 Special-Purpose Address Registries list (RFC 6890 and
 * updates) and those of the multicast space, one a row, compiled 2026-11; cloud platform addresses as
 * the providers document them. Wider than the registries on purpose: what is global but never a web
 * page is refused too.
 */

/** One refused range and, in a few words, what it is. */
export interface RefusedRange {
  readonly cidr: string;
  readonly why: string;
}

/** Refused IPv4 ranges; everything else in IPv4 is ordinary unicast. */
export const refusedV4: readonly RefusedRange[] = [
  { cidr: '0.0.0.0/8', why: 'this network (RFC 791)' },
  { cidr: '10.0.0.0/8', why: 'private use (RFC 1918)' },
  { cidr: '100.64.0.0/10', why: 'shared address space (RFC 6598)' },
  { cidr: '127.0.0.0/8', why: 'loopback (RFC 1122)' },
  { cidr: '169.254.0.0/16', why: 'link local (RFC 3927)' },
  { cidr: '172.16.0.0/12', why: 'private use (RFC 1918)' },
  { cidr: '192.0.0.0/24', why: 'IETF protocol assignments (RFC 6890)' },
  { cidr: '192.0.2.0/24', why: 'documentation (RFC 5737)' },
  { cidr: '192.31.196.0/24', why: 'AS112 service (RFC 7535)' },
  { cidr: '192.52.193.0/24', why: 'AMT service (RFC 7450)' },
  { cidr: '192.88.99.0/24', why: 'deprecated 6to4 relay anycast (RFC 7526)' },
  { cidr: '192.168.0.0/16', why: 'private use (RFC 1918)' },
  { cidr: '192.175.48.0/24', why: 'AS112 direct delegation (RFC 7534)' },
  { cidr: '198.18.0.0/15', why: 'benchmarking (RFC 2544)' },
  { cidr: '198.51.100.0/24', why: 'documentation (RFC 5737)' },
  { cidr: '203.0.113.0/24', why: 'documentation (RFC 5737)' },
  { cidr: '224.0.0.0/4', why: 'multicast (RFC 5771)' },
  { cidr: '240.0.0.0/4', why: 'reserved and broadcast (RFC 1112, RFC 919)' },
];

/** The only IPv6 space that is ever global unicast; the rest is refused without a row. */
export const globalV6 = '2000::/3';

/** NAT64's well-known prefix: as good or as bad as the IPv4 address in its last 32 bits. */
export const nat64WellKnown = '64:ff9b::/96';

/** Refused IPv6 ranges, inside and outside of the global space. */
export const refusedV6: readonly RefusedRange[] = [
  { cidr: '::/128', why: 'unspecified (RFC 4291)' },
  { cidr: '::1/128', why: 'loopback (RFC 4291)' },
  { cidr: '::/96', why: 'IPv4-compatible (RFC 4291)' },
  { cidr: '::ffff:0:0/96', why: 'IPv4-mapped (RFC 4291)' },
  { cidr: '::ffff:0:0:0/96', why: 'IPv4-translated (RFC 2765)' },
  { cidr: '64:ff9b:1::/48', why: 'local-use NAT64 (RFC 8215)' },
  { cidr: '100::/64', why: 'discard only (RFC 6666)' },
  { cidr: '100:0:0:1::/64', why: 'dummy prefix (RFC 9780)' },
  { cidr: '2001::/32', why: 'Teredo (RFC 4380)' },
  { cidr: '2001::/23', why: 'IETF protocol assignments (RFC 2928)' },
  { cidr: '2001:db8::/32', why: 'documentation (RFC 3849)' },
  { cidr: '2002::/16', why: '6to4 (RFC 3056)' },
  { cidr: '2620:4f:8000::/48', why: 'AS112 direct delegation (RFC 7534)' },
  { cidr: '3ffe::/16', why: 'returned 6bone space (RFC 3701)' },
  { cidr: '3fff::/20', why: 'documentation (RFC 9637)' },
  { cidr: '5f00::/16', why: 'segment routing identifiers (RFC 9602)' },
  { cidr: 'fc00::/7', why: 'unique local (RFC 4193)' },
  { cidr: 'fe80::/10', why: 'link local (RFC 4291)' },
  { cidr: 'fec0::/10', why: 'deprecated site local (RFC 3879)' },
  { cidr: 'ff00::/8', why: 'multicast (RFC 4291)' },
];

/** Metadata and platform addresses of clouds: only an allow entry of this very address opens them. */
export const cloudAddresses: readonly RefusedRange[] = [
  { cidr: '169.254.169.254/32', why: 'cloud metadata address' },
  { cidr: '169.254.170.2/32', why: 'cloud metadata address (containers)' },
  { cidr: '169.254.170.23/32', why: 'cloud metadata address (pod identity)' },
  { cidr: '169.254.169.253/32', why: 'cloud name server' },
  { cidr: '169.254.169.123/32', why: 'cloud time server' },
  { cidr: '168.63.129.16/32', why: 'cloud platform address' },
  { cidr: '100.100.100.200/32', why: 'cloud metadata address' },
  { cidr: '192.0.0.192/32', why: 'cloud metadata address' },
  { cidr: 'fd00:ec2::254/128', why: 'cloud metadata address' },
  { cidr: 'fd00:ec2::253/128', why: 'cloud name server' },
  { cidr: 'fd00:ec2::23/128', why: 'cloud metadata address (pod identity)' },
  { cidr: 'fd20:ce::254/128', why: 'cloud metadata address' },
];

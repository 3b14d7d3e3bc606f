/** Counts packets by destination with nftables. */

/** Packets of one protocol to one destination. */
export interface Flow {
  /** The link that they came from; `lo` inside of a namespace. */
  readonly link: string;
  readonly address: string;
  readonly protocol: string;
  /** 0 where the protocol has none. */
  readonly port: number;
  readonly packets: number;
}

/** `sent` holds what arrived from a link, `passed` what the policies let through. */
export type Count = 'sent' | 'passed';

const COUNTS: readonly Count[] = ['sent', 'passed'];
const PORTED = '{ tcp, udp, sctp, dccp, udplite }';
/** What the kernel itself says to find its neighbours; no process can send it without rights. */
const KERNEL =
  'icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-report, mld-listener-done, mld2-listener-report } ip6 hoplimit { 1, 255 }';

/** The hub's table: everything that arrives, and everything that goes on after the policies. */
export const hubTable = (): string => table('prerouting', 'iifname');

/** The table of a namespace of its own: what it sends to itself. */
export const loopbackTable = (): string => table('output', 'oifname', 'oifname != "lo" accept');

function table(hook: 'prerouting' | 'output', link: string, first = ''): string {
  const chains = [
    chain('sent', `type filter hook ${hook} priority raw; policy accept;`, link, first),
    ...(hook === 'prerouting'
      ? [chain('passed', 'type filter hook forward priority 10; policy accept;', link, first)]
      : []),
  ];
  return `table inet watch {\n${COUNTS.flatMap(setsOf).join('\n')}\n${chains.join('\n')}\n}\n`;
}

const setsOf = (name: Count): string[] =>
  [4, 6].map(
    (version) =>
      `set ${name}${version} { type ifname . ipv${version}_addr . inet_proto . inet_service; flags dynamic; counter; size 65535; }`,
  );

const chain = (name: Count, hook: string, link: string, first: string): string => `
  chain ${name}_ported {
    meta nfproto ipv4 add @${name}4 { ${link} . ip daddr . meta l4proto . th dport } accept
    meta nfproto ipv6 add @${name}6 { ${link} . ip6 daddr . meta l4proto . th dport } accept
  }
  chain ${name} {
    ${hook}
    ${first}
    ${KERNEL} accept
    meta l4proto ${PORTED} jump ${name}_ported
    meta nfproto ipv4 add @${name}4 { ${link} . ip daddr . meta l4proto . 0 }
    meta nfproto ipv6 add @${name}6 { ${link} . ip6 daddr . meta l4proto . 0 }
  }`;

export const FLUSH = COUNTS.flatMap((name) =>
  [4, 6].map((version) => `flush set inet watch ${name}${version}`),
).join('\n');

interface SetElement {
  readonly elem: {
    readonly val: { readonly concat: readonly [string, string, string | number, string | number] };
    readonly counter: { readonly packets: number };
  };
}

/** Reads what `nft -j list table inet watch` prints. */
export function readCounts(json: string, name: Count): Flow[] {
  const { nftables } = JSON.parse(json) as {
    nftables: readonly { set?: { name: string; elem?: readonly SetElement[] } }[];
  };
  return nftables
    .flatMap(({ set }) => (set?.name.slice(0, -1) === name ? (set.elem ?? []) : []))
    .map(({ elem: { val, counter } }) => {
      const [link, address, protocol, port] = val.concat;
      const { packets } = counter;
      return { link, address, protocol: String(protocol), port: Number(port), packets };
    });
}

/** `udp 10.96.0.1:3478`, `icmp 10.96.0.1`: for messages and comparisons. */
export const shownFlow = ({ address, protocol, port }: Flow): string =>
  `${protocol} ${address.includes(':') ? `[${address}]` : address}${port === 0 ? '' : `:${port}`}`;

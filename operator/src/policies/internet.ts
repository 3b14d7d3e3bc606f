/** What the egress proxy may open connections to: the public Internet, and what is allowed by name. */
import type { EgressAllow } from '../../../crds/types/monitorplatform.ts';
import {
  cloudAddresses,
  globalV6,
  nat64WellKnown,
  refusedV4,
  refusedV6,
} from '../../../services/domain/address-data.ts';
import { type Cidr } from '../../../services/domain/cidr.ts';
import { covers, embedded, knownBlock, without } from './blocks.ts';
import type { EgressRule, IpBlock } from './types.ts';

export interface InternetInput {
  /** Blocks that are refused beside the special-purpose ones. */
  readonly deny: readonly Cidr[];
  readonly allow: readonly AllowedTarget[];
}

/** An entry of `MonitorPlatform.spec.egress.allow` whose block has been read. */
export type AllowedTarget = Pick<EgressAllow, 'ports'> &
  ({ readonly block: Cidr } | Required<Pick<EgressAllow, 'namespaceSelector' | 'podSelector'>>);

const ALL_V4 = knownBlock('0.0.0.0/0');
const GLOBAL_V6 = knownBlock(globalV6);
const NAT64 = knownBlock(nat64WellKnown);
const CLOUD = cloudAddresses.map(({ cidr }) => knownBlock(cidr));
const SPECIAL = [...refusedV4, ...refusedV6].map(({ cidr }) => knownBlock(cidr));

/** TCP alone: pages are never fetched by QUIC. The proxy itself looks at ports and at each address. */
export function internetRules({ deny, allow }: InternetInput): readonly EgressRule[] {
  const refused = [...SPECIAL, ...CLOUD, ...deny];
  const refusedInNat64 = refused
    .filter(({ base }) => base.bits === 32)
    .map((block) => embedded(NAT64, block));
  const blocks = [
    without(ALL_V4, refused),
    without(GLOBAL_V6, refused),
    without(NAT64, [...refusedInNat64, ...deny]),
  ].filter((block): block is IpBlock => block !== undefined);
  const open: EgressRule = {
    to: blocks.map((ipBlock) => ({ ipBlock })),
    ports: [{ protocol: 'TCP' }],
  };
  // A rule without peers would allow every destination.
  return [...(blocks.length === 0 ? [] : [open]), ...allow.flatMap((one) => allowRule(one, deny))];
}

/**
 * Between blocks of the installation the more specific one wins and a tie refuses, as the proxy has it;
 * a cloud platform's address is opened only by its very name.
 */
function allowRule(target: AllowedTarget, deny: readonly Cidr[]): EgressRule[] {
  const ports = target.ports.map((port) => ({ protocol: 'TCP' as const, port }));
  if (!('block' in target)) {
    const { namespaceSelector, podSelector } = target;
    return [{ to: [{ namespaceSelector, podSelector }], ports }];
  }
  const { block } = target;
  const isInside = (other: Cidr): boolean => covers(block, other);
  const cloud = CLOUD.filter((other) => isInside(other) && !covers(other, block));
  const ipBlock = without(block, [...deny.filter(isInside), ...cloud]);
  return ipBlock ? [{ to: [{ ipBlock }], ports }] : [];
}

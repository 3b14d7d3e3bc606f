/** What NetworkPolicies are made from, and what may be wrong with it. */
import type { EgressAllow, MonitorPlatformSpec } from '../../../crds/types/monitorplatform.ts';
import { isWiderThanPrivate, type Cidr } from '../../../services/domain/cidr.ts';
import { blockOf } from './blocks.ts';
import type { AllowedTarget } from './internet.ts';

/** Addresses and ports of the API server, from the EndpointSlices of the Service `kubernetes`. */
export interface ApiServerEndpoints {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

/** A database: pods of ours, or a server outside of the cluster. */
export type Database =
  | { readonly kind: 'pods' }
  | { readonly kind: 'server'; readonly addresses: readonly string[]; readonly port: number };

export interface NetworkInput {
  readonly platformNamespace: string;
  /** Namespaces of tenants, and that of users, with pools of browsers. */
  readonly poolNamespaces: readonly string[];
  readonly spec: Pick<MonitorPlatformSpec, 'ingress' | 'monitoring' | 'egress'>;
  readonly apiServer: readonly ApiServerEndpoints[];
  readonly postgres: Database;
  readonly redis: Database;
}

/** A field that cannot be used, in words for the person who wrote it. */
export interface NetworkProblem {
  readonly path: string;
  readonly message: string;
}

/** The blocks of an input, read. */
export interface Addresses {
  readonly deny: readonly Cidr[];
  readonly allow: readonly AllowedTarget[];
}

const NO_BLOCK = 'is no block of addresses such as 10.0.0.0/8 or fd00::/8';
const TOO_WIDE =
  'is wider than any private network: write the network that you mean, 10.0.0.0/8 or fc00::/7 at the widest';

/**
 * Reads every block of addresses. The API server and databases outside of the cluster are refused to
 * pages as if they stood in `denyCIDRs`.
 */
export function readAddresses(input: NetworkInput): {
  readonly addresses: Addresses;
  readonly problems: readonly NetworkProblem[];
} {
  const problems: NetworkProblem[] = [];
  const read = (text: string, path: string): Cidr[] => {
    const block = blockOf(text);
    if (!block) problems.push({ path, message: NO_BLOCK });
    return block ? [block] : [];
  };
  const { denyCIDRs = [], allow = [] } = input.spec.egress ?? {};
  const servers = [input.postgres, input.redis].flatMap((it) =>
    it.kind === 'server' ? it.addresses : [],
  );
  const endpoints = input.apiServer.flatMap(({ addresses }) => addresses);
  if (endpoints.length === 0)
    problems.push({
      path: 'EndpointSlice kubernetes',
      message: 'has no addresses: policies made without them would cut the operator off',
    });
  const deny = [
    ...denyCIDRs.flatMap((text, index) => read(text, `spec.egress.denyCIDRs[${index}]`)),
    ...endpoints.flatMap((text) => read(text, 'EndpointSlice kubernetes')),
    ...servers.flatMap((text) => read(text, 'address of a database')),
  ];
  const readPrivate = (text: string, path: string): Cidr[] =>
    read(text, path).filter((block) => {
      const isWide = isWiderThanPrivate(block);
      if (isWide) problems.push({ path, message: TOO_WIDE });
      return !isWide;
    });
  const targets = allow.flatMap((entry, index) =>
    targetOf(entry, (text) => readPrivate(text, `spec.egress.allow[${index}].cidr`)),
  );
  return { addresses: { deny, allow: targets }, problems };
}

function targetOf(entry: EgressAllow, read: (text: string) => Cidr[]): AllowedTarget[] {
  const { cidr, namespaceSelector, podSelector, ports } = entry;
  if (cidr !== undefined) return read(cidr).map((block) => ({ block, ports }));
  return namespaceSelector && podSelector ? [{ namespaceSelector, podSelector, ports }] : [];
}

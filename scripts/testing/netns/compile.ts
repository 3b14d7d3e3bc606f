/** Turns NetworkPolicies into rules of nftables, so that the policies themselves are what is tested. */
import { LABELS } from '../../../operator/src/names.ts';
import { selects } from '../../../operator/src/policies/testing/evaluate.ts';
import type { NetworkPolicy, Peer, PolicyPort } from '../../../operator/src/policies/types.ts';

/** A pod of the network; `link` is the interface of the hub that leads to it, if it has one of its own. */
export interface NetPod {
  readonly link?: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
}

type Direction = 'Egress' | 'Ingress';
const DIRECTIONS: readonly Direction[] = ['Egress', 'Ingress'];

/**
 * One table for the hub. A packet must pass the chain of the pod that it leaves and that of the pod to
 * which it goes; a pod that no policy of a direction selects has no chain of that direction.
 */
export function compile(policies: readonly NetworkPolicy[], pods: readonly NetPod[]): string {
  const chains = pods.flatMap((pod) =>
    DIRECTIONS.flatMap((direction) => chainOf(pod, direction, policies, pods) ?? []),
  );
  const jumps = chains.map(({ match, name }) => `    ${match} jump ${name}`);
  return [
    'table inet policies {',
    ...chains.map(({ name, rules }) =>
      [`  chain ${name} {`, ...rules.map((rule) => `    ${rule}`), '    counter drop', '  }'].join(
        '\n',
      ),
    ),
    '  chain forward {',
    '    type filter hook forward priority filter; policy accept;',
    '    ct state established,related accept',
    ...jumps,
    '  }',
    '}',
    '',
  ].join('\n');
}

interface Chain {
  readonly name: string;
  readonly match: string;
  readonly rules: readonly string[];
}

function chainOf(
  pod: NetPod,
  direction: Direction,
  policies: readonly NetworkPolicy[],
  pods: readonly NetPod[],
): Chain | undefined {
  const selecting = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.namespace &&
      spec.policyTypes.includes(direction) &&
      selects(spec.podSelector, pod.labels),
  );
  if (pod.link === undefined || selecting.length === 0) return undefined;
  const side = direction === 'Egress' ? 'daddr' : 'saddr';
  const rules = selecting.flatMap(({ metadata, spec }) =>
    (direction === 'Egress'
      ? (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
      : (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
    ).flatMap(({ peers, ports }) =>
      matchesOf(peers, metadata.namespace, pods, side).flatMap((match) =>
        portsOf(ports).map((port) => `${match} ${port} return`.trim()),
      ),
    ),
  );
  const way = direction === 'Egress' ? 'iifname' : 'oifname';
  const name = `${direction.toLowerCase()}_${pod.link}`;
  return { name, match: `${way} "${pod.link}"`, rules };
}

/** No peers mean every peer. */
function matchesOf(
  peers: readonly Peer[],
  namespace: string,
  pods: readonly NetPod[],
  side: 'saddr' | 'daddr',
): string[] {
  if (peers.length === 0) return [''];
  return peers.flatMap(({ ipBlock, namespaceSelector, podSelector }) => {
    if (ipBlock) {
      const field = `${familyOf(ipBlock.cidr)} ${side}`;
      const { cidr, except = [] } = ipBlock;
      return [
        `${field} ${cidr}${except.length > 0 ? ` ${field} != { ${except.join(', ')} }` : ''}`,
      ];
    }
    const found = pods.filter(
      (pod) =>
        (namespaceSelector
          ? selects(namespaceSelector, { [LABELS.namespaceName]: pod.namespace })
          : pod.namespace === namespace) && selects(podSelector ?? {}, pod.labels),
    );
    return found
      .flatMap(({ addresses }) => addresses)
      .map((address) => `${familyOf(address)} ${side} ${address}`);
  });
}

/** No ports mean every port. */
const portsOf = (ports: readonly PolicyPort[]): string[] =>
  ports.length === 0
    ? ['']
    : ports.map(({ protocol, port }) =>
        port === undefined
          ? `meta l4proto ${protocol.toLowerCase()}`
          : `${protocol.toLowerCase()} dport ${port}`,
      );

const familyOf = (address: string): 'ip' | 'ip6' => (address.includes(':') ? 'ip6' : 'ip');

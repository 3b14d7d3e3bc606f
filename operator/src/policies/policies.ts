/** Every NetworkPolicy of an installation, in each namespace with pods of ours. */
import { COMPONENTS, LABELS, PART_OF, type Component } from '../names.ts';
import {
  DNS_CLIENTS,
  EXPOSED,
  FLOWS,
  KUBERNETES_CLIENTS,
  MEASURED,
  METRICS_PORT,
  portOf,
} from './flows.ts';
import {
  readAddresses,
  type Addresses,
  type Database,
  type NetworkInput,
  type NetworkProblem,
} from './input.ts';
import { internetRules } from './internet.ts';
import type {
  EgressRule,
  IngressRule,
  LabelSelector,
  NetworkPolicy,
  Peer,
  PolicyPort,
} from './types.ts';

/** All policies, or what has to be mended first: half of them would open or cut what they should not. */
export type NetworkPlan =
  | { readonly kind: 'policies'; readonly policies: readonly NetworkPolicy[] }
  | { readonly kind: 'invalid'; readonly problems: readonly NetworkProblem[] };

/** Decides the policies of all namespaces, in a fixed order. */
export function planNetwork(input: NetworkInput): NetworkPlan {
  const { addresses, problems } = readAddresses(input);
  if (problems.length > 0) return { kind: 'invalid', problems };
  const tenants = tenantsOf(input);
  const policies = [
    ...platformPolicies(input, addresses, tenants),
    ...tenants.flatMap((namespace) => tenantPolicies(namespace, input)),
  ];
  return { kind: 'policies', policies };
}

function platformPolicies(
  input: NetworkInput,
  addresses: Addresses,
  tenants: readonly string[],
): NetworkPolicy[] {
  const { platformNamespace: namespace } = input;
  const monitoring = monitoringRules(input);
  const parts = COMPONENTS.map((component) =>
    policy(namespace, `duckmon-${component}`, componentIs(component), {
      ingress: ingressOf(component, input, tenants),
      egress: egressOf(component, input, addresses, tenants),
    }),
  );
  return [
    denyAll(namespace, 'duckmon-default-deny', {}),
    policy(namespace, 'duckmon-dns', componentIn(DNS_CLIENTS), { egress: [dns] }),
    policy(namespace, 'duckmon-kubernetes-api', componentIn(KUBERNETES_CLIENTS), {
      egress: apiServerRules(input),
    }),
    policy(namespace, 'duckmon-metrics', componentIn(MEASURED), { ingress: monitoring }),
    ...parts,
  ].filter(saysSomething);
}

/** Only pods of pools are selected: the tenant's own are none of our business. */
function tenantPolicies(namespace: string, input: NetworkInput): NetworkPolicy[] {
  const ofPool = { key: LABELS.pool, operator: 'Exists' } as const;
  const pods: LabelSelector = { matchExpressions: [ofPool] };
  const there = inNamespace(input.platformNamespace);
  return [
    denyAll(namespace, 'duckmon-pool-default-deny', pods),
    policy(namespace, 'duckmon-pool', pods, {
      ingress: [
        {
          from: [{ ...there, podSelector: componentIs('scheduler') }],
          ports: tcp(portOf('browser')),
        },
        ...monitoringRules(input),
      ],
      egress: [
        { to: [{ ...there, podSelector: componentIs('egress') }], ports: tcp(portOf('egress')) },
      ],
    }),
  ];
}

function ingressOf(
  component: Component,
  { spec }: NetworkInput,
  tenants: readonly string[],
): IngressRule[] {
  const callers = FLOWS.filter(({ to }) => to === component).map(({ from }) => from);
  const peers: Peer[] = callers.map((caller) => ({ podSelector: componentIs(caller) }));
  if (component === 'egress') peers.push(...tenantBrowsers(tenants));
  if (EXPOSED.includes(component) && spec.ingress) peers.push(spec.ingress);
  return peers.length === 0 ? [] : [{ from: peers, ports: tcp(portOf(component)) }];
}

function egressOf(
  component: Component,
  input: NetworkInput,
  addresses: Addresses,
  tenants: readonly string[],
): EgressRule[] {
  const callees = FLOWS.filter(({ from }) => from === component).map(({ to }) => to);
  const rules = callees.map((callee) => ruleTo(callee, input, tenants));
  return component === 'egress' ? [...rules, ...internetRules(addresses)] : rules;
}

function ruleTo(callee: Component, input: NetworkInput, tenants: readonly string[]): EgressRule {
  const database = databaseOf(callee, input);
  if (database?.kind === 'server')
    return { to: database.addresses.map(single), ports: tcp(database.port) };
  const own: Peer = { podSelector: componentIs(callee) };
  const to = callee === 'browser' ? [own, ...tenantBrowsers(tenants)] : [own];
  return { to, ports: tcp(portOf(callee)) };
}

function databaseOf(component: Component, input: NetworkInput): Database | undefined {
  if (component === 'postgres') return input.postgres;
  return component === 'redis' ? input.redis : undefined;
}

const monitoringRules = ({ spec }: NetworkInput): IngressRule[] =>
  spec.monitoring ? [{ from: [spec.monitoring], ports: tcp(METRICS_PORT) }] : [];

const apiServerRules = ({ apiServer }: NetworkInput): EgressRule[] =>
  apiServer.map(({ addresses, ports }) => ({
    to: addresses.map(single),
    ports: ports.flatMap(tcp),
  }));

/** The pods of the cluster's name service, and not port 53 of whoever listens there. */
const dns: EgressRule = {
  to: [{ ...inNamespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

const tenantsOf = ({ poolNamespaces, platformNamespace }: NetworkInput): string[] =>
  [...new Set(poolNamespaces)].filter((name) => name !== platformNamespace).toSorted();

/** Pods of browsers in the namespaces of tenants; no peer at all without tenants. */
const tenantBrowsers = (tenants: readonly string[]): Peer[] =>
  tenants.length === 0
    ? []
    : [
        {
          namespaceSelector: {
            matchExpressions: [{ key: LABELS.namespaceName, operator: 'In', values: tenants }],
          },
          podSelector: {
            matchLabels: { [LABELS.component]: 'browser' },
            matchExpressions: [{ key: LABELS.pool, operator: 'Exists' }],
          },
        },
      ];

function inNamespace(name: string): Required<Pick<Peer, 'namespaceSelector'>> {
  return { namespaceSelector: { matchLabels: { [LABELS.namespaceName]: name } } };
}

const componentIs = (component: Component): LabelSelector => ({
  matchLabels: { [LABELS.component]: component },
});

const componentIn = (values: readonly Component[]): LabelSelector => ({
  matchExpressions: [{ key: LABELS.component, operator: 'In', values }],
});

const tcp = (port: number): PolicyPort[] => [{ protocol: 'TCP', port }];

const single = (address: string): Peer => ({
  ipBlock: {
    cidr: address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`,
  },
});

interface Rules {
  readonly ingress?: readonly IngressRule[];
  readonly egress?: readonly EgressRule[];
}

function policy(
  namespace: string,
  name: string,
  podSelector: LabelSelector,
  { ingress = [], egress = [] }: Rules,
): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace, labels: { [LABELS.partOf]: PART_OF } },
    spec: {
      podSelector,
      policyTypes: [
        ...(ingress.length > 0 ? (['Ingress'] as const) : []),
        ...(egress.length > 0 ? (['Egress'] as const) : []),
      ],
      ...(ingress.length > 0 ? { ingress } : {}),
      ...(egress.length > 0 ? { egress } : {}),
    },
  };
}

const saysSomething = ({ spec }: NetworkPolicy): boolean => spec.policyTypes.length > 0;

function denyAll(namespace: string, name: string, podSelector: LabelSelector): NetworkPolicy {
  const { spec, ...rest } = policy(namespace, name, podSelector, {});
  return { ...rest, spec: { ...spec, policyTypes: ['Ingress', 'Egress'] } };
}

/** The meaning of NetworkPolicies, as the documentation of Kubernetes states it, for pods and addresses. */
import { contains, parseCidr, parseIp } from '../../../../services/domain/cidr.ts';
import { LABELS } from '../../names.ts';
import type { LabelSelector, NetworkPolicy, Peer, PolicyPort } from '../types.ts';

export interface Pod {
  readonly kind: 'pod';
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ip: string;
}

/** Anything that is no pod of the cluster. */
export interface Address {
  readonly kind: 'address';
  readonly ip: string;
}

/** The node on which the other end runs: a policy cannot keep it from its own pods. */
export interface Node {
  readonly kind: 'node';
  readonly ip: string;
}

export type End = Pod | Address | Node;

export interface Connection {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
}

/** Whether the policies let a connection be opened: both ends must allow it. */
export function isAllowed(policies: readonly NetworkPolicy[], connection: Connection): boolean {
  return passes(policies, connection, 'Egress') && passes(policies, connection, 'Ingress');
}

function passes(
  policies: readonly NetworkPolicy[],
  { from, to, port, protocol = 'TCP' }: Connection,
  direction: 'Ingress' | 'Egress',
): boolean {
  const [subject, other] = direction === 'Egress' ? [from, to] : [to, from];
  if (subject.kind !== 'pod') return true;
  if (direction === 'Ingress' && other.kind === 'node') return true;
  const selecting = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === subject.namespace &&
      spec.policyTypes.includes(direction) &&
      selects(spec.podSelector, subject.labels),
  );
  if (selecting.length === 0) return true;
  return selecting.some(({ metadata, spec }) => {
    const rules =
      direction === 'Egress'
        ? (spec.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports }))
        : (spec.ingress ?? []).map((rule) => ({ peers: rule.from, ports: rule.ports }));
    return rules.some(
      ({ peers, ports }) =>
        isPeer(peers, other, metadata.namespace) && isPort(ports, { port, protocol }),
    );
  });
}

/** No peers mean every peer, and no ports every port. */
const isPeer = (peers: readonly Peer[], other: End, namespace: string): boolean =>
  peers.length === 0 || peers.some((peer) => matches(peer, other, namespace));

const isPort = (
  ports: readonly PolicyPort[],
  wanted: { readonly port: number; readonly protocol: 'TCP' | 'UDP' },
): boolean =>
  ports.length === 0 ||
  ports.some(
    ({ protocol, port }) =>
      protocol === wanted.protocol && (port === undefined || port === wanted.port),
  );

function matches(peer: Peer, other: End, namespace: string): boolean {
  const { ipBlock, namespaceSelector, podSelector } = peer;
  if (ipBlock)
    return isIn(ipBlock.cidr, other.ip) && !ipBlock.except?.some((cidr) => isIn(cidr, other.ip));
  if (other.kind !== 'pod') return false;
  const isThere = namespaceSelector
    ? selects(namespaceSelector, { [LABELS.namespaceName]: other.namespace })
    : other.namespace === namespace;
  return isThere && selects(podSelector ?? {}, other.labels);
}

function isIn(cidr: string, ip: string): boolean {
  const [block, address] = [parseCidr(cidr), parseIp(ip)];
  if (!block || !address) throw new Error(`${ip} in ${cidr}?`);
  return contains(block, address);
}

/** Whether a selector takes these labels; an empty one takes all. */
export function selects(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          return operator satisfies never;
      }
    })
  );
}

/** What a server would say against a policy; empty when it would take it. */
export function faultsOf({ metadata, spec }: NetworkPolicy): string[] {
  const peers = [
    ...(spec.ingress ?? []).flatMap(({ from }) => from),
    ...(spec.egress ?? []).flatMap(({ to }) => to),
  ];
  const rules = [...(spec.ingress ?? []), ...(spec.egress ?? [])];
  const blocks = peers.flatMap(({ ipBlock }) => ipBlock ?? []);
  return [
    ...blocks.filter(({ cidr }) => !parseCidr(cidr)).map(({ cidr }) => `${cidr} is no block`),
    ...blocks.flatMap(({ cidr, except = [] }) =>
      except
        .filter((inner) => !isStrictlyIn(cidr, inner))
        .map((inner) => `${inner} is not in ${cidr}`),
    ),
    ...peers
      .filter((peer) => peer.ipBlock && (peer.podSelector || peer.namespaceSelector))
      .map(() => 'ipBlock and selectors in one peer'),
    // What the server takes for "everything" is never what is meant here.
    ...rules
      .filter((rule) => ('from' in rule ? rule.from : rule.to).length === 0)
      .map(() => 'a rule without peers'),
    ...rules.filter(({ ports }) => ports.length === 0).map(() => 'a rule without ports'),
  ].map((fault) => `${metadata.namespace}/${metadata.name}: ${fault}`);
}

function isStrictlyIn(outer: string, inner: string): boolean {
  const [a, b] = [parseCidr(outer), parseCidr(inner)];
  return Boolean(a && b && a.length < b.length && contains(a, b.base));
}

/** An installation with neighbours: pods, tenants, and what lies outside. */
import { COMPONENTS, LABELS, type Component } from '../../names.ts';
import type { NetworkInput } from '../input.ts';
import type { Address, Pod } from './evaluate.ts';

const INGRESS = { 'app.kubernetes.io/name': 'ingress-nginx' };

export const input: NetworkInput = {
  platformNamespace: 'duckmon',
  poolNamespaces: ['team-b', 'team-a', 'duckmon-users'],
  spec: {
    ingress: {
      namespaceSelector: { matchLabels: { [LABELS.namespaceName]: 'ingress' } },
      podSelector: { matchLabels: INGRESS },
    },
    monitoring: { namespaceSelector: { matchLabels: { [LABELS.namespaceName]: 'monitoring' } } },
    egress: { denyCIDRs: ['198.41.0.0/16', '2001:500::/32'] },
  },
  apiServer: [{ addresses: ['172.18.0.2', '45.76.0.9'], ports: [6443] }],
  postgres: { kind: 'pods' },
  redis: { kind: 'pods' },
};

let made = 0;
const pod = (namespace: string, labels: Record<string, string> = {}): Pod => ({
  kind: 'pod',
  namespace,
  labels,
  ip: `10.244.0.${(made += 1)}`,
});
const address = (ip: string): Address => ({ kind: 'address', ip });

const part = (component: Component, namespace = 'duckmon'): Pod =>
  pod(namespace, {
    [LABELS.component]: component,
    ...(component === 'browser' || component === 'llm' ? { [LABELS.pool]: 'shared' } : {}),
  });

export const parts = Object.fromEntries(COMPONENTS.map((name) => [name, part(name)])) as Record<
  Component,
  Pod
>;

export const neighbours = {
  /** A pod in the platform's namespace that is no part of it. */
  stranger: pod('duckmon'),
  'team-a browser': part('browser', 'team-a'),
  'team-b browser': part('browser', 'team-b'),
  'users browser': part('browser', 'duckmon-users'),
  'team-a app': pod('team-a', { app: 'shop' }),
  /** Calls itself a scheduler in a namespace of its own. */
  impostor: part('scheduler', 'team-a'),
  /** Calls itself a browser, and belongs to no pool. */
  'team-a poolless browser': pod('team-a', { [LABELS.component]: 'browser' }),
  'other namespace browser': part('browser', 'elsewhere'),
  'ingress controller': pod('ingress', INGRESS),
  'pod beside the ingress controller': pod('ingress'),
  'ingress labels elsewhere': pod('team-a', INGRESS),
  prometheus: pod('monitoring'),
  'kube-dns': pod('kube-system', { 'k8s-app': 'kube-dns' }),
  'kube-system pod': pod('kube-system', { 'k8s-app': 'metrics-server' }),
  'kube-dns labels elsewhere': pod('team-a', { 'k8s-app': 'kube-dns' }),
} as const;

export const outside = {
  internet: address('93.184.215.14'),
  'internet v6': address('2606:2800:21f:cb07:6820:80da:af6b:8b2c'),
  'kubernetes api': address('172.18.0.2'),
  'public kubernetes api': address('45.76.0.9'),
  metadata: address('169.254.169.254'),
  'metadata v6': address('fd00:ec2::254'),
  'private network': address('192.168.1.1'),
  'private network v6': address('fd12:3456::1'),
  'denied network': address('198.41.0.4'),
  'denied network v6': address('2001:500::1'),
} as const;

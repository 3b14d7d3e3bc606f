/** Who opens connections to whom inside of the installation: both sides of each policy come from here. */
import { DEFAULT_PORTS } from '../../../services/core/contracts/ports.ts';
import type { Component } from '../names.ts';

/** Metrics and health have a port of their own in a cluster. */
export const METRICS_PORT = 9090;

const PORTS: Readonly<Partial<Record<Component, number>>> = {
  ...DEFAULT_PORTS,
  postgres: 5432,
  redis: 6379,
};

export interface Flow {
  readonly from: Component;
  readonly to: Component;
}

export const FLOWS: readonly Flow[] = [
  { from: 'dashboard', to: 'api' },
  { from: 'api', to: 'scheduler' },
  { from: 'operator', to: 'scheduler' },
  { from: 'scheduler', to: 'browser' },
  { from: 'scheduler', to: 'llm' },
  { from: 'scheduler', to: 'notification' },
  // The scheduler asks each callee which keys it holds, the proxy as well.
  { from: 'scheduler', to: 'egress' },
  { from: 'api', to: 'egress' },
  { from: 'browser', to: 'egress' },
  { from: 'llm', to: 'egress' },
  { from: 'notification', to: 'egress' },
  { from: 'canary', to: 'egress' },
  { from: 'api', to: 'postgres' },
  { from: 'scheduler', to: 'postgres' },
  { from: 'backup', to: 'postgres' },
  { from: 'restore', to: 'postgres' },
  { from: 'api', to: 'redis' },
  { from: 'scheduler', to: 'redis' },
];

/** What the ingress controller may reach. */
export const EXPOSED: readonly Component[] = ['dashboard', 'api'];

/** Who speaks to the Kubernetes API. */
export const KUBERNETES_CLIENTS: readonly Component[] = ['operator', 'api', 'notification'];

/** Who may ask for names: all that open connections, but browsers. */
export const DNS_CLIENTS: readonly Component[] = [
  'dashboard',
  'api',
  'scheduler',
  'llm',
  'notification',
  'egress',
  'operator',
  'canary',
  'backup',
  'restore',
];

/** Who has metrics. */
export const MEASURED: readonly Component[] = [
  'dashboard',
  'api',
  'scheduler',
  'browser',
  'llm',
  'notification',
  'egress',
  'operator',
];

/** The port on which a component takes connections. */
export function portOf(component: Component): number {
  const port = PORTS[component];
  if (port === undefined) throw new Error(`${component} takes no connections.`);
  return port;
}

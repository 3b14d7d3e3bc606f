/** An installation that is well, and what may be wrong with one, for tests of its examination. */
import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../../crds/types/workerpool.ts';
import { examineAll } from '../examine.ts';
import type { Seen } from '../finding.ts';
import type { Container, Crd, Deployment } from '../kinds.ts';
import type { Snapshot } from '../snapshot.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
export const ago = (hours: number): string =>
  new Date(NOW.getTime() - hours * 3_600_000).toISOString();
export const seen = <T>(value: T): Seen<T> => ({ kind: 'seen', value });
export const ABSENT = { kind: 'absent' } as const;
export const UNSEEN = { kind: 'unseen', why: 'forbidden' } as const;

const established = [{ type: 'Established', status: 'True' }];
const crd = (plural: string, patch: Partial<Crd> = {}): Crd => ({
  metadata: {
    name: `${plural}.mon.duckerhub.com`,
    labels: { 'app.kubernetes.io/version': '1.0.0' },
  },
  spec: { versions: [{ name: 'v1alpha1', served: true }] },
  status: { conditions: established },
  ...patch,
});
const KINDS = ['monitorjobs', 'notificationchannels', 'workerpools', 'monitorplatforms'];
export const crdsWith = (patch: Partial<Crd>): Pick<Snapshot, 'crds'> => ({
  crds: seen(KINDS.map((plural) => crd(plural, plural === 'workerpools' ? patch : {}))),
});

const IMAGE = `registry.example/duckmon@sha256:${'a'.repeat(64)}`;
export const deployment = (
  part: string,
  {
    replicas = 2,
    available = replicas,
    ...container
  }: Partial<Container> & {
    replicas?: number;
    available?: number;
  } = {},
): Deployment => ({
  metadata: { name: `duckmon-${part}` },
  spec: {
    replicas,
    template: {
      spec: {
        containers: [{ name: part, image: IMAGE, env: [], ...container }],
        volumes: [{ secret: { secretName: `duckmon-keys-${part}` } }, {}],
      },
    },
  },
  status: { availableReplicas: available },
});
const PARTS = ['operator', 'scheduler', 'api', 'dashboard', 'notification', 'egress'];
const ENV: Readonly<Record<string, Container['env']>> = {
  operator: [{ name: 'WATCH_NAMESPACES', value: 'team-a,team-b' }],
  api: [
    { name: 'PUBLIC_URL', value: 'https://mon.example.org' },
    {
      name: 'DATABASE_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'duckmon-postgres' } },
    },
    { name: 'X', valueFrom: { secretKeyRef: { name: 'not-needed', optional: true } } },
  ],
};
export const deployments = (changed: Deployment[] = []): Pick<Snapshot, 'deployments'> => ({
  deployments: seen(
    PARTS.map(
      (part) =>
        changed.find(({ metadata }) => metadata.name === `duckmon-${part}`) ??
        deployment(part, { env: ENV[part] ?? [] }),
    ),
  ),
});
const SECRETS = [
  'duckmon-internal-key',
  'duckmon-jwt-secret',
  'duckmon-data-key',
  'duckmon-postgres',
  'duckmon-keys-model-openai',
  'mon-tls',
  ...PARTS.map((part) => `duckmon-keys-${part}`),
];
export const without = (name: string): Pick<Snapshot, 'secrets'> => ({
  secrets: seen(SECRETS.filter((one) => one !== name)),
});

const condition = (type: string, status: string, reason = 'Said', message = '') => ({
  type,
  status,
  reason,
  message,
});
const CONDITIONS: Readonly<Record<string, string>> = {
  Ready: 'True',
  KeysCurrent: 'True',
  KeysLost: 'False',
  DataKeyLost: 'False',
  DataKeyRotating: 'False',
  NetworkPolicyEnforced: 'True',
  Sandboxed: 'True',
  SchedulerReachable: 'True',
  Frozen: 'False',
  Paused: 'False',
};
export const conditions = (changed: Record<string, string> = {}) =>
  Object.entries({ ...CONDITIONS, ...changed }).map(([type, status]) => condition(type, status));
export const key = (ring: string, hours: number) => ({
  kid: ring,
  ring,
  state: 'Current',
  fingerprint: 'f',
  created: ago(hours),
});
export const platform = ({ spec = {}, status = {} }: { spec?: object; status?: object } = {}): Pick<
  Snapshot,
  'platform'
> => ({
  platform: seen({
    metadata: { name: 'default', generation: 2 },
    spec: {
      keys: { maxAge: '2160h' },
      pools: {
        llm: {
          model: {
            name: 'small-model',
            secretRef: { name: 'duckmon-keys-model-openai', key: 'k' },
          },
        },
      },
      ...spec,
    },
    status: {
      observedGeneration: 2,
      version: '1.0.0',
      conditions: conditions(),
      keys: [key('Internal', 24), key('Jwt', 48), key('Data', 9_000)],
      ...status,
    },
  } as unknown as MonitorPlatform),
});
export const pool = (changed: Record<string, string> = {}): Pick<Snapshot, 'pools'> => ({
  pools: seen([
    {
      metadata: { name: 'browser', namespace: 'duckmon' },
      status: {
        readyReplicas: 1,
        slots: 4,
        conditions: Object.entries({ Ready: 'True', Sandboxed: 'True', ...changed }).map(
          ([type, status]) => condition(type, status, 'Why', 'Because.'),
        ),
      },
    } as unknown as WorkerPool,
  ]),
});
export const POLICIES = [
  'duckmon-api-secrets',
  'duckmon-limits',
  'duckmon-operator-own',
  'duckmon-operator-secrets',
  'duckmon-operator-accounts',
  'duckmon-operator-workloads',
  'duckmon-monitorjob-secrets',
  'duckmon-channel-secrets',
  'duckmon-requested-by',
];
const binding = (policyName: string, validationActions: string[]) => ({
  metadata: { name: policyName },
  spec: { policyName, validationActions },
});
export const bindings = (limits: string[]): Pick<Snapshot, 'bindings'> => ({
  bindings: seen(
    POLICIES.map((name) => binding(name, name === 'duckmon-limits' ? limits : ['Deny'])),
  ),
});
export const HOST = 'mon.example.org';
export const ingress = (
  tls: { hosts?: string[]; secretName?: string }[],
  host = HOST,
): Pick<Snapshot, 'ingress'> => ({
  ingress: seen({ metadata: {}, spec: { tls, rules: [{ host }] } }),
});
export const namespace = (labels: Record<string, string>): Pick<Snapshot, 'ownNamespace'> => ({
  ownNamespace: seen({ metadata: { name: 'duckmon', labels } }),
});
export const lease = (holderIdentity: string, hours: number): Pick<Snapshot, 'lease'> => ({
  lease: seen({ metadata: {}, spec: { holderIdentity, renewTime: ago(hours) } }),
});
export const backup = (
  spec: object,
  lastSuccessfulTime?: string,
  creationTimestamp = ago(9_000),
) => ({
  backup: seen({
    metadata: { creationTimestamp },
    spec,
    status: lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime },
  }),
});

export const WELL: Snapshot = {
  now: NOW,
  namespace: 'duckmon',
  version: 'v1.34.1',
  ...crdsWith({}),
  ...platform(),
  ...lease('operator-0', 0),
  ...deployments(),
  ...pool(),
  secrets: seen(SECRETS),
  monitored: seen(['team-a', 'team-b']),
  ...namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' }),
  policies: seen(POLICIES),
  ...bindings(['Deny']),
  ...backup({}, ago(20)),
  ...ingress([{ hosts: [HOST], secretName: 'mon-tls' }]),
  lacking: seen([]),
};
export const linesOf = (changed: Partial<Snapshot>): string[] =>
  examineAll({ ...WELL, ...changed }).map(
    ({ topic, result, text }) => `${result} ${topic}: ${text}`,
  );
export const badOf = (changed: Partial<Snapshot>): string[] =>
  linesOf(changed).filter((line) => !line.startsWith('ok '));

/** Makes a test of each: something changed in an installation that is well, and the line that tells of it. */
export function itTells(
  cases: readonly (readonly [title: string, Partial<Snapshot>, RegExp])[],
): void {
  for (const [title, changed, words] of cases)
    it(`tells of ${title}`, () => {
      const lines = badOf(changed);
      assert.ok(
        lines.some((line) => words.test(line)),
        lines.join('\n'),
      );
    });
}

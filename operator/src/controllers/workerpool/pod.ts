/** The pod of a WorkerPool, under Pod Security "restricted". Pure. */
import type {
  V1Container,
  V1PodSecurityContext,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Probe,
  V1Volume,
} from '@kubernetes/client-node';
import type { ResourceAmounts, WorkerPool } from '../../../../crds/types/workerpool.ts';
import { DEFAULT_PORTS } from '../../../../services/core/contracts/ports.ts';
import { keysSecretName, LABELS, LIFETIMES, PART_OF } from '../../names.ts';
import { METRICS_PORT } from '../../policies/flows.ts';
import { componentOf, selectorOf, serviceAccountName, type Lifetime } from './names.ts';
import { envOf, FOLDERS } from './podEnv.ts';
import type { PoolSetting } from './types.ts';

/** Of every process of ours; any id from 10000 on would do. */
const USER = 10_001;
/** A pod that is asked to end may finish what it began, which takes 140 s at most. */
const GRACE_SECONDS = 150;
/** Where the nodes hold the profile, below the kubelet's seccomp folder. */
export const SECCOMP_PROFILE = 'duckmon/chromium.json';

const DEFAULT_RESOURCES = {
  browser: {
    requests: { cpu: '500m', memory: '1Gi' },
    limits: { memory: '3Gi', 'ephemeral-storage': '2Gi' },
  },
  llm: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { memory: '512Mi', 'ephemeral-storage': '256Mi' },
  },
} as const;

const amounts = (given: ResourceAmounts = {}): Record<string, string> => ({
  ...(given.cpu === undefined ? {} : { cpu: given.cpu }),
  ...(given.memory === undefined ? {} : { memory: given.memory }),
  ...(given.ephemeralStorage === undefined ? {} : { 'ephemeral-storage': given.ephemeralStorage }),
});

/** What the pool asks for, over what fits the role. */
function resourcesOf(pool: WorkerPool): {
  requests: Record<string, string>;
  limits: Record<string, string>;
} {
  const { requests, limits } = DEFAULT_RESOURCES[componentOf(pool)];
  const given = pool.spec.resources;
  return {
    requests: { ...requests, ...amounts(given?.requests) },
    limits: { ...limits, ...amounts(given?.limits) },
  };
}

/** Chromium's own sandbox needs three calls more than the runtime's default profile has. */
const seccompOf = ({ spec }: WorkerPool): V1PodSecurityContext['seccompProfile'] =>
  spec.role === 'Browser' && spec.sandbox === 'SeccompLocalhost'
    ? { type: 'Localhost', localhostProfile: SECCOMP_PROFILE }
    : { type: 'RuntimeDefault' };

/**
 * One for each, since two Secrets may have the same keys; its name is a label, as that of a volume must be. A
 * login Secret that is not there yet keeps no pod from starting.
 */
const loginVolumes = (logins: readonly string[]): V1Volume[] =>
  logins.map((name) => ({
    name,
    secret: { secretName: name, defaultMode: 0o440, optional: true },
  }));

function volumesOf({ pool, logins }: PoolSetting): V1Volume[] {
  const component = componentOf(pool);
  const secret = pool.spec.model?.secretRef;
  return [
    { name: 'keys', secret: { secretName: keysSecretName(component), defaultMode: 0o440 } },
    { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
    ...(component === 'browser'
      ? [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '512Mi' } }]
      : []),
    ...loginVolumes(logins),
    ...(secret
      ? [
          {
            name: 'model',
            secret: {
              secretName: secret.name,
              items: [{ key: secret.key, path: 'key' }],
              defaultMode: 0o440,
            },
          },
        ]
      : []),
  ];
}

const MOUNTS: Readonly<Record<string, { mountPath: string; readOnly: boolean } | undefined>> = {
  keys: { mountPath: FOLDERS.keys, readOnly: true },
  tmp: { mountPath: '/tmp', readOnly: false },
  shm: { mountPath: '/dev/shm', readOnly: false },
  model: { mountPath: FOLDERS.model, readOnly: true },
};

const mountOf = ({ name }: V1Volume): { mountPath: string; readOnly: boolean } =>
  MOUNTS[name] ?? { mountPath: `${FOLDERS.logins}/${name}`, readOnly: true };

/** The node asks where the metrics are: the port of the work takes signed calls only. */
const probe = (path: string, failureThreshold: number): V1Probe => ({
  httpGet: { path, port: 'metrics' },
  periodSeconds: 5,
  timeoutSeconds: 3,
  failureThreshold,
});

function containerOf(setting: PoolSetting, lifetime: Lifetime): V1Container {
  const component = componentOf(setting.pool);
  return {
    name: component,
    image: setting.pool.spec.image ?? setting.image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', `services/${component}/main.ts`],
    ports: [
      { name: 'http', containerPort: DEFAULT_PORTS[component], protocol: 'TCP' },
      { name: 'metrics', containerPort: METRICS_PORT, protocol: 'TCP' },
    ],
    env: envOf(setting, lifetime),
    resources: resourcesOf(setting.pool),
    startupProbe: probe('/healthz', 24),
    livenessProbe: probe('/healthz', 6),
    readinessProbe: probe('/readyz', 2),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: volumesOf(setting).map((volume) => ({ name: volume.name, ...mountOf(volume) })),
  };
}

/** A browser pod asks no DNS: what it opens is resolved by the egress proxy. */
const dnsOf = (pool: WorkerPool): Pick<V1PodSpec, 'dnsPolicy' | 'dnsConfig'> =>
  componentOf(pool) === 'browser'
    ? { dnsPolicy: 'None', dnsConfig: { nameservers: ['127.0.0.1'] } }
    : {};

function placementOf({ pool: { spec }, priorityClass }: PoolSetting): Partial<V1PodSpec> {
  const priorityClassName = spec.priorityClassName ?? priorityClass;
  return {
    ...(spec.runtimeClassName === undefined ? {} : { runtimeClassName: spec.runtimeClassName }),
    ...(spec.nodeSelector === undefined ? {} : { nodeSelector: spec.nodeSelector }),
    ...(spec.tolerations === undefined ? {} : { tolerations: spec.tolerations }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
  };
}

/** The template of the pool's Deployment, and of the Jobs whose pods take one check each. */
export function podTemplate(setting: PoolSetting, lifetime: Lifetime): V1PodTemplateSpec {
  const { pool } = setting;
  const selector = selectorOf(pool, lifetime);
  return {
    metadata: { labels: { ...selector, [LABELS.partOf]: PART_OF } },
    spec: {
      ...(lifetime === LIFETIMES.check ? { restartPolicy: 'Never' } : {}),
      serviceAccountName: serviceAccountName(pool),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: GRACE_SECONDS,
      ...dnsOf(pool),
      ...placementOf(setting),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        seccompProfile: seccompOf(pool) ?? { type: 'RuntimeDefault' },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: selector },
        },
      ],
      containers: [containerOf(setting, lifetime)],
      volumes: volumesOf(setting),
    },
  };
}

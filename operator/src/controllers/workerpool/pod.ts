/** The pod of a WorkerPool, under Pod Security "restricted". Pure. */
import type {
  V1Container,
  V1EnvVar,
  V1PodSecurityContext,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Probe,
  V1Volume,
} from '@kubernetes/client-node';
import type { ResourceAmounts, WorkerPool } from '../../../../crds/types/workerpool.ts';
import { DEFAULT_PORTS } from '../../../../services/core/contracts/ports.ts';
import { parseDuration } from '../../../../services/domain/duration.ts';
import { keysSecretName, LABELS, PART_OF } from '../../names.ts';
import { componentOf, selectorOf, serviceAccountName } from './names.ts';
import type { PoolSetting } from './types.ts';

/** Of every process of ours; any id from 10000 on would do. */
const USER = 10_001;
/** A page may take two minutes; so long a pod that is asked to end may finish what it began. */
const GRACE_SECONDS = 150;
const KEYS_FOLDER = '/var/run/duckmon/keys';
const LOGINS_FOLDER = '/var/run/duckmon/logins';
const MODEL_FOLDER = '/var/run/duckmon/model';
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

const variable = (name: string, value: string): V1EnvVar => ({ name, value });

const egressUrl = ({ egressAddress }: PoolSetting): string =>
  `http://${egressAddress.includes(':') ? `[${egressAddress}]` : egressAddress}:${DEFAULT_PORTS.egress}`;

function browserEnv({ pool: { spec } }: PoolSetting): V1EnvVar[] {
  const minutes = Math.max(1, Math.round(parseDuration(spec.recycle.age) / 60_000));
  return [
    variable('BROWSER_SLOTS', String(spec.slotsPerPod)),
    variable('BROWSER_MAX_CHECKS', String(spec.recycle.checks)),
    variable('BROWSER_MAX_AGE_MINUTES', String(minutes)),
  ];
}

function llmEnv({ pool: { spec } }: PoolSetting): V1EnvVar[] {
  const { model } = spec;
  return [
    variable('LLM_SLOTS', String(spec.slotsPerPod)),
    ...(model ? [variable('LLM_MODELS', model.name)] : []),
    ...(model?.baseUrl === undefined ? [] : [variable('OPENAI_BASE_URL', model.baseUrl)]),
    ...(model?.secretRef ? [variable('OPENAI_API_KEY_FILE', `${MODEL_FOLDER}/key`)] : []),
  ];
}

/** No secret stands in the environment: keys are files that are read again when they change. */
function envOf(setting: PoolSetting): V1EnvVar[] {
  return [
    variable('HOST', '0.0.0.0'),
    variable('KEYS_FILE', `${KEYS_FOLDER}/keys.json`),
    variable('EGRESS_URL', egressUrl(setting)),
    { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ...(componentOf(setting.pool) === 'browser' ? browserEnv(setting) : llmEnv(setting)),
  ];
}

/** A login Secret that is not there yet keeps no pod from starting. */
const loginsVolume = (logins: readonly string[]): V1Volume => ({
  name: 'logins',
  projected: {
    defaultMode: 0o440,
    sources: logins.map((name) => ({ secret: { name, optional: true } })),
  },
});

function volumesOf({ pool, logins }: PoolSetting): V1Volume[] {
  const component = componentOf(pool);
  const secret = pool.spec.model?.secretRef;
  return [
    { name: 'keys', secret: { secretName: keysSecretName(component), defaultMode: 0o440 } },
    { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
    ...(component === 'browser'
      ? [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '512Mi' } }]
      : []),
    ...(logins.length > 0 ? [loginsVolume(logins)] : []),
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

const FOLDERS: Readonly<Record<string, { mountPath: string; readOnly: boolean }>> = {
  keys: { mountPath: KEYS_FOLDER, readOnly: true },
  tmp: { mountPath: '/tmp', readOnly: false },
  shm: { mountPath: '/dev/shm', readOnly: false },
  logins: { mountPath: LOGINS_FOLDER, readOnly: true },
  model: { mountPath: MODEL_FOLDER, readOnly: true },
};

const probe = (path: string, failureThreshold: number): V1Probe => ({
  httpGet: { path, port: 'http' },
  periodSeconds: 5,
  timeoutSeconds: 3,
  failureThreshold,
});

function containerOf(setting: PoolSetting): V1Container {
  const component = componentOf(setting.pool);
  return {
    name: component,
    image: setting.pool.spec.image ?? setting.image,
    imagePullPolicy: 'IfNotPresent',
    ports: [{ name: 'http', containerPort: DEFAULT_PORTS[component], protocol: 'TCP' }],
    env: envOf(setting),
    resources: resourcesOf(setting.pool),
    startupProbe: probe('/healthz', 24),
    livenessProbe: probe('/healthz', 6),
    readinessProbe: probe('/readyz', 2),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: volumesOf(setting).map(({ name }) => ({ name, ...FOLDERS[name] })) as NonNullable<
      V1Container['volumeMounts']
    >,
  };
}

/** A browser pod asks no DNS: what it opens is resolved by the egress proxy. */
const dnsOf = (pool: WorkerPool): Pick<V1PodSpec, 'dnsPolicy' | 'dnsConfig'> =>
  componentOf(pool) === 'browser'
    ? { dnsPolicy: 'None', dnsConfig: { nameservers: ['127.0.0.1'] } }
    : {};

function placementOf({ spec }: WorkerPool): Partial<V1PodSpec> {
  return {
    ...(spec.runtimeClassName === undefined ? {} : { runtimeClassName: spec.runtimeClassName }),
    ...(spec.nodeSelector === undefined ? {} : { nodeSelector: spec.nodeSelector }),
    ...(spec.tolerations === undefined ? {} : { tolerations: spec.tolerations }),
    ...(spec.priorityClassName === undefined ? {} : { priorityClassName: spec.priorityClassName }),
  };
}

/** The template of the pool's Deployment, and of the Jobs of an Ephemeral one. */
export function podTemplate(setting: PoolSetting): V1PodTemplateSpec {
  const { pool } = setting;
  return {
    metadata: { labels: { ...selectorOf(pool), [LABELS.partOf]: PART_OF } },
    spec: {
      serviceAccountName: serviceAccountName(pool),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: GRACE_SECONDS,
      ...dnsOf(pool),
      ...placementOf(pool),
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
          labelSelector: { matchLabels: selectorOf(pool) },
        },
      ],
      containers: [containerOf(setting)],
      volumes: volumesOf(setting),
    },
  };
}

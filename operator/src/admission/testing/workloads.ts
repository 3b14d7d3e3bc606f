/** A pod as the operator makes it, and ways to spoil it. */
import { SECRETS, SERVICE_ACCOUNTS, keysSecretName } from '../../names.ts';

export interface PodSpec {
  readonly containers: readonly object[];
  readonly [field: string]: unknown;
}

/** Fields of the pod; `container` stands for fields of its one container. Undefined removes. */
export type Changes = Readonly<Record<string, unknown>> & { readonly container?: object };

const present = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** The pod of a pool of browsers. */
export function podOf({ container = {}, ...changes }: Changes = {}): PodSpec {
  const main = {
    name: 'browser',
    image: `ghcr.io/example/browser@sha256:${'0'.repeat(64)}`,
    ports: [{ containerPort: 8001 }],
    env: [{ name: 'HOST', value: '0.0.0.0' }],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    ...container,
  };
  return present({
    serviceAccountName: `${SERVICE_ACCOUNTS.poolPrefix}shared-1a2b3c4d`,
    automountServiceAccountToken: false,
    hostNetwork: false,
    containers: [main],
    volumes: [
      { name: 'scratch', emptyDir: {} },
      { name: 'keys', secret: { secretName: keysSecretName('browser') } },
      {
        name: 'duckmon-login-shop',
        secret: { secretName: 'duckmon-login-shop', defaultMode: 0o440, optional: true },
      },
      {
        name: 'login',
        projected: {
          sources: [
            { secret: { name: 'duckmon-login-shop', optional: true } },
            { serviceAccountToken: { audience: 'mon-egress', path: 'token' } },
          ],
        },
      },
    ],
    ...changes,
  }) as PodSpec;
}

const templated = (spec: PodSpec): object => ({ spec: { template: { spec } } });

/** Wraps a pod in each kind that the operator makes. */
export const workloads = {
  deployments: templated,
  jobs: templated,
  pods: (spec: PodSpec): object => ({ spec }),
};

const secretMessage = 'volumes may hold Secrets duckmon-keys-* and duckmon-login-* only';
const kindMessage = 'volumes may be secret, projected, emptyDir, configMap and downwardAPI only';
const hostMessage = 'no namespaces and no ports of the host';
const environment = 'Secrets are mounted as files, never put into the environment';
export const escalation = 'containers may not be privileged, escalate or add capabilities';
const volume = (source: object): Changes => ({ volumes: [{ name: 'v', ...source }] });
const projected = (source: object): Changes => volume({ projected: { sources: [source] } });
/** What the operator may not run: what it is, how the pod differs, and what is said. */
export const wrongPods: readonly (readonly [what: string, changes: Changes, message: string])[] = [
  ['a Secret of a user', volume({ secret: { secretName: 'database' } }), secretMessage],
  [
    'a Secret whose name only contains the prefix',
    volume({ secret: { secretName: 'my-duckmon-keys-x' } }),
    secretMessage,
  ],
  ['a root key', volume({ secret: { secretName: SECRETS.internalKey } }), secretMessage],
  ['a projected Secret of a user', projected({ secret: { name: 'database' } }), secretMessage],
  ['a folder of the host', volume({ hostPath: { path: '/' } }), kindMessage],
  ['a volume of a driver', volume({ csi: { driver: 'secrets-store.csi.k8s.io' } }), kindMessage],
  ['a claim', volume({ persistentVolumeClaim: { claimName: 'data' } }), kindMessage],
  [
    'a token for the API server',
    projected({ serviceAccountToken: { path: 'token' } }),
    'service account tokens may be for audiences mon-* only, which the Kubernetes API refuses',
  ],
  [
    'another account',
    { serviceAccountName: 'default' },
    'pods of the operator run under duckmon-pool-* and duckmon-canary only',
  ],
  [
    'no account',
    { serviceAccountName: undefined },
    'pods of the operator run under duckmon-pool-* and duckmon-canary only',
  ],
  [
    'its own account',
    { serviceAccountName: SERVICE_ACCOUNTS.operator },
    'pods of the operator run under duckmon-pool-* and duckmon-canary only',
  ],
  [
    'a mounted token',
    { automountServiceAccountToken: true },
    'automountServiceAccountToken must be false',
  ],
  [
    'a token by default',
    { automountServiceAccountToken: undefined },
    'automountServiceAccountToken must be false',
  ],
  ['the network of the host', { hostNetwork: true }, hostMessage],
  ['the processes of the host', { hostPID: true }, hostMessage],
  ['the IPC of the host', { hostIPC: true }, hostMessage],
  [
    'a port of the host',
    { container: { ports: [{ containerPort: 80, hostPort: 80 }] } },
    hostMessage,
  ],
  [
    'a Secret in a variable',
    {
      container: {
        env: [
          { name: 'A', valueFrom: { secretKeyRef: { name: keysSecretName('api'), key: 'k' } } },
        ],
      },
    },
    environment,
  ],
  [
    'a Secret in all variables',
    { container: { envFrom: [{ secretRef: { name: keysSecretName('api') } }] } },
    environment,
  ],
  ['escalation by default', { container: { securityContext: {} } }, escalation],
  [
    'a capability',
    {
      container: {
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { add: ['NET_ADMIN'] },
        },
      },
    },
    escalation,
  ],
  [
    'an image by tag',
    { container: { image: 'ghcr.io/example/browser:latest' } },
    'images are named by digest',
  ],
];

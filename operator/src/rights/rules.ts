/** What the operator may do, as rules of Roles. `manifests/base/rbac` is written from it. Pure. */
import type { V1PolicyRule } from '@kubernetes/client-node';
import { KEY_HOLDERS } from '../keys/derived.ts';
import {
  COMPONENTS,
  EGRESS_ALLOW,
  GROUP,
  keysSecretName,
  OPERATOR,
  PLATFORM_NAME,
  SECRETS,
  SERVICE_ACCOUNTS,
} from '../names.ts';

/** Names that both this and the controllers' own files know. */
const DEFAULTS = 'duckmon-defaults';
const QUOTA = 'duckmon-monitors';

export interface Rule {
  readonly group: string;
  /** Such as `pods` or `workerpools/scale`. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Any when absent. A name lets list and watch through only when they ask for that name alone. */
  readonly names?: readonly string[];
}

const LOOK = ['list', 'watch'] as const;
/** By server-side apply; who may patch an absent object must be allowed to create it as well. */
const APPLY = ['create', 'patch'] as const;
const DELETE = ['delete'] as const;

/** In every namespace whose objects are reconciled, and in that of the platform. */
const everywhere = (policies: readonly string[]): readonly Rule[] => [
  {
    group: GROUP,
    resources: ['monitorjobs', 'notificationchannels', 'workerpools', 'monitorplatforms'],
    verbs: LOOK,
  },
  {
    group: GROUP,
    resources: [
      'monitorjobs/status',
      'notificationchannels/status',
      'workerpools/status',
      'monitorplatforms/status',
      'workerpools/scale',
    ],
    verbs: ['patch'],
  },
  // Those that it made for jobs above Shared; that it leaves others alone is in ../admission.
  { group: GROUP, resources: ['workerpools'], verbs: [...APPLY, ...DELETE] },
  // A prompt may stand in a ConfigMap of its job's namespace.
  { group: '', resources: ['configmaps'], verbs: ['get'] },
  { group: '', resources: ['pods'], verbs: LOOK },
  {
    group: '',
    resources: ['serviceaccounts', 'services'],
    verbs: [...LOOK, ...APPLY, ...DELETE],
  },
  { group: 'apps', resources: ['deployments'], verbs: [...LOOK, ...APPLY, ...DELETE] },
  // A pod for one check.
  { group: 'batch', resources: ['jobs'], verbs: [...LOOK, ...APPLY, ...DELETE] },
  { group: 'policy', resources: ['poddisruptionbudgets'], verbs: [...LOOK, ...APPLY, ...DELETE] },
  { group: 'networking.k8s.io', resources: ['networkpolicies'], verbs: LOOK },
  {
    group: 'networking.k8s.io',
    resources: ['networkpolicies'],
    verbs: [...APPLY, ...DELETE],
    names: policies,
  },
  {
    group: '',
    resources: ['resourcequotas'],
    verbs: [...LOOK, ...APPLY, ...DELETE],
    names: [QUOTA],
  },
  { group: 'events.k8s.io', resources: ['events'], verbs: ['create', 'patch'] },
];

const PLATFORM_POLICIES = [
  'duckmon-default-deny',
  'duckmon-dns',
  'duckmon-kubernetes-api',
  'duckmon-metrics',
  ...COMPONENTS.map((component) => `duckmon-${component}`),
];

const DERIVED = KEY_HOLDERS.map(keysSecretName);

/** In the namespace of the platform. */
export const PLATFORM_RULES: readonly Rule[] = [
  ...everywhere(PLATFORM_POLICIES),
  // Never deleted: a root that is lost is made anew, and the data key is not even that.
  {
    group: '',
    resources: ['secrets'],
    verbs: ['get', ...LOOK, ...APPLY],
    names: [SECRETS.internalKey, SECRETS.jwtSecret, SECRETS.dataKey],
  },
  { group: '', resources: ['secrets'], verbs: [...LOOK, ...APPLY], names: DERIVED },
  { group: '', resources: ['configmaps'], verbs: LOOK, names: [DEFAULTS] },
  { group: '', resources: ['configmaps'], verbs: [...LOOK, ...APPLY], names: [EGRESS_ALLOW] },
  {
    group: '',
    resources: ['pods'],
    verbs: [...APPLY, ...DELETE],
    names: [SERVICE_ACCOUNTS.canary],
  },
  { group: GROUP, resources: ['monitorplatforms'], verbs: APPLY, names: [PLATFORM_NAME] },
  {
    group: 'coordination.k8s.io',
    resources: ['leases'],
    verbs: ['get', 'update', 'create'],
    names: [OPERATOR],
  },
];

/** In a namespace of a tenant. */
export const TENANT_RULES: readonly Rule[] = [
  ...everywhere(['duckmon-pool', 'duckmon-pool-default-deny']),
  {
    group: '',
    resources: ['secrets'],
    verbs: [...LOOK, ...APPLY, ...DELETE],
    names: [keysSecretName('browser')],
  },
];

/** In the namespace `default`: where the API server is reached. */
export const KUBERNETES_RULES: readonly Rule[] = [
  { group: 'discovery.k8s.io', resources: ['endpointslices'], verbs: LOOK, names: ['kubernetes'] },
];

/** As the API server takes it. */
export const policyRule = ({ group, resources, verbs, names }: Rule): V1PolicyRule => ({
  apiGroups: [group],
  resources: [...resources],
  ...(names ? { resourceNames: [...names] } : {}),
  verbs: [...verbs],
});

/** One thing that a rule allows: `list secrets "duckmon-data-key"`, `patch deployments.apps`. */
export const grantsOf = (rules: readonly Rule[]): readonly string[] =>
  rules.flatMap(({ group, resources, verbs, names = [''] }) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) => names.map((name) => grant(verb, resource, group, name))),
    ),
  );

export const grant = (verb: string, resource: string, group: string, name: string): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${name === '' ? '' : ` "${name}"`}`;

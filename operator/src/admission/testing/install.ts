/** Puts the admission policies into a cluster of tests, under names and for a namespace of their own. */
import { randomBytes } from 'node:crypto';
import type { TestCluster } from '../../../../scripts/testing/cluster/cluster.ts';
import { SERVICE_ACCOUNTS } from '../../names.ts';
import { admissionObjects } from './evaluate.ts';

export interface Installed {
  /** Stands for the namespace of the platform. */
  readonly namespace: string;
  /** Users of `SERVICE_ACCOUNTS` in it. */
  readonly operator: string;
  readonly api: string;
  /** Somebody who may make monitors and read the Secret `mine`. */
  readonly anna: string;
  remove(): Promise<void>;
}

const OBJECTS = ['secrets', 'serviceaccounts', 'services', 'pods', 'replicationcontrollers'];
const WORKLOADS = ['deployments', 'statefulsets', 'daemonsets', 'replicasets', 'jobs', 'cronjobs'];
const VERBS = ['create', 'update', 'patch', 'delete', 'get'];

/** The policies as they would stand for a platform in another namespace. */
export const policiesFor = (namespace: string): string =>
  JSON.stringify(admissionObjects())
    .replaceAll('serviceaccount:duckmon:', `serviceaccount:${namespace}:`)
    .replaceAll('"namespace":"duckmon"', `"namespace":"${namespace}"`)
    .replaceAll("namespace == 'duckmon'", `namespace == '${namespace}'`)
    .replaceAll(/"(name|policyName)":"duckmon-/g, `"$1":"${namespace}-`);

/** Installs the policies, and rights that are wide enough for the policies alone to decide. */
export async function install({ kubectl }: TestCluster): Promise<Installed> {
  const namespace = `duckmon-test-${randomBytes(5).toString('hex')}`;
  const user = (name: string): string => `system:serviceaccount:${namespace}:${name}`;
  const [operator, api, anna] = [
    user(SERVICE_ACCOUNTS.operator),
    user(SERVICE_ACCOUNTS.api),
    `${namespace}-anna`,
  ];
  const list = (items: readonly object[]): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const policies = list(JSON.parse(policiesFor(namespace)) as object[]);
  const rights = [
    role(
      namespace,
      'wide',
      [operator, api],
      [
        { apiGroups: ['', 'apps', 'batch'], resources: [...OBJECTS, ...WORKLOADS], verbs: VERBS },
        { apiGroups: ['mon.duckerhub.com'], resources: ['*'], verbs: VERBS },
      ],
    ),
    role(
      namespace,
      'author',
      [anna],
      [
        { apiGroups: ['mon.duckerhub.com'], resources: ['*'], verbs: VERBS },
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'], verbs: ['get'] },
      ],
    ),
  ].flat();
  await kubectl(['create', 'namespace', namespace]);
  await kubectl(['apply', '-f', '-'], list(rights));
  await kubectl(['apply', '-f', '-'], policies);
  return {
    namespace,
    operator,
    api,
    anna,
    remove: async () => {
      await kubectl(['delete', '-f', '-', '--wait=false'], policies);
      await kubectl(['delete', 'namespace', namespace, '--wait=false']);
    },
  };
}

function role(
  namespace: string,
  name: string,
  users: readonly string[],
  rules: readonly object[],
): object[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const apiGroup = 'rbac.authorization.k8s.io';
  const metadata = { name, namespace };
  const subjects = users.map((user) => ({ kind: 'User', name: user, apiGroup }));
  return [
    { apiVersion, kind: 'Role', metadata, rules },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata,
      subjects,
      roleRef: { kind: 'Role', name, apiGroup },
    },
  ];
}

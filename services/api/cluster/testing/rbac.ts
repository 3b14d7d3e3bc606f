/** RBAC of people in a test cluster: given, taken, and waited for until the API server knows. */
import type { TestCluster } from '../../../../scripts/testing/cluster/cluster.ts';
import { SUBJECT_ACCESS_REVIEWS } from '../../../core/kube/access.ts';
import type { Transport } from '../../../core/kube/transport.ts';
import { API_RULES } from './account.ts';

const RBAC = 'rbac.authorization.k8s.io';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What somebody needs to be a viewer, and more of it. */
export const monitors = (...verbs: string[]): Rule => ({
  apiGroups: ['mon.duckerhub.com'],
  resources: ['monitorjobs', 'notificationchannels'],
  verbs: ['get', 'list', ...verbs],
});
export const secrets = (verb: string, ...resourceNames: string[]): Rule => ({
  apiGroups: [''],
  resources: ['secrets'],
  verbs: [verb],
  ...(resourceNames.length > 0 ? { resourceNames } : {}),
});

/** What the chart gives the api besides: to ask about people, and its Role in the other namespaces. */
export async function letApiAsk(
  cluster: TestCluster,
  home: string,
  others: readonly string[],
): Promise<void> {
  const account = [{ kind: 'ServiceAccount', name: 'duckmon-api', namespace: home }];
  const asking = { name: `duckmon-api-${home}` };
  const reviews = {
    apiGroups: ['authorization.k8s.io'],
    resources: ['subjectaccessreviews'],
    verbs: ['create'],
  };
  const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', ...asking };
  const apiVersion = `${RBAC}/v1`;
  await apply(cluster, [
    { apiVersion, kind: 'ClusterRole', metadata: asking, rules: [reviews] },
    { apiVersion, kind: 'ClusterRoleBinding', metadata: asking, roleRef, subjects: account },
    ...others.flatMap((namespace) => bound(namespace, 'duckmon-api', API_RULES, account)),
  ]);
}

const bound = (
  namespace: string,
  name: string,
  rules: readonly Rule[],
  subjects: readonly object[],
): object[] => {
  const metadata = { name, namespace };
  const apiVersion = `${RBAC}/v1`;
  const roleRef = { apiGroup: RBAC, kind: 'Role', name };
  return [
    { apiVersion, kind: 'Role', metadata, rules },
    { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects },
  ];
};

const apply = ({ kubectl }: TestCluster, items: readonly object[]): Promise<string> =>
  kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));

export const nameOf = (subject: string): string => subject.replaceAll(/[^a-z0-9]/g, '-');

export async function allow(
  cluster: TestCluster,
  namespace: string,
  subject: string,
  rules: readonly Rule[],
): Promise<void> {
  const kind = subject.includes('@') ? 'User' : 'Group';
  const subjects = [{ apiGroup: RBAC, kind, name: subject }];
  await apply(cluster, bound(namespace, nameOf(subject), rules, subjects));
}

const VERBS = ['get', 'list', 'create', 'patch', 'delete'];
const ALL_RIGHTS = [
  ['mon.duckerhub.com', 'monitorjobs'],
  ['', 'secrets'],
].flatMap(([group = '', resource = '']) => VERBS.map((verb) => ({ group, resource, verb })));

/** Returns when the API server's own answers about a person or group are those of the rules. */
export async function settled(
  admin: Transport,
  namespace: string,
  subject: string,
  rules: readonly Rule[],
): Promise<void> {
  const who = subject.includes('@')
    ? { user: subject, groups: [] }
    : { user: 'somebody', groups: [subject] };
  const isSettled = async (right: (typeof ALL_RIGHTS)[number]): Promise<boolean> => {
    const spec = { ...who, resourceAttributes: { ...right, namespace } };
    const review = await admin.create(SUBJECT_ACCESS_REVIEWS, { metadata: {}, spec });
    const expected = rules.some(
      ({ resources, verbs, resourceNames }) =>
        resources.includes(right.resource) && verbs.includes(right.verb) && !resourceNames,
    );
    return review.status?.allowed === expected;
  };
  while (!(await Promise.all(ALL_RIGHTS.map(isSettled))).every(Boolean));
}

/** The operator's account, Roles and bindings as manifests, for a platform in a given namespace. Pure. */
import { SERVICE_ACCOUNTS } from '../names.ts';
import { KUBERNETES_RULES, PLATFORM_RULES, policyRule, TENANT_RULES, type Rule } from './rules.ts';

const RBAC = 'rbac.authorization.k8s.io';
const NAME = SERVICE_ACCOUNTS.operator;
export const TENANT_ROLE = `${NAME}-tenant`;
const KUBERNETES_ROLE = `${NAME}-kubernetes`;

const apiVersion = `${RBAC}/v1`;

const role = (namespace: string, name: string, rules: readonly Rule[]): object => ({
  apiVersion,
  kind: 'Role',
  metadata: { name, namespace },
  rules: rules.map(policyRule),
});

const binding = (
  account: string,
  namespace: string,
  name: string,
  kind: 'Role' | 'ClusterRole',
): object => ({
  apiVersion,
  kind: 'RoleBinding',
  metadata: { name, namespace },
  roleRef: { apiGroup: RBAC, kind, name },
  subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: account }],
});

/** Once an installation. @param namespace of the platform */
export const operatorRights = (namespace: string): readonly object[] => [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: NAME, namespace },
    automountServiceAccountToken: false,
  },
  role(namespace, NAME, PLATFORM_RULES),
  binding(namespace, namespace, NAME, 'Role'),
  role('default', `${KUBERNETES_ROLE}-${namespace}`, KUBERNETES_RULES),
  binding(namespace, 'default', `${KUBERNETES_ROLE}-${namespace}`, 'Role'),
  // Bound nowhere by itself: a RoleBinding in each namespace of the list says where monitors may be.
  {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name: TENANT_ROLE },
    rules: TENANT_RULES.map(policyRule),
  },
];

/** Instead of a binding in each namespace, where monitors may be in all of them. */
export const everyTenantBinding = (platform: string): object => ({
  apiVersion,
  kind: 'ClusterRoleBinding',
  metadata: { name: TENANT_ROLE },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: TENANT_ROLE },
  subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: platform }],
});

/** For each namespace with monitors. */
export const tenantBinding = (platform: string, namespace: string): object =>
  binding(platform, namespace, TENANT_ROLE, 'ClusterRole');

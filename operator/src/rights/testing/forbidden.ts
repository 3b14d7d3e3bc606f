/** What the operator's account must not be allowed to do anywhere, in the words of the API server. */

/** `group`, resource with its subresource, and verbs. */
type Forbidden = readonly [group: string, resource: string, verbs: readonly string[]];

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const WRITE = ['create', 'update', 'patch', 'delete'] as const;

/** More than the 60 of row G9. */
export const FORBIDDEN: readonly Forbidden[] = [
  // Secrets of others: to read, to list, to take away.
  ['', 'secrets', ['get', 'list', 'watch', 'update', 'delete', 'deletecollection']],
  // Into the pods of others, or as somebody else.
  ['', 'pods/exec', ['get', 'create']],
  ['', 'pods/attach', ['get', 'create']],
  ['', 'pods/portforward', ['get', 'create']],
  ['', 'pods/proxy', ['get', 'create']],
  ['', 'pods/log', ['get']],
  ['', 'pods/ephemeralcontainers', ['update', 'patch']],
  ['', 'services/proxy', ['get', 'create']],
  ['', 'pods', ['create', 'update', 'deletecollection']],
  ['', 'serviceaccounts/token', ['create']],
  ['', 'serviceaccounts', ['impersonate']],
  ['', 'users', ['impersonate']],
  ['', 'groups', ['impersonate']],
  // More rights than it has.
  [RBAC, 'roles', [...WRITE, 'escalate', 'bind']],
  [RBAC, 'rolebindings', [...WRITE]],
  [RBAC, 'clusterroles', [...WRITE, 'escalate', 'bind']],
  [RBAC, 'clusterrolebindings', [...WRITE]],
  // What holds it, and what everybody stands on.
  [ADMISSION, 'validatingadmissionpolicies', [...WRITE]],
  [ADMISSION, 'validatingadmissionpolicybindings', [...WRITE]],
  [ADMISSION, 'validatingwebhookconfigurations', [...WRITE]],
  [ADMISSION, 'mutatingwebhookconfigurations', [...WRITE]],
  ['apiextensions.k8s.io', 'customresourcedefinitions', [...WRITE]],
  ['', 'namespaces', [...WRITE]],
  ['', 'nodes', [...WRITE, 'list']],
  ['', 'nodes/proxy', ['get', 'create']],
  ['certificates.k8s.io', 'certificatesigningrequests', ['create']],
  // What people write.
  ['mon.duckerhub.com', 'monitorjobs', [...WRITE]],
  ['mon.duckerhub.com', 'notificationchannels', [...WRITE]],
  ['mon.duckerhub.com', 'workerpools', ['update', 'deletecollection']],
  ['', 'configmaps', [...WRITE, 'list']],
  ['batch', 'cronjobs', [...WRITE]],
  ['batch', 'jobs', ['update', 'deletecollection']],
  ['apps', 'daemonsets', [...WRITE]],
  ['apps', 'statefulsets', [...WRITE]],
];

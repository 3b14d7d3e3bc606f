/** The api's own account in a namespace of a test cluster, with no right more than it needs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestCluster } from '../../../../scripts/testing/cluster/cluster.ts';

/** What the api needs in every namespace that it writes in. */
export const API_RULES = [
  {
    apiGroups: ['mon.duckerhub.com'],
    resources: ['monitorjobs', 'notificationchannels'],
    verbs: ['get', 'create', 'patch', 'delete'],
  },
  { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete'] },
] as const;

const NAME = 'duckmon-api';

export interface Account {
  readonly kubeconfig: string;
  remove(): void;
}

/** Makes account and Role, and a kubeconfig that knows the account's token alone. */
export async function makeAccount({ kubectl }: TestCluster, namespace: string): Promise<Account> {
  const metadata = { name: NAME, namespace };
  const rbac = 'rbac.authorization.k8s.io';
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules: API_RULES },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
    },
  ];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await kubectl(['apply', '-f', '-'], list);
  const token = (await kubectl(['create', 'token', NAME, '-n', namespace])).trim();
  const view = await kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']);
  const config = JSON.parse(view) as { users: { name: string }[] };
  const users = config.users.map(({ name }) => ({ name, user: { token } }));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-api-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify({ ...config, users }), { mode: 0o600 });
  return { kubeconfig, remove: () => rmSync(folder, { recursive: true }) };
}

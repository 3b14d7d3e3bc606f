/** Acts as an account of the release, with nothing but its token. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { NAMESPACE, type Release } from './release.ts';

export interface AccountFile {
  /** Path of a kubeconfig. */
  readonly kubeconfig: string;
  readonly remove: () => void;
}

/** A kubeconfig with a token of the account. */
export async function accountFile(
  { cluster, kubectl }: Release,
  name: string,
): Promise<AccountFile> {
  const token = (await kubectl(['create', 'token', name])).trim();
  const args = ['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json'];
  const config = JSON.parse(await cluster.kubectl(args)) as {
    readonly users: readonly { readonly name: string }[];
    readonly contexts: readonly { readonly context: object }[];
  };
  const users = config.users.map((user) => ({ name: user.name, user: { token } }));
  const contexts = config.contexts.map((one) => ({
    ...one,
    context: { ...one.context, namespace: NAMESPACE },
  }));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-account-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify({ ...config, users, contexts }), { mode: 0o600 });
  return { kubeconfig, remove: () => rmSync(folder, { recursive: true }) };
}

export interface AccountFolder {
  /** What a pod finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly remove: () => void;
}

/** The folder that a pod of the account has, and where it finds the API server. */
export async function accountFolder(
  { cluster, kubectl }: Release,
  name: string,
): Promise<AccountFolder> {
  const view = (path: string): Promise<string> =>
    cluster.kubectl(['config', 'view', '--raw', '--flatten', '-o', `jsonpath=${path}`]);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-account-'));
  const authority = await view('{.clusters[0].cluster.certificate-authority-data}');
  writeFileSync(path.join(folder, 'ca.crt'), Buffer.from(authority, 'base64'));
  writeFileSync(path.join(folder, 'token'), await kubectl(['create', 'token', name]));
  const { hostname, port } = new URL(await view('{.clusters[0].cluster.server}'));
  return {
    env: {
      ACCOUNT_FOLDER: folder,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

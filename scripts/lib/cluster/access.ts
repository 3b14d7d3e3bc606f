/** How the servers and the people of a cluster prove who they are: tokens, keys, kubeconfigs. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writePrivate, type ClusterFolder } from './folder.ts';
import { NODE_NAME } from './node/addresses.ts';

const ADMIN = 'duckmon-admin';

/** Who has a token, and in which group; a control plane alone has no use for some of them. */
const USERS = {
  [ADMIN]: 'system:masters',
  'system:kube-controller-manager': '',
  [`system:node:${NODE_NAME}`]: 'system:nodes',
  'system:kube-scheduler': '',
  'system:kube-proxy': '',
} as const;
export type User = keyof typeof USERS;

/** Makes the tokens and the key that signs those of service accounts. */
export function makeCredentials({ tokens, serviceAccountKey }: ClusterFolder): void {
  const token = (): string => randomBytes(32).toString('base64url');
  const lines = Object.entries(USERS).map(
    ([user, group]) => `${token()},${user},${user},"${group}"\n`,
  );
  writePrivate(tokens, lines.join(''));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writePrivate(serviceAccountKey, privateKey.export({ format: 'pem', type: 'sec1' }).toString());
}

/** The token of a person with all rights. */
export const adminToken = (folder: ClusterFolder): string => tokenOf(folder, ADMIN);

function tokenOf({ tokens }: ClusterFolder, user: User): string {
  const lines = readFileSync(tokens, 'utf8').split('\n');
  return lines.find((line) => line.split(',')[1] === user)?.split(',')[0] ?? '';
}

/** Writes the kubeconfigs; the API server must have made its certificate. */
export function writeKubeconfigs(folder: ClusterFolder, server: string): void {
  writeKubeconfig(folder.kubeconfig, ADMIN, folder, server);
  writeKubeconfig(folder.controllersKubeconfig, 'system:kube-controller-manager', folder, server);
}

/** Writes what lets a program be one of the users. */
export function writeKubeconfig(
  file: string,
  user: User,
  folder: ClusterFolder,
  server: string,
): void {
  const certificate = readFileSync(folder.certificate);
  const config = kubeconfig(server, certificate, tokenOf(folder, user));
  writePrivate(file, `${JSON.stringify(config, undefined, 2)}\n`);
}

/** JSON is YAML, so that kubectl and every client read it. */
const kubeconfig = (server: string, certificate: Buffer, token: string): object => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    {
      name: 'duckmon',
      cluster: { server, 'certificate-authority-data': certificate.toString('base64') },
    },
  ],
  users: [{ name: 'duckmon-admin', user: { token } }],
  contexts: [{ name: 'duckmon', context: { cluster: 'duckmon', user: 'duckmon-admin' } }],
  'current-context': 'duckmon',
});

/** How the servers and the people of a cluster prove who they are: tokens, keys, kubeconfigs. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writePrivate, type ClusterFolder } from './folder.ts';

/** Makes the tokens and the key that signs those of service accounts. */
export function makeCredentials({ tokens, serviceAccountKey }: ClusterFolder): void {
  const token = (): string => randomBytes(32).toString('base64url');
  const line = (user: string, group: string): string => `${token()},${user},${user},"${group}"\n`;
  writePrivate(
    tokens,
    line('duckmon-admin', 'system:masters') + line('system:kube-controller-manager', ''),
  );
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writePrivate(serviceAccountKey, privateKey.export({ format: 'pem', type: 'sec1' }).toString());
}

/** The token of a person with all rights. */
export const adminToken = (folder: ClusterFolder): string => tokenOf(folder, 0);

const tokenOf = ({ tokens }: ClusterFolder, line: number): string =>
  readFileSync(tokens, 'utf8').split('\n')[line]?.split(',')[0] ?? '';

/** Writes the kubeconfigs; the API server must have made its certificate. */
export function writeKubeconfigs(folder: ClusterFolder, server: string): void {
  const certificate = readFileSync(folder.certificate);
  const text = (token: string): string =>
    `${JSON.stringify(kubeconfig(server, certificate, token), undefined, 2)}\n`;
  writePrivate(folder.kubeconfig, text(adminToken(folder)));
  writePrivate(folder.controllersKubeconfig, text(tokenOf(folder, 1)));
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

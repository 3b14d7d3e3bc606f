/** The certificate by which the API server proves to the kubelet who it is; the kubelet takes nothing else. */
import { execFileSync } from 'node:child_process';
import { SetupError } from '../../../../services/core/errors.ts';
import type { NodeFiles } from './configuration.ts';

/** Its own issuer, so that the kubelet trusts exactly this one. */
export function makeClientCertificate({ clientCertificate, clientKey }: NodeFiles): void {
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  args.push('-subj', '/O=system:masters/CN=kube-apiserver', '-days', '3650');
  args.push('-addext', 'extendedKeyUsage=clientAuth');
  args.push('-keyout', clientKey, '-out', clientCertificate);
  try {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    throw new SetupError(`openssl could not make a certificate: ${String(cause)}`, { cause });
  }
}

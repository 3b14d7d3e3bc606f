/** Stands in for a server of a control plane: is there as one is, and says in a file when it is asked to end. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:https';
import path from 'node:path';
import { makeCertificate } from '../certificate.ts';

const [name = '', endings = '', ...flags] = process.argv.slice(2);

process.on('SIGTERM', () => {
  appendFileSync(endings, `${name}\n`);
  process.exit(0);
});

const LIFE_MS = 300_000;

const readyFile = (server: string): string => `${endings}.${server}`;
const isReady = (server: string): boolean => existsSync(readyFile(server));

// One that a killed test left ends by itself.
setTimeout(() => process.exit(0), LIFE_MS);
if (name === 'kube-apiserver') serve();
else writeFileSync(readyFile(name), '');

/** Like the real one it is ready when etcd is, and has accounts when the controllers are there. */
function serve(): void {
  const value = (flag: string): string =>
    flags.find((one) => one.startsWith(`--${flag}=`))?.slice(flag.length + 3) ?? '';
  const admin = readFileSync(value('token-auth-file'), 'utf8').split(',')[0];
  const certificate = makeCertificate();
  mkdirSync(value('cert-dir'), { recursive: true });
  writeFileSync(path.join(value('cert-dir'), 'apiserver.crt'), certificate.cert);
  rmSync(readyFile('kube-controller-manager'), { force: true });
  const statusOf = (url: string): number => {
    if (url === '/readyz') return isReady('etcd') ? 200 : 503;
    if (url.includes('/serviceaccounts/')) return isReady('kube-controller-manager') ? 200 : 404;
    return 200;
  };
  createServer(certificate, ({ headers, url = '' }, response) => {
    const known = headers.authorization === `Bearer ${admin}`;
    response.writeHead(known ? statusOf(url) : 401).end('{"gitVersion":"v0.0.1"}');
  }).listen(Number(value('secure-port')), '127.0.0.1');
}

/**
 * What stands before the cluster in production: an ingress controller. Here it is nginx of Debian, with a
 * configuration made of the chart's Ingress, in the namespace and with the labels that the chart expects.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { makeCertificate, type TestCertificate } from '../certificate.ts';
import { giveDebianImage } from './images.ts';
import { podsWith, type PodPlace } from './pods.ts';
import { HOSTNAME, NAMESPACE, say, type System } from './system.ts';

export const FRONT_PORT = 8443;
export const FRONT_NAMESPACE = 'ingress-nginx';
const IMAGE = 'localhost/duckmon-test-front:1';
const PROGRAM = '/usr/sbin/nginx';
const PACKAGES = ['nginx', 'nginx-common', 'libpcre2-8-0', 'libssl3', 'zlib1g', 'libcrypt1'];

interface IngressPath {
  readonly path: string;
  readonly backend: { readonly service: { readonly name: string } };
}

/** The settings of nginx for one Ingress; headers of ours are never taken from outside. */
const settingsOf = (paths: readonly (IngressPath & { readonly upstream: string })[]): string => `
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events {}
http {
  access_log off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen ${FRONT_PORT} ssl;
    server_name ${HOSTNAME};
    ssl_certificate /tls/tls.crt;
    ssl_certificate_key /tls/tls.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_set_header Host $host;
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Internal-API-Key "";
    proxy_set_header X-Internal-Timestamp "";
    proxy_set_header X-Internal-Nonce "";
${paths.map(({ path: prefix, upstream }) => `    location ${prefix} { proxy_pass http://${upstream}; }`).join('\n')}
  }
}
`;

/** A pod of it, and whom to trust. */
export interface Front {
  readonly pod: PodPlace;
  readonly certificate: TestCertificate;
}

const secretOf = (metadata: object, { cert, key }: TestCertificate): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/tls',
  metadata,
  stringData: { 'tls.crt': cert, 'tls.key': key },
});

/** Starts it; done when it is ready. */
export async function startFront(system: System): Promise<Front> {
  const { node, apply, read } = system;
  const image = await giveImage(system);
  const certificate = makeCertificate([HOSTNAME]);
  const paths = JSON.parse(
    await read('ingress/duckmon', '{.spec.rules[0].http.paths}'),
  ) as IngressPath[];
  const upstreams = await Promise.all(
    paths.map(async (one) => {
      const { name } = one.backend.service;
      const address = await read(`service/${name}`, '{.spec.clusterIP}:{.spec.ports[0].port}');
      return { ...one, upstream: address };
    }),
  );
  const metadata = { name: 'front', namespace: FRONT_NAMESPACE };
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: FRONT_NAMESPACE } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { 'nginx.conf': settingsOf(upstreams) },
    },
    secretOf(metadata, certificate),
    // What the Ingress of the chart names.
    secretOf({ name: 'duckmon-tls', namespace: NAMESPACE }, certificate),
    deploymentOf(image),
  );
  await node.kubectl([
    '-n',
    FRONT_NAMESPACE,
    'rollout',
    'status',
    'deployment/front',
    '--timeout=90s',
  ]);
  const [pod] = await podsWith(system, 'app.kubernetes.io/name=ingress-nginx', FRONT_NAMESPACE);
  if (!pod) throw new Error('No pod of the ingress runs.');
  return { pod, certificate };
}

export interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** Asks for a path as it stands, through the front, as a browser far away would. */
export const getThrough = (
  front: Front,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Page> => askThrough(front, { method: 'GET', path, headers });

export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
}

/** The same with another method, and a body. */
export function askThrough(
  { pod: { address }, certificate: { cert } }: Front,
  { method, path, headers, body }: Ask,
): Promise<Page> {
  const { promise, resolve, reject } = Promise.withResolvers<Page>();
  const to = { host: address, port: FRONT_PORT, path, method, servername: HOSTNAME, ca: cert };
  const type = body && { 'content-type': 'application/json' };
  const options = { ...to, headers: { host: HOSTNAME, ...type, ...headers }, agent: false };
  request(options, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    response.on('end', () => {
      const { statusCode = 0, headers: got } = response;
      resolve({ status: statusCode, type: got['content-type'] ?? '', text, headers: got });
    });
  })
    .on('error', reject)
    .end(body && JSON.stringify(body));
  return promise;
}

const deploymentOf = (image: string): object => {
  const labels = { 'app.kubernetes.io/name': 'ingress-nginx' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'front', namespace: FRONT_NAMESPACE },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'nginx',
              image,
              readinessProbe: { tcpSocket: { port: FRONT_PORT }, periodSeconds: 1 },
              volumeMounts: [
                { name: 'config', mountPath: '/config' },
                { name: 'tls', mountPath: '/tls' },
                { name: 'tmp', mountPath: '/tmp' },
              ],
            },
          ],
          volumes: [
            { name: 'config', configMap: { name: 'front' } },
            { name: 'tls', secret: { secretName: 'front' } },
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
    },
  };
};

const giveImage = ({ node }: System): Promise<string> =>
  giveDebianImage(
    node,
    {
      name: IMAGE,
      packages: PACKAGES,
      programs: [PROGRAM],
      entrypoint: [PROGRAM, '-c', '/config/nginx.conf', '-g', 'daemon off;'],
    },
    say,
  );

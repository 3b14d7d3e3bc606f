/** Runs nginx with the sample site of scripts/host on loopback, for tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeCertificate, type TestCertificate } from '../certificate.ts';
import { findNginx } from './program.ts';

export interface NginxPorts {
  readonly http: number;
  readonly https: number;
  readonly dashboard: number;
  readonly api: number;
}

export interface Nginx {
  readonly certificate: TestCertificate;
  stop(): Promise<void>;
}

const SITE = path.resolve(import.meta.dirname, '../../host/nginx.conf');
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

/** Starts it and waits until it takes connections. @throws Error with what nginx said. */
export async function startNginx(ports: NginxPorts): Promise<Nginx> {
  const { file, libraries } = await findNginx();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-nginx-'));
  const certificate = makeCertificate();
  const config = path.join(folder, 'nginx.conf');
  mkdirSync(path.join(folder, 'temp'));
  writeFileSync(path.join(folder, 'fullchain.pem'), certificate.cert);
  writeFileSync(path.join(folder, 'privkey.pem'), certificate.key, { mode: 0o600 });
  writeFileSync(config, configOf(folder, siteFor(ports, folder)));
  const said: string[] = [];
  const child = spawn(file, ['-p', folder, '-c', config, '-e', path.join(folder, 'error.log')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: libraries === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraries },
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const stop = async (): Promise<void> => {
    const isOver = child.exitCode !== null || child.signalCode !== null;
    if (!isOver && child.kill('SIGTERM')) await once(child, 'exit');
    rmSync(folder, { recursive: true });
  };
  try {
    await whenListening(child, ports.https);
  } catch (error) {
    await stop();
    throw new Error(`nginx did not start: ${said.join('')}`, { cause: error });
  }
  return { certificate, stop };
}

/** The site as it is shipped, but for its name, its ports, and where its certificate lies. */
function siteFor(ports: NginxPorts, folder: string): string {
  const changes: readonly (readonly [RegExp, string])[] = [
    [/^\s*listen \[::\]:.*\n/gm, ''],
    [/listen 80;/g, `listen 127.0.0.1:${ports.http};`],
    [/listen 443 /g, `listen 127.0.0.1:${ports.https} `],
    [/server 127\.0\.0\.1:3000;/g, `server 127.0.0.1:${ports.dashboard};`],
    [/server 127\.0\.0\.1:8000;/g, `server 127.0.0.1:${ports.api};`],
    [/\/etc\/letsencrypt\/live\/mon\.duckerhub\.com/g, folder],
    [/\/var\/www\/letsencrypt/g, folder],
    [/mon\.duckerhub\.com/g, 'localhost'],
  ];
  return changes.reduce(
    (text, [from, to]) => {
      if (!from.test(text)) throw new Error(`the sample of nginx has no ${String(from)}`);
      return text.replaceAll(from, to);
    },
    readFileSync(SITE, 'utf8'),
  );
}

/** What a distribution has around a site. */
const configOf = (folder: string, site: string): string => `
daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path ${folder}/temp;
    proxy_temp_path ${folder}/temp;
    fastcgi_temp_path ${folder}/temp;
    uwsgi_temp_path ${folder}/temp;
    scgi_temp_path ${folder}/temp;
${site}
}
`;

async function whenListening(child: ChildProcess, port: number): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    if (await answers(port)) return;
    await delay(LOOK_MS);
  }
  throw new Error(`nothing listens on ${port}`);
}

function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: '127.0.0.1', port }, () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

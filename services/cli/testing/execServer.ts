/** Stands in for an API server that runs programs in pods: one pod of the api, and what a test scripts. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { makeCertificate } from '../../../scripts/testing/certificate.ts';

export type Channel = 'out' | 'err' | 'status';

export interface ExecServer {
  /** A kubeconfig that leads to it. */
  readonly kubeconfig: string;
  /** The URLs of the programs that were asked for. */
  readonly asked: URL[];
  /** What the API server answers to other requests, by path without query. */
  readonly objects: Map<string, { status: number; body: unknown }>;
  /** What comes over the connection before it ends; a number refuses the handshake with it. */
  script: readonly (readonly [Channel, string | Buffer])[] | number;
  close(): Promise<void>;
}

const TOKEN = 'token-of-the-test';
const PROTOCOL = 'v5.channel.k8s.io';
const NUMBERS: Readonly<Record<Channel, number>> = { out: 1, err: 2, status: 3 };

/** A binary frame of RFC 6455 from a server, whose payload begins with the channel. */
function frame(channel: Channel, content: string | Buffer): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const payload = Buffer.concat([Buffer.from([NUMBERS[channel]]), bytes]);
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 4 : 2);
  head[0] = 0x82;
  head[1] = long ? 126 : payload.length;
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** The answer to a handshake. */
const accepted = (key: string): string => {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept.digest('base64')}`,
    `Sec-WebSocket-Protocol: ${PROTOCOL}`,
    '\r\n',
  ].join('\r\n');
};

const kubeconfigOf = (port: number, cert: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      {
        name: 'test',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority-data': Buffer.from(cert).toString('base64'),
        },
      },
    ],
    users: [{ name: 'test', user: { token: TOKEN } }],
  });

/** Runs the script over one connection. */
function serve({ script, asked }: ExecServer, request: IncomingMessage, socket: Duplex): void {
  const { url = '', headers } = request;
  const known = headers.authorization === `Bearer ${TOKEN}`;
  if (!known || typeof script === 'number') {
    socket.end(`HTTP/1.1 ${known ? String(script) : 401} No\r\n\r\n`);
    return;
  }
  asked.push(new URL(url, 'https://server'));
  socket.write(accepted(headers['sec-websocket-key'] ?? ''));
  for (const [channel, content] of script) socket.write(frame(channel, content));
  socket.end();
}

/** Starts it; the kubeconfig is written into `folder`. */
export async function startExecServer(folder: string): Promise<ExecServer> {
  const certificate = makeCertificate();
  const sockets = new Set<Duplex>();
  const server = createServer(certificate, (request, response) => {
    const known = request.headers.authorization === `Bearer ${TOKEN}`;
    const answer = known ? fake.objects.get((request.url ?? '').split('?')[0] ?? '') : undefined;
    response.writeHead(answer?.status ?? (known ? 404 : 401), {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(answer?.body ?? {}));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    serve(fake, request, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kubeconfig = path.join(folder, 'kubeconfig');
  const { port } = server.address() as AddressInfo;
  writeFileSync(kubeconfig, kubeconfigOf(port, certificate.cert));
  const fake: ExecServer = {
    kubeconfig,
    asked: [],
    objects: new Map(),
    script: [],
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

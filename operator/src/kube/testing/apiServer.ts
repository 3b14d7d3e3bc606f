/** A server over real TLS sockets that answers as a test says, for tests of the transport. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { selfSigned } from '../../../../services/core/testing/certificate.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; the body has been read. */
export type Answer = (response: ServerResponse, request: Seen) => void;

export interface ApiServer {
  readonly url: string;
  /** Of the server, in PEM. */
  readonly ca: string;
  readonly seen: Seen[];
  /** How many TLS connections were made. */
  connections(): number;
  /** The next answers, in order; the last one stays. */
  answer(...answers: readonly Answer[]): void;
  stop(): Promise<void>;
}

export const json =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(value));

/** A refusal as the API server writes it. */
export const refusal = (
  code: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
  details: object = {},
): Answer =>
  json({ kind: 'Status', code, reason, message: `${reason} of the test`, details }, code, headers);

/** Writes the lines of a watch and ends it. */
export const lines =
  (...values: readonly unknown[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  };

/** Reads the request and never answers, as a peer behind a dead link. */
export const silence: Answer = () => undefined;

/** Cuts the connection after so many bytes of the body. */
export const cutAfter =
  (text: string, bytes: number): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const whole = Buffer.from(text);
    response.write(whole.subarray(0, bytes), () => response.socket?.destroy());
  };

export async function startApiServer(): Promise<ApiServer> {
  const { cert, key } = selfSigned('kubernetes.test');
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  let made = 0;
  let script: Answer[] = [json({})];
  const server: Server = createServer({ cert, key }, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(parts).toString() };
      seen.push(one);
      const answer = script.length > 1 ? script.shift() : script[0];
      answer?.(response, one);
    });
  });
  server.on('secureConnection', (socket: Socket) => {
    made += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: cert,
    seen,
    connections: () => made,
    answer: (...answers) => void (script = [...answers]),
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

/** A kubeconfig for the server. */
export const kubeconfigFor = (
  server: Pick<ApiServer, 'url' | 'ca'>,
  user: Readonly<Record<string, unknown>> = { token: 'letmein' },
): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'test',
        cluster: {
          server: server.url,
          'certificate-authority-data': Buffer.from(server.ca).toString('base64'),
          'tls-server-name': 'kubernetes.test',
        },
      },
    ],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'here' } }],
    'current-context': 'test',
  });

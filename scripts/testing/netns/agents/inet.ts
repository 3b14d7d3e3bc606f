/** The fake Internet: a name server, web servers on every address, and an ear on other ports. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { makeCertificate } from '../../certificate.ts';
import { DNS_ADDRESS } from '../addresses.ts';
import { serveAgent } from '../agent.ts';
import { scriptNames, type Names } from '../dns.ts';

/** What a web server answers under a path; every host answers the same. */
export interface ServedPage {
  readonly type?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `Link` of a 103 that goes ahead. */
  readonly hint?: string;
}

/** Something that arrived at the fake Internet. */
export interface Arrival {
  /** The address that was called, such as `10.96.0.1`. */
  readonly address: string;
  readonly port: number;
  readonly protocol: 'http' | 'tcp' | 'udp';
  /** Path with query; '' for what is no HTTP. */
  readonly path: string;
  readonly host: string;
}

/** A question of the name server, with the address of who asked. */
export interface Asked {
  readonly name: string;
  readonly from: string;
}

const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const TCP_PORTS = [22, 3478, 5349, 8080, 9000];
const UDP_PORTS = [123, 443, 3478, 5353, 9000];

let names: Names = {};
const pages = new Map<string, ServedPage>();
let arrivals: Arrival[] = [];
let asked: Asked[] = [];

const plain = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '');

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { url = '/', headers, socket } = request;
  const address = plain(socket.localAddress);
  arrivals.push({
    address,
    port: socket.localPort ?? 0,
    protocol: 'http',
    path: url,
    host: headers.host ?? '',
  });
  const { pathname, searchParams } = new URL(url, 'http://inet.invalid');
  const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
  const to = searchParams.get('to');
  if (pathname === '/redir' && to !== null) {
    response.writeHead(302, { ...cors, location: to }).end();
    return;
  }
  const page = pages.get(pathname);
  if (page?.hint !== undefined) response.writeEarlyHints({ link: page.hint });
  const type = page?.type ?? 'text/html; charset=utf-8';
  response.writeHead(page ? 200 : 404, { 'content-type': type, ...cors, ...page?.headers });
  response.end(page?.body ?? 'secret of the inside');
}

async function listen(): Promise<void> {
  const web = createServer(answer);
  web.on('upgrade', (request, socket) => {
    answerUpgrade(request);
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  // Nobody vouches for it: a browser must be told to take it.
  const secure = createSecureServer(makeCertificate(['site.test']), answer);
  const others = TCP_PORTS.map((port) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      const address = plain(socket.localAddress);
      arrivals.push({ address, port, protocol: 'tcp', path: '', host: '' });
      socket.destroy();
    });
    return [server, port] as const;
  });
  for (const [server, port] of [
    [web, HTTP_PORT] as const,
    [secure, HTTPS_PORT] as const,
    ...others,
  ]) {
    server.listen(port, '::');
    await once(server, 'listening');
  }
  for (const port of UDP_PORTS) {
    const socket = createSocket('udp6', () =>
      arrivals.push({ address: '', port, protocol: 'udp', path: '', host: '' }),
    );
    await once(socket.bind(port, '::'), 'listening');
  }
  await serveNames();
}

function answerUpgrade({ url = '/', headers, socket }: IncomingMessage): void {
  const address = plain(socket.localAddress);
  const host = headers.host ?? '';
  arrivals.push({ address, port: HTTP_PORT, protocol: 'http', path: url, host });
}

async function serveNames(): Promise<void> {
  const script = scriptNames(() => names);
  const socket = createSocket('udp4', (message, { address, port }) => {
    const found = script.answer(message);
    if (!found) {
      arrivals.push({ address: DNS_ADDRESS, port: 53, protocol: 'udp', path: '', host: '' });
      return;
    }
    asked.push({ name: found.name, from: address });
    socket.send(found.reply, port, address);
  });
  await once(socket.bind(53, DNS_ADDRESS), 'listening');
}

export const handlers = {
  serve: (given: Readonly<Record<string, ServedPage>>): void => {
    for (const [path, page] of Object.entries(given)) pages.set(path, page);
  },
  name: (given: Names): void => {
    names = { ...names, ...given };
  },
  /** What has come since the last time. */
  take: (): { readonly arrivals: readonly Arrival[]; readonly asked: readonly Asked[] } => {
    const taken = { arrivals, asked };
    [arrivals, asked] = [[], []];
    return taken;
  },
};

await listen();
serveAgent(handlers);

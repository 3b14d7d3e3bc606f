/** A small forward proxy that asks for a credential: stands in for the egress proxy in tests. */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** One request that the proxy has seen. */
export interface ProxiedRequest {
  readonly method: string;
  /** `host:port` of a tunnel, else the whole URL. */
  readonly target: string;
  readonly credential: string | undefined;
}

export interface TestProxy {
  /** Such as `http://127.0.0.1:40124`. */
  readonly url: string;
  readonly seen: ProxiedRequest[];
  close(): Promise<void>;
}

/** What a proxy answers instead of connecting. */
export interface ProxyRefusal {
  readonly status: number;
  /** Content of `x-duckmon-egress-error`. */
  readonly error?: string;
}

export interface TestProxyOptions {
  /** A refusal for a `host:port`; undefined lets it pass. */
  readonly refuse?: (target: string) => ProxyRefusal | undefined;
  /** Where a `host:port` is really found; itself when absent. */
  readonly resolve?: (target: string) => string;
}

/** Starts the proxy on loopback. */
export async function startProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const seen: ProxiedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const target = URL.parse(request.url ?? '')?.host ?? '';
    const refusal = decide(request, withPort(target), options, seen);
    if (refusal) response.writeHead(refusal.status, headersOf(refusal)).end('refused');
    else forward(request, response, options);
  });
  server.on('connect', (request, socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    const target = request.url ?? '';
    const refusal = decide(request, target, options, seen);
    if (refusal) {
      const lines = Object.entries(headersOf(refusal)).map(([name, value]) => `${name}: ${value}`);
      socket.end(
        `HTTP/1.1 ${refusal.status} No\r\n${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`,
      );
    } else tunnel(socket, options.resolve?.(target) ?? target, sockets);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await closed.promise;
    },
  };
}

const withPort = (host: string): string => (/:\d+$/.test(host) ? host : `${host}:80`);

function decide(
  request: IncomingMessage,
  target: string,
  { refuse }: TestProxyOptions,
  seen: ProxiedRequest[],
): ProxyRefusal | undefined {
  const header = request.headers['proxy-authorization'];
  const pair = Buffer.from(header?.replace(/^Basic /, '') ?? '', 'base64').toString();
  const credential = header === undefined ? undefined : pair.slice(pair.indexOf(':') + 1);
  seen.push({ method: request.method ?? '', target: request.url ?? '', credential });
  if (credential === undefined || credential === 'refused')
    return { status: 407, error: 'unauthorized' };
  return refuse?.(target);
}

const headersOf = ({ status, error }: ProxyRefusal): Record<string, string> => ({
  ...(status === 407 ? { 'proxy-authenticate': 'Basic realm="egress"' } : {}),
  ...(error === undefined ? {} : { 'x-duckmon-egress-error': error }),
});

/** What the egress proxy puts into an answer of the target when it is asked to. */
const MARK = 'x-duckmon-egress-answer';

function failureOf({ code = '' }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'connectionRefused';
  if (code === 'HPE_HEADER_OVERFLOW') return 'headersTooLarge';
  return code.startsWith('HPE_') ? 'invalidAnswer' : 'connectionReset';
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  options: TestProxyOptions,
): void {
  const url = new URL(request.url ?? '');
  const place = withPort(url.host);
  const [host, port] = (options.resolve?.(place) ?? place).split(':');
  const { 'proxy-authorization': _, [MARK]: asked, ...headers } = request.headers;
  const mark = asked === undefined ? {} : { [MARK]: 'target' };
  const onward = httpRequest(
    { host, port, path: url.pathname + url.search, method: request.method, headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...mark });
      answer.on('error', () => response.destroy()).pipe(response);
    },
  );
  onward.on('error', (error: NodeJS.ErrnoException) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, headersOf({ status: 502, error: failureOf(error) })).end();
  });
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

function tunnel(socket: Socket, target: string, sockets: Set<Socket>): void {
  const at = target.lastIndexOf(':');
  const onward = connect(Number(target.slice(at + 1)), target.slice(0, at), () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    onward.pipe(socket).pipe(onward);
  });
  sockets.add(onward);
  onward.on('close', () => {
    sockets.delete(onward);
    socket.destroy();
  });
  onward.on('error', () => {
    socket.end('HTTP/1.1 502 No\r\nx-duckmon-egress-error: connectionRefused\r\n\r\n');
  });
  socket.on('close', () => onward.destroy());
}

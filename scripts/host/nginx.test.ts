import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  createServer,
  request as plainRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { request } from 'node:https';
import { connect, type ConnectionOptions } from 'node:tls';
import {
  KEY_HEADER,
  KIDS_HEADER,
  NONCE_HEADER,
  TIME_HEADER,
} from '../../services/core/internal/signature.ts';
import { freePorts } from '../../services/local/testing/installation.ts';
import { startNginx, type Nginx, type NginxPorts } from '../testing/nginx/server.ts';

/** What came through, as one of the two services saw it. */
interface Seen {
  readonly at: 'dashboard' | 'api';
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** Names as they came, also those that came more than once. */
  readonly names: readonly string[];
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe('the sample of nginx', function () {
  this.timeout(60_000);
  let ports: NginxPorts;
  let nginx: Nginx;
  let servers: Server[] = [];
  let seen: Seen[] = [];

  before(async () => {
    const [http = 0, https = 0, dashboard = 0, api = 0] = await freePorts(4);
    ports = { http, https, dashboard, api };
    servers = [await listen('dashboard', dashboard), await listen('api', api)];
    nginx = await startNginx(ports);
  });
  after(async () => {
    await nginx.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });
  beforeEach(() => {
    seen = [];
  });

  async function listen(at: Seen['at'], port: number): Promise<Server> {
    const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
      const { method = '', url = '', headers, rawHeaders } = incoming;
      const body = (await incoming.toArray()).join('');
      const names = rawHeaders.filter((_text, index) => index % 2 === 0);
      seen.push({ at, method, url, headers, names, body });
      outgoing.setHeader('strict-transport-security', 'max-age=1');
      if (url === '/api/v1/events') outgoing.write('event: first\n\n');
      else outgoing.end(at);
    };
    const server = createServer((incoming, outgoing) => {
      void answer(incoming, outgoing);
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  interface Call {
    readonly method?: string;
    readonly headers?: Record<string, string | string[]>;
    readonly body?: string;
    readonly from?: string;
  }

  async function call(path: string, { body, from, ...options }: Call = {}): Promise<Answer> {
    const sent = request({
      ...options,
      host: 'localhost',
      servername: 'localhost',
      port: ports.https,
      path,
      agent: false,
      ca: nginx.certificate.cert,
      localAddress: from,
      family: 4,
    }).end(body);
    return read(sent);
  }

  async function read(sent: ReturnType<typeof request>): Promise<Answer> {
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const body = (await answer.toArray()).join('');
    return { status: answer.statusCode ?? 0, headers: answer.headers, body };
  }

  /** Sends bytes as they are; what comes back until the connection ends. */
  async function raw(lines: readonly string[], body = ''): Promise<string> {
    const socket = connect({ port: ports.https, host: 'localhost', ca: nginx.certificate.cert });
    await once(socket, 'secureConnect');
    socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
    return (await socket.toArray()).join('');
  }

  it('sends / to the dashboard and /api/ to the api', async () => {
    for (const path of ['/', '/sign-in?x=1', '/apiary']) await call(path);
    for (const path of ['/api/v1/me', '/api/v1/webhooks/sendgrid']) await call(path);
    assert.deepEqual(
      seen.map(({ at, url }) => `${at} ${url}`),
      [
        'dashboard /',
        'dashboard /sign-in?x=1',
        'dashboard /apiary',
        'api /api/v1/me',
        'api /api/v1/webhooks/sendgrid',
      ],
    );
  });

  it('G16 sends people who come without TLS to the same page with it, and refuses programs', async () => {
    const sent = plainRequest({ host: '127.0.0.1', port: ports.http, path: '/a?b=c' }).end();
    const { status, headers } = await read(sent);
    assert.deepEqual([status, headers.location], [301, 'https://localhost/a?b=c']);
    for (const path of ['/api/v1/me', '/api', '/%61pi/v1/me', '//api/v1/me']) {
      const call = plainRequest({ host: '127.0.0.1', port: ports.http, path }).end();
      assert.equal((await read(call)).status, 403, path);
    }
    assert.deepEqual(seen, []);
  });

  it('B11 keeps metrics and probes for the host, however their names are written', async () => {
    for (const path of [
      '/metrics',
      '/METRICS',
      '/metrics/',
      '//metrics',
      '/./metrics',
      '/x/../metrics',
      '/%6detrics',
      '/metrics%2f',
      '/metrics?a=b',
      '/healthz',
      '/readyz',
      '/api/../readyz',
      '/api',
    ])
      assert.equal((await call(path)).status, 404, path);
    assert.deepEqual(seen, []);
  });

  it('A21 says who the peer is, whatever the client says', async () => {
    const lies = {
      'x-forwarded-for': '6.6.6.6, 127.0.0.1',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6;host=evil',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      'x-forwarded-uri': '/admin',
      'x-forwarded-user': 'root',
      'x-forwarded-port': '1',
      'x-forwarded-prefix': '/evil',
      'x-original-url': '/admin',
      'x-rewrite-url': '/admin',
      host: 'evil.example',
    };
    await call('/api/v1/me', { headers: lies, from: '127.0.0.2' });
    await call('/', { headers: lies, from: '127.0.0.2' });
    assert.equal(seen.length, 2);
    for (const { headers } of seen) {
      const { host, 'x-forwarded-for': peer, 'x-real-ip': real, ...others } = headers;
      assert.deepEqual([host, peer, real], ['localhost', '127.0.0.2', '127.0.0.2']);
      assert.deepEqual(others, {
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'localhost',
      });
    }
  });

  it('A21 says so also when the header comes twice', async () => {
    await call('/api/v1/me', { headers: { 'X-Forwarded-For': ['6.6.6.6', '7.7.7.7'] } });
    assert.equal(seen[0]?.headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(seen[0]?.names.filter((name) => /^x-forwarded-for$/i.test(name)).length, 1);
  });

  it('B12 lets no header of the services in, also not twice or in other letters', async () => {
    for (const name of [KEY_HEADER, TIME_HEADER, NONCE_HEADER, KIDS_HEADER]) {
      await call('/api/v1/me', { headers: { [name]: ['a', 'b'] } });
      await call('/', { headers: { [name.toUpperCase()]: 'a' } });
      await call('/', { headers: { [name.replaceAll('-', '_')]: 'a' } });
      await call('/api/v1/me', { headers: { connection: `close, ${name}`, [name]: 'a' } });
    }
    assert.equal(seen.length, 16);
    for (const { names } of seen)
      assert.deepEqual(
        names.filter((name) => /internal/i.test(name)),
        [],
      );
  });

  const length = (body: string): string => `Content-Length: ${body.length}`;
  const smuggled = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';
  for (const [why, headers, body] of [
    [
      'CL.TE',
      [length(`0\r\n\r\n${smuggled}`), 'Transfer-Encoding: chunked'],
      `0\r\n\r\n${smuggled}`,
    ],
    [
      'TE.CL',
      ['Transfer-Encoding: chunked', 'Content-Length: 4'],
      `5c\r\n${smuggled}\r\n0\r\n\r\n`,
    ],
    ['two lengths', ['Content-Length: 0', length(smuggled)], smuggled],
    ['a length that is none', ['Content-Length: +1'], 'a'],
    ['an encoding that nobody knows', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
    ['two encodings', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], '0\r\n\r\n'],
    ['two hosts', ['Host: evil.example'], ''],
  ] as const)
    it(`B12 refuses ${why}, and nothing of it arrives`, async () => {
      const answer = await raw(
        ['POST /api/v1/me HTTP/1.1', 'Host: localhost', 'Connection: close', ...headers],
        body,
      );
      assert.match(answer, /^HTTP\/1\.1 (400|501) /);
      assert.deepEqual(seen, []);
    });

  it('passes on events as they come, without waiting for more', async () => {
    const sent = request({
      host: 'localhost',
      port: ports.https,
      path: '/api/v1/events',
      agent: false,
      ca: nginx.certificate.cert,
    }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const [chunk] = (await once(answer, 'data')) as [Buffer];
    assert.equal(chunk.toString(), 'event: first\n\n');
    sent.destroy();
  });

  it('takes no more than the api does, but for the batches of SendGrid', async () => {
    const body = 'x'.repeat(300 * 1024);
    assert.equal((await call('/api/v1/monitors', { method: 'POST', body })).status, 413);
    assert.equal((await call('/', { method: 'POST', body })).status, 413);
    const batch = await call('/api/v1/webhooks/sendgrid', { method: 'POST', body });
    assert.equal(batch.status, 200);
    assert.deepEqual(
      seen.map((one) => [one.url, one.body.length]),
      [['/api/v1/webhooks/sendgrid', body.length]],
    );
  });

  it('A20 asks for TLS for a year, once an answer, also on those that it makes itself', async () => {
    for (const path of ['/', '/api/v1/me', '/metrics'])
      assert.equal(
        (await call(path)).headers['strict-transport-security'],
        'max-age=31536000; includeSubDomains',
        path,
      );
  });

  it('says nothing of its version', async () => {
    const { headers, body } = await call('/metrics');
    assert.equal(headers['server'], 'nginx');
    assert.doesNotMatch(body, /\d\.\d+\.\d+/);
  });

  it('G16 speaks TLS 1.2 and newer alone, with ciphers that hide what was said before', async () => {
    const hello = async (options: ConnectionOptions): Promise<string> => {
      const to = { port: ports.https, host: 'localhost', ca: nginx.certificate.cert };
      const socket = connect({ ...to, ...options });
      const error = await once(socket, 'secureConnect').then(
        () => undefined,
        (failed: unknown) => failed as NodeJS.ErrnoException,
      );
      const spoken = error?.code ?? socket.getCipher().name;
      socket.destroy();
      return spoken;
    };
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' } as const;
    assert.equal(
      await hello({ ...old, ciphers: 'DEFAULT@SECLEVEL=0' }),
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    );
    const twelve = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    for (const ciphers of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'AES128-SHA256'])
      assert.match(await hello({ ...twelve, ciphers }), /HANDSHAKE_FAILURE/, ciphers);
    const good = 'ECDHE-ECDSA-AES128-GCM-SHA256';
    assert.equal(await hello({ ...twelve, ciphers: good }), good);
  });

  it('G16 sends every spelling of a path to the service of its plain form, under its own name only', async () => {
    for (const path of ['/api//v1/me', '/%61pi/v1/me', '/api/./v1/me', '/x/../api/v1/me'])
      await call(path, { headers: { host: 'evil.example' } });
    assert.deepEqual(
      seen.map(({ at, headers }) => [at, headers.host]),
      seen.map(() => ['api', 'localhost']),
    );
    assert.equal(seen.length, 4);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { createServer as createHttps, get as httpsGet, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { request } from 'undici';
import {
  PUBLIC,
  startHarness,
  startOrigin,
  type Harness,
  type Origin,
} from '../../egress/testing/harness.ts';
import { selfSigned } from '../testing/certificate.ts';
import {
  EgressError,
  createEgressTransport,
  egressErrorOf,
  type EgressTransport,
} from './transport.ts';

const isCode = (code: string) => (error: unknown) => egressErrorOf(error)?.code === code;

describe('core: egress transport', () => {
  const certificate = selfSigned('shop.test');
  let origin: Origin;
  let secure: Server;
  let harness: Harness;
  let transport: EgressTransport;
  const names = { 'shop.test': [PUBLIC], 'other.test': [PUBLIC], 'private.test': ['10.0.0.7'] };
  /** The scripted public address leads to the plain origin on port 80 and to the secure one else. */
  const start = async (port: number, env = {}): Promise<void> => {
    harness = await startHarness({ names, originPort: port, env });
    transport = createEgressTransport(harness.proxyUrl, () => harness.credential());
  };
  const startPlain = () => start(origin.port);
  const startSecure = () => start((secure.address() as AddressInfo).port);

  before(async () => {
    origin = await startOrigin((incoming, response) => {
      incoming.pipe(response.writeHead(200, { 'x-seen': JSON.stringify(incoming.headers) }));
    });
    secure = createHttps(certificate, (_request, response) => void response.end('secret page'));
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
  });
  after(() => {
    origin.stop();
    secure.closeAllConnections();
    secure.close();
  });
  afterEach(async () => {
    await transport.close();
    await harness.stop();
  });

  it('fetches a plain page through the proxy, and shows the page no credential', async () => {
    await startPlain();
    const answer = await transport.fetch('http://shop.test/a?b=1', {
      method: 'POST',
      body: 'hello',
    });
    assert.equal(await answer.text(), 'hello');
    const seen = JSON.parse(answer.headers.get('x-seen') ?? '{}') as Record<string, string>;
    assert.equal(seen['host'], 'shop.test');
    assert.deepEqual(
      Object.keys(seen).filter((name) => name.startsWith('proxy')),
      [],
    );
    assert.deepEqual(harness.dialled, [`${PUBLIC}:80`]);
  });

  it('does not follow a redirect on its own', async () => {
    const moved = await startOrigin(
      (_incoming, response) => void response.writeHead(302, { location: '/b' }).end(),
    );
    await start(moved.port);
    const answer = await transport.fetch('http://shop.test/');
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/b']);
    moved.stop();
  });

  it('C19 signs anew for each fetch and shares no connection between them', async () => {
    harness = await startHarness({ names, originPort: origin.port });
    const credentials: string[] = [];
    transport = createEgressTransport(harness.proxyUrl, () => {
      credentials.push(harness.credential());
      return credentials.at(-1) ?? '';
    });
    for (let round = 0; round < 3; round += 1)
      await (await transport.fetch('http://shop.test/')).text();
    assert.equal(new Set(credentials).size, 3);
    assert.equal(harness.dialled.length, 3);
  });

  it('H1 uses one connection for pooled fetches one after the other', async () => {
    await startPlain();
    const session = transport.pooled();
    for (let round = 0; round < 5; round += 1) {
      await (await session.fetch('http://shop.test/')).text();
      await new Promise(setImmediate);
    }
    assert.ok(harness.dialled.length <= 2, `${harness.dialled.length} connections for 5 fetches`);
    await session.close();
  });

  it('C17 takes the credential that a pooled session is given', async () => {
    await startPlain();
    const session = transport.pooled(harness.credential({ expires: Date.now() - 1 }));
    await assert.rejects(session.fetch('http://shop.test/'), isCode('unauthorized'));
    await session.close();
  });

  it('serves undici as a dispatcher', async () => {
    await startPlain();
    const { statusCode, body } = await request('http://shop.test/', {
      dispatcher: transport.dispatcher(),
    });
    assert.deepEqual([statusCode, await body.text()], [200, '']);
    assert.deepEqual(harness.dialled, [`${PUBLIC}:80`]);
  });

  it('C20 fails a secure page whose certificate nobody vouches for with a typed error', async () => {
    await startSecure();
    await assert.rejects(transport.fetch('https://shop.test/'), isCode('tls'));
    assert.deepEqual(harness.dialled, [`${PUBLIC}:443`]);
  });

  it('C20 fails a secure agent on the same certificate', async () => {
    await startSecure();
    const { https } = transport.agents();
    const outgoing = httpsGet('https://shop.test/', { agent: https });
    const [error] = (await once(outgoing, 'error')) as [Error];
    assert.equal(egressErrorOf(error)?.code, 'tls');
  });

  it('carries TLS end to end through the agents, under the name of the target', async () => {
    await startSecure();
    const { https } = transport.agents();
    const outgoing = httpsGet('https://shop.test/', { agent: https, ca: certificate.cert });
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    assert.equal(await text(incoming), 'secret page');
    assert.deepEqual(harness.dialled, [`${PUBLIC}:443`]);
  });

  it('C20 refuses a certificate of another name', async () => {
    await startSecure();
    const { https } = transport.agents();
    const outgoing = httpsGet('https://other.test/', { agent: https, ca: certificate.cert });
    const [error] = (await once(outgoing, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
    assert.equal(egressErrorOf(error)?.code, 'tls');
  });

  it('carries plain requests through the agents, each with a credential of its own', async () => {
    await startPlain();
    const { http } = transport.agents();
    for (let round = 0; round < 2; round += 1) {
      const [incoming] = (await once(
        httpGet('http://shop.test/', { agent: http }),
        'response',
      )) as [IncomingMessage];
      await text(incoming);
    }
    assert.equal(harness.dialled.length, 2);
  });

  it('fails an agent with the error of the proxy', async () => {
    await startPlain();
    const { http, https } = transport.agents();
    for (const outgoing of [
      httpGet('http://private.test/', { agent: http }),
      httpsGet('https://private.test/', { agent: https }),
    ]) {
      const [error] = (await once(outgoing, 'error')) as [Error];
      assert.ok(error instanceof EgressError);
      assert.equal(error.code, 'refused');
    }
  });

  it('connects a bare socket to a host and port', async () => {
    await start(origin.port, { SMTP_HOST: 'shop.test', SMTP_PORT: '25' });
    const mail = createEgressTransport(harness.proxyUrl, () =>
      harness.credential({ issuer: 'notification' }),
    );
    const socket = await mail.connect('shop.test', 25);
    socket.end('GET /bare HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 200 /);
    await mail.close();
  });

  it('rejects with the reason of the caller who aborted while it connects', async () => {
    await startPlain();
    const reason = new Error('job deleted');
    await assert.rejects(transport.connect('shop.test', 80, AbortSignal.abort(reason)), reason);
    const later = new AbortController();
    const connecting = transport.connect('shop.test', 80, later.signal);
    later.abort(reason);
    await assert.rejects(connecting, reason);
  });

  describe('errors', () => {
    for (const [what, url, code] of [
      ['a private name', 'http://private.test/', 'refused'],
      ['a private address', 'http://169.254.169.254/latest/', 'refused'],
      ['a private address over TLS', 'https://[::1]/', 'refused'],
      ['a forbidden port', 'http://shop.test:6379/', 'refused'],
      ['an unknown name', 'https://gone.test/', 'nameNotFound'],
    ] as const)
      it(`are ${code} for ${what}`, async () => {
        await startPlain();
        await assert.rejects(transport.fetch(url), isCode(code));
      });

    it('are connectionRefused when nobody listens at the target', async () => {
      const gone = await startOrigin();
      gone.stop();
      await start(gone.port);
      await assert.rejects(transport.fetch('http://shop.test/'), isCode('connectionRefused'));
    });

    it('are connectionReset when the target breaks off', async () => {
      const rude = await startOrigin((incoming) => void incoming.socket.resetAndDestroy());
      await start(rude.port);
      await assert.rejects(transport.fetch('http://shop.test/'), isCode('connectionReset'));
      rude.stop();
    });

    it('are proxyDown when the proxy is', async () => {
      await startPlain();
      await harness.stop();
      await assert.rejects(transport.fetch('http://shop.test/'), isCode('proxyDown'));
      await assert.rejects(transport.connect('shop.test', 80), isCode('proxyDown'));
      await startPlain();
    });

    it('are unauthorized when the credential has expired', async () => {
      await startPlain();
      const late = createEgressTransport(harness.proxyUrl, () =>
        harness.credential({ expires: 1 }),
      );
      await assert.rejects(late.fetch('http://shop.test/'), isCode('unauthorized'));
      await late.close();
    });

    it('are limited when the credential has used up its connections', async () => {
      await startPlain();
      const credential = harness.credential({ maxConnections: 1 });
      const small = createEgressTransport(harness.proxyUrl, () => credential);
      await (await small.fetch('http://shop.test/')).text();
      await assert.rejects(small.fetch('http://shop.test/'), isCode('limited'));
      await small.close();
    });

    it('are none when a page answers with an error of its own, also one that looks like ours', async () => {
      const posing = await startOrigin(
        (_incoming, response) =>
          void response.writeHead(403, { 'x-duckmon-egress-error': 'refused' }).end('page'),
      );
      await start(posing.port);
      const answer = await transport.fetch('http://shop.test/');
      assert.deepEqual([answer.status, await answer.text()], [403, 'page']);
      posing.stop();
    });

    it('read nothing into what is not about a connection', () => {
      assert.equal(egressErrorOf(new TypeError('x')), undefined);
      assert.equal(egressErrorOf('x'), undefined);
      assert.equal(egressErrorOf(new Error('x', { cause: { code: 'ECONNRESET' } })), undefined);
    });

    it('never show the address of the target', async () => {
      await startPlain();
      const error: unknown = await transport
        .fetch('http://private.test/')
        .catch((failed: unknown) => failed);
      assert.doesNotMatch(String(error) + String((error as Error).cause), /10\.0\.0/);
    });
  });

  it('refuses a host with spaces or control characters before it asks the proxy', async () => {
    await startPlain();
    for (const host of ['a b', 'a\r\nX: y', 'ü.test'])
      await assert.rejects(transport.connect(host, 80), isCode('refused'));
    assert.deepEqual(harness.resolved, []);
  });

  it('cuts what is open when it is closed', async () => {
    const slow = await startOrigin((_incoming, response) => void response.write('begun'));
    await start(slow.port);
    const answer = await transport.fetch('http://shop.test/');
    const reading = assert.rejects(answer.text());
    await transport.close();
    await reading;
    slow.stop();
  });
});

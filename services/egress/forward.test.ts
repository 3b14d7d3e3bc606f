import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { fakeClock } from '../core/testing/clock.ts';
import {
  PUBLIC,
  startHarness,
  startOrigin,
  type Harness,
  type HarnessOptions,
  type Origin,
} from './testing/harness.ts';
import { exchange, getText, rawClient } from './testing/raw.ts';

const CLOSE = 'Connection: close\r\n';

describe('egress: plain requests', () => {
  let origin: Origin | undefined;
  let harness: Harness;
  const start = async (
    answer?: Parameters<typeof startOrigin>[0],
    options: HarnessOptions = {},
  ): Promise<Origin> => {
    origin = await startOrigin(answer);
    harness = await startHarness({
      names: { 'shop.test': [PUBLIC], 'other.test': [PUBLIC] },
      originPort: origin.port,
      ...options,
    });
    return origin;
  };
  const get = (url: string, more = CLOSE): Promise<string> =>
    exchange(harness.port, getText(url, harness.authorization(), more));
  const post = (headers: string, body: string): Promise<string> =>
    exchange(
      harness.port,
      `POST http://shop.test/form HTTP/1.1\r\nHost: shop.test\r\nProxy-Authorization: ${harness.authorization()}\r\n${headers}${CLOSE}\r\n${body}`,
    );

  afterEach(async () => {
    await harness.stop();
    origin?.stop();
  });

  it('sends path and query on and the answer back', async () => {
    const { requests } = await start((request, response) => {
      response.writeHead(201, 'Made', { 'x-page': 'one' }).end(request.headers.host);
    });
    const answer = await get('http://shop.test/a%20b?q=1&r=%2F');
    assert.deepEqual(requests, ['GET /a%20b?q=1&r=%2F']);
    assert.match(answer, /^HTTP\/1\.1 201 Made\r\nx-page: one\r\n[^]*shop\.test/i);
  });

  it('shows the target neither the credential nor headers of one hop or of ours', async () => {
    let seen: Record<string, unknown> = {};
    await start((request, response) => {
      seen = request.headers;
      response.end();
    });
    await get(
      'http://shop.test/',
      'Connection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nUpgrade: websocket\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nX-Internal-API-Key: k\r\nX-Duckmon-Egress-Error: refused\r\nX-Kept: yes\r\n',
    );
    assert.deepEqual(Object.keys(seen).toSorted(), ['connection', 'host', 'x-kept']);
  });

  it('lets no target forge an error of the proxy or ask for its credential', async () => {
    await start((_request, response) => {
      response
        .writeHead(407, {
          'x-duckmon-egress-error': 'refused',
          'proxy-authenticate': 'Basic realm="x"',
          'x-kept': 'yes',
        })
        .end('no');
    });
    const answer = await get('http://shop.test/');
    assert.match(answer, /^HTTP\/1\.1 502 [^]*x-kept: yes/);
    assert.doesNotMatch(answer, /egress-error|proxy-authenticate/i);
  });

  it('keeps repeated headers apart', async () => {
    await start((_request, response) => {
      response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end();
    });
    assert.match(await get('http://shop.test/'), /set-cookie: a=1\r\nset-cookie: b=2\r\n/i);
  });

  for (const [what, headers, body] of [
    ['a length', 'Content-Length: 5\r\n', 'hello'],
    ['chunks', 'Transfer-Encoding: chunked\r\n', '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'],
  ] as const)
    it(`sends a body with ${what} on`, async () => {
      let seen = '';
      await start((request, response) => {
        request.on('data', (chunk) => (seen += String(chunk)));
        request.on('end', () => response.end('taken'));
      });
      assert.match(await post(headers, body), /taken/);
      assert.equal(seen, 'hello');
    });

  it('C16 refuses a Host that differs from the request target', async () => {
    const { requests } = await start();
    const answer = await exchange(
      harness.port,
      `GET http://shop.test/ HTTP/1.1\r\nHost: other.test\r\nProxy-Authorization: ${harness.authorization()}\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.deepEqual([requests, harness.dialled], [[], []]);
  });

  for (const [what, headers, body] of [
    [
      'CL.TE',
      'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n',
      '0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
    ],
    ['TE.CL', 'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', '5c\r\nGPOST'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!'],
    ['an obscured encoding', 'Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
    ['two encodings', 'Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
    ['a bare line feed', 'X-A: b\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
    ['a folded header', 'X-A: b\r\n Transfer-Encoding: chunked\r\n', '0\r\n\r\n'],
    ['two Hosts', 'Host: other.test\r\n', ''],
  ] as const)
    it(`B12 C16 forwards nothing of a request with ${what}`, async () => {
      const { requests } = await start();
      assert.match(await post(headers, body), /^HTTP\/1\.1 400 /);
      assert.deepEqual([requests, harness.dialled], [[], []]);
    });

  for (const target of [
    'https://shop.test/',
    'ftp://shop.test/',
    'file:///etc/passwd',
    'http://user:pass@shop.test/',
    'http://shop.test\\@other.test/',
    'http:///shop.test/',
    '*',
    'shop.test:80',
  ])
    it(`C11 C12 refuses the request target ${target}`, async () => {
      await start();
      const answer = await exchange(
        harness.port,
        `GET ${target} HTTP/1.1\r\nHost: shop.test\r\nProxy-Authorization: ${harness.authorization()}\r\n${CLOSE}\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.deepEqual(harness.dialled, []);
    });

  it('C16 refuses headers of more than 16 KiB', async () => {
    await start();
    assert.match(await get('http://shop.test/', `X-Bomb: ${'a'.repeat(20_000)}\r\n`), / 431 /);
  });

  it('C16 drops a client that sends its headers too slowly', async () => {
    await start(undefined, { deps: { headersTimeoutMs: 50 } });
    const client = rawClient(harness.port);
    client.send('GET http://shop.test/ HTTP/1.1\r\nHost: sh');
    assert.match(await client.ended(), /^HTTP\/1\.1 408 /);
  });

  it('C16 drops a client that never asks anything', async () => {
    await start(undefined, { deps: { headersTimeoutMs: 50 } });
    await rawClient(harness.port).ended();
  });

  it('cuts an answer at the bytes of the credential', async () => {
    await start((_request, response) => void response.end('a'.repeat(100_000)));
    const client = rawClient(harness.port);
    client.send(getText('http://shop.test/', harness.authorization({ maxBytes: 1000 })));
    const text = await client.ended();
    assert.ok(text.length < 100_000);
    assert.equal(harness.events('egress.closed')[0]?.['cut'], 'credential_bytes');
  });

  it('cuts an answer at the time of the credential', async () => {
    const clock = fakeClock(new Date());
    await start((_request, response) => void response.write('begun'), { deps: { clock } });
    const client = rawClient(harness.port);
    client.send(getText('http://shop.test/', harness.authorization({ maxMs: 5000 })));
    await client.until('begun');
    clock.advance(5000);
    await client.ended();
    assert.equal(harness.events('egress.closed')[0]?.['cut'], 'time');
  });

  it('answers 504 when the target says nothing', async () => {
    await start(() => undefined, { deps: { idleMs: 50 } });
    assert.match(await get('http://shop.test/'), /^HTTP\/1\.1 504 /);
  });

  it('does not make half an answer look like a whole one', async () => {
    await start((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    const client = rawClient(harness.port);
    client.send(getText('http://shop.test/', harness.authorization()));
    const text = await client.ended();
    assert.match(text, /content-length: 100[^]*half$/i);
  });

  it('tells the caller of a reset with a typed error', async () => {
    await start((_request, response) => void response.destroy());
    const answer = await get('http://shop.test/');
    assert.match(answer, /^HTTP\/1\.1 502 [^]*x-duckmon-egress-error: connectionReset/);
  });

  it('takes a switch of protocols that nobody asked for as an error', async () => {
    const raw = createServer((socket: Socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\n'),
      );
    }).listen(0, '127.0.0.1');
    await once(raw, 'listening');
    await start(undefined, { originPort: (raw.address() as AddressInfo).port });
    assert.match(await get('http://shop.test/'), /^HTTP\/1\.1 502 /);
    raw.close();
  });

  it('stops asking the target when the client has gone', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    await start((request, response) => {
      response.once('close', () => resolve());
      response.write('begun');
      void request;
    });
    const client = rawClient(harness.port);
    client.send(getText('http://shop.test/', harness.authorization()));
    await client.until('begun');
    client.socket.destroy();
    await gone;
  });

  for (const [what, answer, code] of [
    ['is not HTTP', 'SSH-2.0\r\n', 'invalidAnswer'],
    ['is all headers', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 'headersTooLarge'],
  ] as const)
    it(`tells the caller of an answer that ${what} with a typed error`, async () => {
      const raw = createServer((socket: Socket) => {
        socket.on('error', () => undefined).once('data', () => socket.end(answer));
      }).listen(0, '127.0.0.1');
      await once(raw, 'listening');
      await start(undefined, { originPort: (raw.address() as AddressInfo).port });
      const said = await get('http://shop.test/');
      assert.match(said, new RegExp(`^HTTP/1\\.1 502 [^]*x-duckmon-egress-error: ${code}`));
      raw.close();
    });

  it('marks the answers of a target for who asks it to, and no target can', async () => {
    const asked = `${CLOSE}X-Duckmon-Egress-Answer: asked\r\n`;
    let seen: Record<string, unknown> = {};
    await start((request, response) => {
      seen = request.headers;
      response.writeHead(200, { 'x-duckmon-egress-answer': 'forged' }).end();
    });
    assert.match(await get('http://shop.test/', asked), /x-duckmon-egress-answer: target\r\n/);
    assert.doesNotMatch(await get('http://shop.test/', asked), /forged/);
    assert.equal(seen['x-duckmon-egress-answer'], undefined);
    assert.doesNotMatch(await get('http://shop.test/'), /x-duckmon-egress-answer/);
    assert.doesNotMatch(await get('http://gone.test/', asked), /x-duckmon-egress-answer/);
  });

  it('asks the target nothing when the client has gone while it was dialled', async () => {
    const dialling = Promise.withResolvers<void>();
    const connected = Promise.withResolvers<Socket>();
    await start(undefined, {
      deps: { dial: () => (dialling.resolve(), connected.promise) },
    });
    const client = rawClient(harness.port);
    client.send(getText('http://shop.test/', harness.authorization()));
    await dialling.promise;
    client.socket.destroy();
    while (harness.events('egress.closed').length === 0) await new Promise(setImmediate);
    const socket = connect({ host: '127.0.0.1', port: origin?.port ?? 0 });
    await once(socket, 'connect');
    Object.defineProperty(socket, 'remoteAddress', { value: PUBLIC });
    connected.resolve(socket);
    await once(socket, 'close');
    assert.deepEqual(origin?.requests, []);
    assert.match(await harness.metrics(), /mon_egress_open_connections\{service="egress"\} 0/);
  });
});

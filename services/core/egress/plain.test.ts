import assert from 'node:assert/strict';
import {
  PUBLIC,
  startHarness,
  startOrigin,
  type Harness,
  type Origin,
} from '../../egress/testing/harness.ts';
import { createEgressTransport, egressErrorOf, type EgressTransport } from './transport.ts';

const isCode = (code: string) => (error: unknown) => egressErrorOf(error)?.code === code;

describe('core: plain requests of an egress session', () => {
  let origin: Origin;
  let harness: Harness;
  let transport: EgressTransport;
  let clients: Set<number | undefined>;
  const start = async (answer?: Parameters<typeof startOrigin>[0]): Promise<void> => {
    origin = await startOrigin(answer);
    harness = await startHarness({
      names: { 'shop.test': [PUBLIC], 'private.test': ['10.0.0.7'] },
      originPort: origin.port,
    });
    transport = createEgressTransport(harness.proxyUrl, () => harness.credential());
    clients = new Set();
  };
  const idsOf = (event: string): unknown[] => harness.events(event).map(({ id }) => id);

  afterEach(async () => {
    await transport.close();
    await harness.stop();
    origin.stop();
  });

  it('H1 share one connection to the target with those of other sessions', async () => {
    await start((request, response) => {
      clients.add(request.socket.remotePort);
      response.end('page');
    });
    for (const id of ['one', 'two', 'three']) {
      const session = transport.pooled(harness.credential({ id }));
      assert.equal(await (await session.fetch('http://shop.test/')).text(), 'page');
      await session.close();
    }
    assert.equal(clients.size, 1);
  });

  it('C17 are each judged and counted by the credential of their session', async () => {
    await start();
    const [good, late] = [
      transport.pooled(harness.credential({ id: 'good' })),
      transport.pooled(harness.credential({ id: 'late', expires: 1 })),
    ];
    await (await good.fetch('http://shop.test/')).text();
    await assert.rejects(late.fetch('http://shop.test/'), isCode('unauthorized'));
    await (await good.fetch('http://shop.test/again')).text();
    assert.deepEqual(origin.requests, ['GET /', 'GET /again']);
    assert.deepEqual(idsOf('egress.opened'), ['good']);
    await Promise.all([good.close(), late.close()]);
  });

  it('never give a page the answer that another page got', async () => {
    const held: (() => void)[] = [];
    await start((request, response) => {
      held.push(() => response.end(request.url));
      if (held.length === 60) held.toReversed().forEach((answer) => answer());
    });
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const session = transport.pooled();
        const answer = await (await session.fetch(`http://shop.test/${at}`)).text();
        await session.close();
        return answer;
      }),
    );
    assert.deepEqual(
      answers,
      answers.map((_, at) => `/${at}`),
    );
  });

  for (const [what, url, code] of [
    ['a private name', 'http://private.test/', 'refused'],
    ['a private address', 'http://169.254.169.254/latest/', 'refused'],
    ['an unknown name', 'http://gone.test/', 'nameNotFound'],
    [
      'a request that the HTTP server of the proxy refuses',
      `http://shop.test/${'a'.repeat(20_000)}`,
      'unreachable',
    ],
  ] as const)
    it(`fail with ${code} for ${what}`, async () => {
      await start();
      const session = transport.pooled();
      await assert.rejects(session.fetch(url), isCode(code));
      await session.close();
      assert.deepEqual(origin.requests, []);
    });

  it('fail with connectionReset when the target breaks off, before or in its answer', async () => {
    await start((request, response) => {
      if (request.url === '/before') request.socket.resetAndDestroy();
      else response.write('half', () => request.socket.resetAndDestroy());
    });
    const session = transport.pooled();
    await assert.rejects(session.fetch('http://shop.test/before'), isCode('connectionReset'));
    const answer = await session.fetch('http://shop.test/in');
    await assert.rejects(answer.text(), isCode('connectionReset'));
    await session.close();
  });

  it('fail with proxyDown when the proxy is', async () => {
    await start();
    await harness.stop();
    const session = transport.pooled();
    await assert.rejects(session.fetch('http://shop.test/'), isCode('proxyDown'));
    await session.close();
    harness = await startHarness();
  });

  it('take a page that poses as the proxy for a page', async () => {
    await start((_request, response) => {
      response
        .writeHead(403, {
          'x-duckmon-egress-error': 'refused',
          'x-duckmon-egress-answer': 'forged',
        })
        .end('page');
    });
    const session = transport.pooled();
    const answer = await session.fetch('http://shop.test/');
    assert.deepEqual([answer.status, await answer.text()], [403, 'page']);
    await session.close();
  });

  it('carry a body and headers of any length, and show the page none of ours', async () => {
    let seen: Record<string, unknown> = {};
    await start((request, response) => {
      seen = request.headers;
      request.pipe(response);
    });
    for (const long of ['short', 'x'.repeat(15_800)]) {
      const session = transport.pooled();
      const answer = await session.fetch('http://shop.test/', {
        method: 'POST',
        body: 'hello',
        headers: { 'x-long': long },
      });
      assert.equal(await answer.text(), 'hello');
      assert.deepEqual([seen['host'], seen['x-long']], ['shop.test', long]);
      const ours = Object.keys(seen).filter((name) => /^(proxy|x-duckmon)/.test(name));
      assert.deepEqual(ours, []);
      await session.close();
    }
  });

  it('end with their session, and only they', async () => {
    let finish = (): void => undefined;
    await start((request, response) => {
      response.write('begun');
      if (request.url === '/whole') finish = () => void response.end(' and whole');
    });
    const [mine, other] = [transport.pooled(), transport.pooled()];
    const half = await mine.fetch('http://shop.test/half');
    const whole = await other.fetch('http://shop.test/whole');
    const reading = assert.rejects(half.text());
    await mine.close();
    await reading;
    finish();
    assert.equal(await whole.text(), 'begun and whole');
    await assert.rejects(mine.fetch('http://shop.test/late'));
    assert.equal(origin.requests.includes('GET /late'), false);
    await other.close();
  });

  it('end with the transport', async () => {
    await start((_request, response) => void response.write('begun'));
    const answer = await transport.pooled().fetch('http://shop.test/');
    const reading = assert.rejects(answer.text());
    await transport.close();
    await reading;
  });
});

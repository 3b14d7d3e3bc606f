import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  cutAfter,
  json,
  lines,
  refusal,
  silence,
  startApiServer,
  type Answer,
  type ApiServer,
} from '../../../operator/src/kube/testing/apiServer.ts';
import { WIDGETS } from '../../../operator/src/kube/testing/cluster.ts';
import {
  virtualClock,
  type VirtualClock,
} from '../../../operator/src/kube/testing/virtualClock.ts';
import { connectionOf, type Connection } from './connection.ts';
import { ApiError, NoAnswerError, isExpired } from './errors.ts';
import { createTransport, type Transport, type WatchOptions } from './transport.ts';
import { defineResource, type KubeObject, type WatchEvent } from './types.ts';

const NODES = defineResource<KubeObject>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
});
const ref = { namespace: 'a', name: 'w' };
const FROM: WatchOptions = { namespace: 'a', resourceVersion: '5', timeoutSeconds: 300 };
const event = (name: string, resourceVersion: string): unknown => ({
  type: 'ADDED',
  object: { metadata: { name, resourceVersion } },
});

describe('kube: transport', () => {
  let server: ApiServer;
  let clock: VirtualClock;
  let connection: Connection;
  let transport: Transport;
  let token: string;

  beforeEach(async () => {
    server = await startApiServer();
    clock = virtualClock();
    token = 'one';
    connection = connectionOf(
      {
        getCurrentCluster: () => ({ name: 'c', server: server.url, skipTLSVerify: false }),
        getCurrentContext: () => '',
        getContextObject: () => null,
        applyToHTTPSOptions: async (options) => {
          Object.assign(options, {
            ca: server.ca,
            servername: 'kubernetes.test',
            headers: { Authorization: `Bearer ${token}` },
          });
        },
      },
      clock,
    );
    transport = createTransport({ connection, clock, userAgent: 'tests/1' });
  });
  afterEach(async () => {
    transport.close();
    await server.stop();
  });

  /** Runs the clock until the call is over. */
  const running = async <T>(call: Promise<T>): Promise<T> => {
    const state = { over: false };
    const settled = call.finally(() => (state.over = true));
    settled.catch(() => undefined);
    while (!state.over) await clock.run(clock.sleepers() > 0 ? 100 : 0);
    return settled;
  };
  const errorOf = async (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => assert.fail('answered'),
      (error: unknown) => error,
    );
  const apiErrorOf = async (call: Promise<unknown>): Promise<ApiError> => {
    const error = await errorOf(call);
    assert.ok(error instanceof ApiError, String(error));
    return error;
  };
  const noAnswerOf = async (call: Promise<unknown>): Promise<NoAnswerError> => {
    const error = await errorOf(call);
    assert.ok(error instanceof NoAnswerError, String(error));
    return error;
  };
  const sent = (): { method: string; url: string; type: unknown; body: unknown }[] =>
    server.seen.map(({ method, url, headers, body }) => ({
      method,
      url,
      type: headers['content-type'],
      body: body === '' ? undefined : JSON.parse(body),
    }));
  const collect = async (options = FROM): Promise<WatchEvent<KubeObject>[]> => {
    const events: WatchEvent<KubeObject>[] = [];
    for await (const one of transport.watch(WIDGETS, options)) events.push(one);
    return events;
  };

  describe('requests', () => {
    it('reads an object', async () => {
      server.answer(json({ metadata: { name: 'w' } }));
      assert.deepEqual(await transport.get(WIDGETS, ref), { metadata: { name: 'w' } });
      assert.deepEqual(sent(), [
        {
          method: 'GET',
          url: '/apis/example.com/v1/namespaces/a/widgets/w',
          type: undefined,
          body: undefined,
        },
      ]);
    });

    it('names itself and its token', async () => {
      await transport.get(WIDGETS, ref);
      const { headers } = server.seen[0] ?? assert.fail('nothing was sent');
      assert.deepEqual(
        [headers['user-agent'], headers.authorization, headers.accept],
        ['tests/1', 'Bearer one', 'application/json'],
      );
    });

    it('takes the type of public keys at a path of its own', async () => {
      await transport.getPath('/openid/v1/jwks');
      assert.match(server.seen[0]?.headers.accept ?? '', /application\/jwk-set\+json/);
    });

    it('lists a page by limit, continue token and selectors', async () => {
      server.answer(json({ metadata: { resourceVersion: '5', continue: 'x' }, items: [] }));
      const page = await transport.list(WIDGETS, {
        namespace: 'a',
        limit: 500,
        continue: 'token',
        labelSelector: 'a=b',
        fieldSelector: 'metadata.name=w',
      });
      assert.equal(page.metadata.continue, 'x');
      assert.equal(
        sent()[0]?.url,
        '/apis/example.com/v1/namespaces/a/widgets?labelSelector=a%3Db&fieldSelector=metadata.name%3Dw&limit=500&continue=token',
      );
    });

    it('creates in the namespace of the object', async () => {
      const object = { metadata: { namespace: 'a', name: 'w' }, spec: { size: 1 } };
      await transport.create(WIDGETS, object, { fieldManager: 'me', dryRun: true });
      assert.deepEqual(sent(), [
        {
          method: 'POST',
          url: '/apis/example.com/v1/namespaces/a/widgets?fieldManager=me&dryRun=All',
          type: 'application/json',
          body: object,
        },
      ]);
    });

    it('creates kinds of the whole cluster outside of namespaces', async () => {
      await transport.create(NODES, { metadata: { name: 'n' } });
      assert.equal(sent()[0]?.url, '/api/v1/nodes');
    });

    it('does not create an object without its namespace', async () => {
      const call = transport.create(WIDGETS, { metadata: { name: 'w' } });
      await assert.rejects(call, /A new Widget needs a namespace/);
    });

    it('replaces by PUT', async () => {
      const object = { metadata: { ...ref, resourceVersion: '5' } };
      await transport.replace(WIDGETS, object);
      assert.deepEqual(
        [sent()[0]?.method, sent()[0]?.url, sent()[0]?.body],
        ['PUT', '/apis/example.com/v1/namespaces/a/widgets/w', object],
      );
    });

    it('merges a patch, also into a subresource', async () => {
      await transport.mergePatch(WIDGETS, ref, { spec: { size: 2 } }, { subresource: 'scale' });
      assert.deepEqual(sent(), [
        {
          method: 'PATCH',
          url: '/apis/example.com/v1/namespaces/a/widgets/w/scale',
          type: 'application/merge-patch+json',
          body: { spec: { size: 2 } },
        },
      ]);
    });

    it('applies by the server with manager and force, and fills in the kind', async () => {
      await transport.apply(
        WIDGETS,
        { metadata: ref },
        { fieldManager: 'me', force: true, subresource: 'status' },
      );
      assert.deepEqual(sent(), [
        {
          method: 'PATCH',
          url: '/apis/example.com/v1/namespaces/a/widgets/w/status?fieldManager=me&force=true',
          type: 'application/apply-patch+yaml',
          body: { apiVersion: 'example.com/v1', kind: 'Widget', metadata: ref },
        },
      ]);
    });

    it('deletes only the object with that uid', async () => {
      await transport.delete(WIDGETS, ref, { uid: 'u', dryRun: true });
      assert.deepEqual(sent(), [
        {
          method: 'DELETE',
          url: '/apis/example.com/v1/namespaces/a/widgets/w',
          type: 'application/json',
          body: {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            propagationPolicy: 'Background',
            preconditions: { uid: 'u' },
            dryRun: ['All'],
          },
        },
      ]);
    });

    it('does not delete a collection for want of a name', async () => {
      await assert.rejects(transport.delete(WIDGETS, { namespace: 'a', name: '' }), /cannot be/);
      assert.equal(server.seen.length, 0);
    });

    it('reads any other path, as text when it is no JSON', async () => {
      server.answer(json({ keys: [] }), (response) => void response.end('ok'));
      assert.deepEqual(await transport.getPath('/openid/v1/jwks'), { keys: [] });
      assert.equal(await transport.getPath('/livez'), 'ok');
    });

    it('keeps the path of a server behind a prefix', async () => {
      const prefixed = { ...connection, server: new URL(`${server.url}/k8s/clusters/c1/`) };
      const behind = createTransport({ connection: prefixed, clock, userAgent: 'tests' });
      await behind.getPath('/version');
      assert.equal(sent()[0]?.url, '/k8s/clusters/c1/version');
    });
  });

  describe('connections', () => {
    it('makes one for twenty calls', async () => {
      for (let call = 0; call < 20; call += 1) await transport.get(WIDGETS, ref);
      assert.deepEqual([server.seen.length, server.connections()], [20, 1]);
    });

    it('does not trust a server of another authority', async () => {
      const stranger = await startApiServer();
      const wrong = { ...connection, server: new URL(stranger.url) };
      const other = createTransport({ connection: wrong, clock, userAgent: 'tests' });
      assert.equal((await noAnswerOf(other.getPath('/version'))).kind, 'unreachable');
      assert.equal(stranger.seen.length, 0);
      await stranger.stop();
    });

    const closing: Answer = (response) => void response.socket?.destroy();

    for (const [verb, call] of [
      ['GET', () => transport.get(WIDGETS, ref)],
      ['PUT', () => transport.replace(WIDGETS, { metadata: ref })],
      ['PATCH', () => transport.apply(WIDGETS, { metadata: ref }, { fieldManager: 'me' })],
      ['DELETE', () => transport.delete(WIDGETS, ref)],
    ] as const)
      it(`sends ${verb} again when a kept connection turns out to be closed`, async () => {
        server.answer(json({}), closing, json({}));
        await transport.getPath('/version');
        await call();
        assert.equal(server.seen.length, 3);
      });

    it('does not send POST again: it may have taken effect', async () => {
      server.answer(json({}), closing, json({}));
      await transport.getPath('/version');
      const error = await noAnswerOf(transport.create(WIDGETS, { metadata: ref }));
      assert.deepEqual([error.kind, server.seen.length], ['unreachable', 2]);
    });

    it('does not try a new connection that breaks a second time', async () => {
      server.answer(closing);
      const error = await noAnswerOf(transport.get(WIDGETS, ref));
      assert.deepEqual([error.kind, server.seen.length], ['unreachable', 1]);
      assert.match(error.message, /^GET \/apis\/example.com\/v1\/namespaces\/a\/widgets\/w: /);
    });

    it('survives a restart that closed all kept connections', async () => {
      server.answer(json({}));
      await Promise.all(Array.from({ length: 8 }, () => transport.getPath('/version')));
      const kept = server.connections();
      server.answer(...Array.from({ length: kept }, () => closing), json({ ok: true }));
      assert.deepEqual(await transport.get(WIDGETS, ref), { ok: true });
      assert.deepEqual([kept, server.connections()], [8, 9]);
    });

    it('gives up when a new connection breaks too', async () => {
      server.answer(json({}), closing);
      await transport.getPath('/version');
      assert.equal((await noAnswerOf(transport.get(WIDGETS, ref))).kind, 'unreachable');
      assert.equal(server.seen.length, 3);
    });

    it('says that nobody listens', async () => {
      const url = server.url;
      await server.stop();
      const error = await noAnswerOf(transport.getPath('/version'));
      assert.match(error.message, /ECONNREFUSED/);
      server = await startApiServer();
      assert.notEqual(server.url, url);
    });

    it('says that an answer broke off, wherever it was cut', async () => {
      const body = JSON.stringify({ metadata: { name: 'ä'.repeat(50) } });
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: body.length - 1 }), async (bytes) => {
          server.answer(cutAfter(body, bytes));
          assert.equal((await noAnswerOf(transport.get(WIDGETS, ref))).kind, 'unreachable');
        }),
        { numRuns: 20 },
      );
    });

    it('says that an answer is no JSON', async () => {
      server.answer((response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('<html>');
      });
      assert.equal((await noAnswerOf(transport.get(WIDGETS, ref))).kind, 'malformed');
    });
  });

  describe('credentials', () => {
    it('reads them anew and tries once more after a 401', async () => {
      server.answer(refusal(401, 'Unauthorized'), json({}));
      const call = transport.get(WIDGETS, ref);
      token = 'two';
      await call;
      assert.deepEqual(
        server.seen.map(({ headers }) => headers.authorization),
        ['Bearer one', 'Bearer two'],
      );
    });

    it('passes on a second 401', async () => {
      server.answer(refusal(401, 'Unauthorized'));
      assert.equal((await apiErrorOf(transport.get(WIDGETS, ref))).status, 401);
      assert.equal(server.seen.length, 2);
    });

    it('says that they cannot be read', async () => {
      const broken = { ...connection, credentials: () => Promise.reject(new Error('no plug-in')) };
      const other = createTransport({ connection: broken, clock, userAgent: 'tests' });
      const error = await noAnswerOf(other.getPath('/version'));
      assert.match(error.message, /GET \/version: the credentials cannot be read: no plug-in/);
    });
  });

  describe('refusals', () => {
    it('carry status, reason and causes', async () => {
      const causes = [{ field: '.spec.size', message: 'conflict with "kubectl"' }];
      server.answer(refusal(409, 'Conflict', {}, { causes }));
      const error = await apiErrorOf(
        transport.apply(WIDGETS, { metadata: ref }, { fieldManager: 'me' }),
      );
      assert.deepEqual(
        [error.status, error.reason, error.details.causes],
        [409, 'Conflict', causes],
      );
    });

    it('wait as long as a 429 says, then send the same again', async () => {
      server.answer(refusal(429, 'TooManyRequests', { 'retry-after': '2' }), json({ ok: true }));
      const began = clock.monotonic();
      assert.deepEqual(await running(transport.create(WIDGETS, { metadata: ref })), { ok: true });
      assert.ok(clock.monotonic() - began >= 2000);
      assert.deepEqual(sent()[0], sent()[1]);
    });

    it('give up after three repetitions and tell the wait to the caller', async () => {
      server.answer(refusal(429, 'TooManyRequests', { 'retry-after': '1' }));
      const error = await apiErrorOf(running(transport.get(WIDGETS, ref)));
      assert.deepEqual([error.status, error.retryAfterMs, server.seen.length], [429, 1000, 4]);
    });

    it('leave a long wait to the caller', async () => {
      server.answer(refusal(429, 'TooManyRequests', { 'retry-after': '60' }));
      const error = await apiErrorOf(transport.get(WIDGETS, ref));
      assert.deepEqual([error.retryAfterMs, server.seen.length], [60_000, 1]);
    });

    it('are passed on at once when they are no "later"', async () => {
      server.answer(refusal(500, 'InternalError'));
      assert.equal((await apiErrorOf(transport.get(WIDGETS, ref))).status, 500);
      assert.equal(server.seen.length, 1);
    });
  });

  describe('time', () => {
    it('ends a call that a half-open connection leaves without an answer', async () => {
      server.answer(silence);
      const call = transport.get(WIDGETS, ref, { timeoutMs: 500 });
      const error = await noAnswerOf(running(call));
      assert.deepEqual(
        [error.kind, error.message],
        ['timeout', 'GET /apis/example.com/v1/namespaces/a/widgets/w: no answer within 500 ms'],
      );
    });

    it('ends a call whose body stops in the middle', async () => {
      server.answer((response) => void response.writeHead(200).write('{"metadata":'));
      const call = transport.get(WIDGETS, ref, { timeoutMs: 500 });
      assert.equal((await noAnswerOf(running(call))).kind, 'timeout');
    });

    it('counts the waits of a busy server', async () => {
      server.answer(refusal(429, 'TooManyRequests', { 'retry-after': '2' }));
      const call = running(transport.get(WIDGETS, ref, { timeoutMs: 5000 }));
      assert.equal((await apiErrorOf(call)).status, 429);
      assert.ok(server.seen.length < 4);
    });

    it("ends with the caller's signal, for its reason", async () => {
      server.answer(silence);
      const stop = new AbortController();
      const call = errorOf(transport.get(WIDGETS, ref, { signal: stop.signal }));
      while (server.seen.length === 0) await clock.settle();
      stop.abort(new Error('stop'));
      assert.match(String(await call), /stop/);
    });

    it('does not begin under an aborted signal', async () => {
      const signal = AbortSignal.abort(new Error('before'));
      assert.match(String(await errorOf(transport.get(WIDGETS, ref, { signal }))), /before/);
      assert.equal(server.seen.length, 0);
    });

    it('leaves no timer behind', async () => {
      await transport.get(WIDGETS, ref);
      await clock.settle();
      assert.equal(clock.sleepers(), 0);
    });
  });

  describe('watch', () => {
    it('asks for bookmarks, a time limit and the version to begin at', async () => {
      server.answer(lines());
      await collect({ ...FROM, labelSelector: 'a=b' });
      assert.equal(
        sent()[0]?.url,
        '/apis/example.com/v1/namespaces/a/widgets?watch=true&allowWatchBookmarks=true&labelSelector=a%3Db&resourceVersion=5&timeoutSeconds=300',
      );
    });

    it('gives events and bookmarks in their order until the server ends it', async () => {
      const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } };
      server.answer(lines(event('a', '6'), event('b', '7'), bookmark));
      const events = await collect();
      assert.deepEqual(
        events.map((one) =>
          one.type === 'BOOKMARK' ? one.resourceVersion : one.object.metadata.name,
        ),
        ['a', 'b', '9'],
      );
    });

    it('puts lines together however the bytes arrive', async () => {
      const whole = Buffer.from(
        ['ä', 'ö', '€', '🦆'].map((name) => `${JSON.stringify(event(name, '6'))}\n`).join(''),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: whole.length }), { maxLength: 8 }), async (at) => {
          const cuts = [0, ...at.sort((a, b) => a - b), whole.length];
          server.answer((response) => {
            response.writeHead(200);
            cuts.slice(1).forEach((end, i) => response.write(whole.subarray(cuts[i], end)));
            response.end();
          });
          const names = (await collect()).map((one) => 'object' in one && one.object.metadata.name);
          assert.deepEqual(names, ['ä', 'ö', '€', '🦆']);
        }),
        { numRuns: 20 },
      );
    });

    it('fails after the whole lines when the stream is cut, wherever that is', async () => {
      const text = `${JSON.stringify(event('a', '6'))}\n${JSON.stringify(event('b', '7'))}\n`;
      const first = text.indexOf('\n') + 1;
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: text.length - 1 }), async (bytes) => {
          server.answer(cutAfter(text, bytes));
          const names: unknown[] = [];
          const reading = (async () => {
            for await (const one of transport.watch(WIDGETS, FROM)) names.push(one.type);
          })();
          assert.equal((await noAnswerOf(reading)).kind, 'unreachable');
          assert.equal(names.length, bytes >= first ? 1 : 0);
        }),
        { numRuns: 20 },
      );
    });

    it('fails when the server ends it within a line', async () => {
      server.answer((response) => void response.end('{"type":'));
      assert.equal((await noAnswerOf(collect())).kind, 'malformed');
    });

    it('fails when a line is no event', async () => {
      server.answer(lines({ hello: 'world' }));
      assert.equal((await noAnswerOf(collect())).kind, 'malformed');
    });

    it('throws 410, before the stream and in it', async () => {
      server.answer(refusal(410, 'Expired'));
      assert.ok(isExpired(await errorOf(collect())));
      server.answer(lines({ type: 'ERROR', object: { code: 410, reason: 'Expired' } }));
      assert.ok(isExpired(await errorOf(collect())));
    });

    it('tells the wait of a busy server to the reader', async () => {
      server.answer(refusal(429, 'TooManyRequests', { 'retry-after': '5' }));
      assert.equal((await apiErrorOf(collect())).retryAfterMs, 5000);
    });

    it('gives up when no headers come', async () => {
      server.answer(silence);
      const error = await noAnswerOf(running(collect()));
      assert.deepEqual([error.kind, clock.monotonic() >= 30_000], ['timeout', true]);
    });

    it('has no time limit of its own once it is open', async () => {
      let end = (): void => assert.fail('not open');
      server.answer((response) => {
        response.writeHead(200).flushHeaders();
        end = () => void response.end(`${JSON.stringify(event('late', '6'))}\n`);
      });
      const reading = collect();
      while (clock.sleepers() === 0) await clock.settle();
      while (clock.sleepers() > 0) await clock.settle();
      await clock.run(600_000);
      end();
      assert.equal((await reading).length, 1);
    });

    it("ends with the reader's signal, for its reason", async () => {
      server.answer(
        (response) => void response.writeHead(200).write(`${JSON.stringify(event('a', '6'))}\n`),
      );
      const stop = new AbortController();
      const reading = (async () => {
        for await (const one of transport.watch(WIDGETS, { ...FROM, signal: stop.signal }))
          stop.abort(new Error(`after ${one.type}`));
      })();
      assert.match(String(await errorOf(reading)), /after ADDED/);
    });

    it('closes the stream when the reader has had enough', async () => {
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      server.answer((response) => {
        response.once('close', resolve);
        response.writeHead(200).write(`${JSON.stringify(event('a', '6'))}\n`);
      });
      for await (const one of transport.watch(WIDGETS, FROM)) {
        assert.equal(one.type, 'ADDED');
        break;
      }
      await closed;
    });
  });
});

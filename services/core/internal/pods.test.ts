import assert from 'node:assert/strict';
import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { testKeys } from '../testing/keys.ts';
import { InternalCallError } from './client.ts';
import { createPods, createServiceClient, type Pods, type PodsOptions } from './pods.ts';
import { broken, busy, replay, startReplicas, type Replicas } from './testing/replicas.ts';

const ONE = '127.0.0.2';
const TWO = '127.0.0.3';
const PATH = '/internal/v1/x';
const KEYRING = 'browser/team';

describe('core: the pods behind a name', () => {
  const [own, tenant] = [testKeys(), testKeys()];
  let team: Replicas;
  let pods: Pods;
  let now: number;
  let here: readonly string[];
  let ends: (() => Promise<void>)[];
  beforeEach(async () => {
    [now, here, ends] = [0, [ONE, TWO], []];
    team = await startReplicas('browser', tenant);
    pods = podsOf({});
  });
  afterEach(async () => {
    for (const end of ends) await end();
    await team.stop();
  });
  const optionsOf = (patch: Partial<PodsOptions>): PodsOptions => {
    const file = own.of('scheduler')();
    const held = tenant.of('scheduler')().calls['browser'] ?? [];
    return {
      caller: 'scheduler',
      callee: 'browser',
      keyring: KEYRING,
      baseUrl: `http://pool.test:${team.port}`,
      keys: () => ({ ...file, calls: { ...file.calls, [KEYRING]: held } }),
      clock: { ...systemClock, monotonic: () => now },
      resolve: async () => here,
      ...patch,
    };
  };
  const podsOf = (patch: Partial<PodsOptions>): Pods => {
    const made = createPods(optionsOf(patch));
    ends.push(() => made.close());
    return made;
  };
  const call = (group = pods): Promise<unknown> =>
    group.call((client) => client.post(PATH, { a: 1 }, z.unknown()));
  const problemOf = async (calling: Promise<unknown>) => {
    const error: unknown = await calling.then(
      () => assert.fail('answered'),
      (reason) => reason,
    );
    return error instanceof InternalCallError ? error.problem : assert.fail(String(error));
  };
  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    if (await holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
    await until(holds);
  };

  it('are called each by its own address, signed with the keys of that keyring', async () => {
    await call();
    await call();
    assert.deepEqual(team.counts(), [1, 1]);
  });

  it('B1 of a tenant refuse the keys for the pods of the platform', async () => {
    const problem = await problemOf(call(podsOf({ keyring: 'browser' })));
    assert.equal(problem.kind === 'refused' && problem.status, 401);
  });

  it('B6 refuse a signed request that was made for another replica', async () => {
    await call();
    const [first, second] = team.all;
    const sent = first?.requests[0] ?? assert.fail('not sent');
    assert.equal(await replay(sent, second ?? assert.fail()), 401);
    assert.deepEqual(team.counts(), [1, 0]);
  });

  it('are none while the key for them has not come, but are found', async () => {
    const early = podsOf({ keys: own.of('scheduler') });
    assert.deepEqual(await early.addresses(), []);
    assert.deepEqual(await early.found(), [ONE, TWO]);
  });

  it('are called the least busy first', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const each of team.all)
      each.reply((_request, response) => promise.then(() => response.json({})));
    const calls = [call(), call(), call(), call()];
    await until(() => team.counts().every((count) => count === 2));
    assert.deepEqual([team.counts(), pods.running()], [[2, 2], 4]);
    resolve();
    await Promise.all(calls);
    assert.equal(pods.running(), 0);
  });

  it('are asked in turn when one is busy, and the busy one last for the time that it asks for', async () => {
    team.at(ONE).reply(busy);
    for (let at = 0; at < 4; at += 1) await call();
    assert.deepEqual(team.counts(), [1, 4]);
    now = 1_001;
    await call();
    assert.deepEqual(team.counts(), [2, 5]);
  });

  it('are all asked before the caller waits', async () => {
    team.all.forEach((each) => each.reply(busy));
    const problem = await problemOf(call());
    assert.equal(problem.kind === 'busy' && problem.retryAfterSeconds, 1);
    assert.deepEqual(team.counts(), [1, 1]);
  });

  it('give a call on that surely was not taken', async () => {
    await team.at(ONE).stop();
    for (let at = 0; at < 3; at += 1) await call();
    assert.deepEqual(team.counts(), [0, 3]);
  });

  it('do not get a call twice that one may have taken', async () => {
    team.all.forEach((each) => each.reply(broken));
    const problem = await problemOf(call());
    assert.equal(problem.kind === 'unreachable' && problem.maybeProcessed, true);
    assert.deepEqual(team.counts(), [1, 0]);
  });

  it('are not connected to once they are gone', async () => {
    await Promise.all([call(), call()]);
    assert.ok((await team.at(ONE).connections()) > 0);
    here = [TWO];
    now = 10_000;
    await call();
    await until(async () => (await team.at(ONE).connections()) === 0);
    assert.ok((await team.at(TWO).connections()) > 0);
  });

  it('end the call that runs when they are gone', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    team.at(ONE).reply((_request, response) => promise.then(() => response.json('late')));
    const running = call();
    await until(() => team.counts()[0] === 1);
    here = [TWO];
    now = 10_000;
    await call();
    resolve();
    assert.equal(await running, 'late');
  });

  it('are unreachable when nothing is behind their name, and nothing was processed', async () => {
    here = [];
    const problem = await problemOf(call());
    assert.equal(problem.kind === 'unreachable' && problem.maybeProcessed, false);
    assert.match(problem.message, /nothing is behind pool\.test/);
  });

  describe('by the client of a service', () => {
    const clientOf = (patch: Partial<PodsOptions>) => {
      const client = createServiceClient(optionsOf(patch));
      ends.push(() => client.close());
      return client;
    };

    it('are called by each method, one after the other', async () => {
      const client = clientOf({});
      await client.get(PATH, z.unknown());
      await client.put(PATH, {}, z.unknown());
      await client.post(PATH, {}, z.unknown());
      assert.deepEqual(
        team.all.map(({ requests }) => requests.map(({ method }) => method)),
        [['GET', 'POST'], ['PUT']],
      );
    });

    it('are one where the URL has an address, which no name server is asked for', async () => {
      const client = clientOf({
        baseUrl: `http://${TWO}:${team.port}`,
        resolve: () => assert.fail('asked'),
      });
      for (let at = 0; at < 2; at += 1) await client.get(PATH, z.unknown());
      assert.deepEqual(team.counts(), [0, 2]);
    });
  });
});

import assert from 'node:assert/strict';
import { systemClock } from '../../../services/core/clock.ts';
import {
  replay,
  startReplicas,
  type Replicas,
} from '../../../services/core/internal/testing/replicas.ts';
import { testKeys } from '../../../services/core/testing/keys.ts';
import { createSchedulerClient, type SchedulerClient } from './client.ts';

describe("the operator's calls to the scheduler", () => {
  const keys = testKeys();
  let schedulers: Replicas;
  let client: SchedulerClient | undefined;
  beforeEach(async () => {
    addresses = undefined;
    schedulers = await startReplicas('scheduler', keys);
    for (const each of schedulers.all)
      each.reply((_request, response) => response.json({ frozen: true }));
  });
  afterEach(async () => {
    await client?.close();
    await schedulers.stop();
  });
  let addresses: readonly string[] | undefined;
  const open = (host: string): SchedulerClient =>
    (client = createSchedulerClient({
      baseUrl: `http://${host}:${schedulers.port}`,
      keys: keys.of('operator'),
      clock: systemClock,
      term: () => 1,
      resolve: async (name) => {
        assert.equal(name, 'scheduler.test');
        return addresses ?? schedulers.all.map(({ address }) => address);
      },
    }));
  const call = async (host: string, times = 1): Promise<void> => {
    const client = open(host);
    for (let at = 0; at < times; at += 1) assert.equal(await client.freeze(true), true);
  };

  it('go to each replica behind the name of its Service, signed for its address', async () => {
    await call('scheduler.test', 2);
    assert.deepEqual(schedulers.counts(), [1, 1]);
  });

  it('go to another replica when one is gone', async () => {
    await schedulers.all[0]?.stop();
    await call('scheduler.test', 2);
    assert.deepEqual(schedulers.counts(), [0, 2]);
  });

  it('go to the one address that the URL has', async () => {
    await call('127.0.0.3', 2);
    assert.deepEqual(schedulers.counts(), [0, 2]);
  });

  it('B6 hold at no other replica than the one that they were signed for', async () => {
    await call('scheduler.test');
    const [one, two] = schedulers.all;
    assert.ok(one?.requests[0] && two);
    assert.equal(await replay(one.requests[0], two), 401);
    assert.deepEqual(schedulers.counts(), [1, 0]);
  });

  describe('that each replica answers for itself', () => {
    const readerAt = (address: string) => ({
      reader: `browser at ${address}`,
      service: 'browser',
      address,
      kids: ['k1'],
      signsWith: null,
    });
    const report = (id: string) => ({
      p95Ms: { http: null, browser: null },
      judgeP95Ms: null,
      judgedShare: null,
      running: 1,
      slots: 4,
      queueAgeMs: 0,
      waiting: [{ namespace: 'team', pool: 'p', id }],
    });
    beforeEach(() =>
      schedulers.all.forEach((scheduler) =>
        scheduler.reply((request, response) =>
          response.json(
            request.path.endsWith('key-table')
              ? { readers: [readerAt(scheduler.address)] }
              : report(scheduler.address.replaceAll('.', '-')),
          ),
        ),
      ),
    );

    it('go to all of them, and the answers are joined', async () => {
      const client = open('scheduler.test');
      const { readers } = await client.keyTable();
      assert.deepEqual(
        readers?.map(({ address }) => address),
        ['127.0.0.2', '127.0.0.3'],
      );
      const { slots, waiting } = await client.capacity();
      assert.deepEqual([slots, waiting.map(({ id }) => id)], [8, ['127-0-0-2', '127-0-0-3']]);
    });

    it('B4 leave the keys unknown when one does not answer, and count the others work', async () => {
      await schedulers.all[0]?.stop();
      const client = open('scheduler.test');
      await assert.rejects(client.keyTable(), /Service not responding: scheduler/);
      assert.equal((await client.capacity()).slots, 4);
    });

    it('B4 leave everything unknown when nobody is there', async () => {
      addresses = [];
      const client = open('scheduler.test');
      await assert.rejects(client.keyTable(), /nothing is behind scheduler\.test/);
      await assert.rejects(client.capacity(), /nothing is behind scheduler\.test/);
    });
  });
});

import assert from 'node:assert/strict';
import { systemClock } from '../../../services/core/clock.ts';
import type { Resolve } from '../../../services/core/internal/addresses.ts';
import { itCallsByName } from '../../../services/core/internal/testing/byName.ts';
import { startReplicas, type Replicas } from '../../../services/core/internal/testing/replicas.ts';
import { createLog } from '../../../services/core/log.ts';
import { testKeys } from '../../../services/core/testing/keys.ts';
import { tokensOf } from '../../../services/core/workloadIdentity/tokens.ts';
import { createSchedulerClient, type SchedulerClient } from './client.ts';
import { reader, report, waits } from './testing/answers.ts';

describe("the operator's calls to the scheduler", () => {
  const keys = testKeys();
  const log = createLog('test', 'silent');
  const open = (baseUrl: string, resolve: Resolve, tokensFolder?: string): SchedulerClient =>
    createSchedulerClient({
      baseUrl,
      keys: keys.of('operator'),
      tokens: tokensOf({ tokensFolder }, log),
      clock: systemClock,
      term: () => 1,
      resolve,
    });

  describe('that any replica answers', () => {
    itCallsByName({
      service: 'scheduler',
      keys,
      open: (url, resolve, tokensFolder) => {
        const client = open(url, resolve, tokensFolder);
        return { call: () => client.freeze(true, undefined), close: () => client.close() };
      },
      reply: (_request, response) => response.json({ frozen: true }),
    });
  });

  describe('that each replica answers for itself', () => {
    let schedulers: Replicas;
    let client: SchedulerClient;
    let addresses: readonly string[];
    beforeEach(async () => {
      schedulers = await startReplicas('scheduler', keys);
      addresses = schedulers.all.map(({ address }) => address);
      for (const each of schedulers.all)
        each.reply((request, response) =>
          response.json(
            request.path.endsWith('key-table')
              ? { readers: [reader(`browser of ${each.address}`, ['k1'])] }
              : report({ waiting: [waits(each.address.replaceAll('.', '-'))] }),
          ),
        );
      client = open(`http://scheduler.test:${schedulers.port}`, () => Promise.resolve(addresses));
    });
    afterEach(async () => {
      await client.close();
      await schedulers.stop();
    });

    it('go to all of them, and the answers are joined', async () => {
      const { readers } = await client.keyTable();
      assert.deepEqual(
        readers?.map((each) => each.reader),
        ['browser of 127.0.0.2', 'browser of 127.0.0.3'],
      );
      const { slots, waiting } = await client.capacity();
      assert.deepEqual([slots, waiting.map(({ id }) => id)], [8, ['127-0-0-2', '127-0-0-3']]);
    });

    it('B4 leave the keys unknown when one does not answer, and count the others work', async () => {
      await schedulers.all[0]?.stop();
      await assert.rejects(client.keyTable(), /Service not responding: scheduler/);
      assert.equal((await client.capacity()).slots, 4);
    });

    it('B4 leave everything unknown when nobody is there', async () => {
      addresses = [];
      await assert.rejects(client.keyTable(), /nothing is behind scheduler\.test/);
      await assert.rejects(client.capacity(), /nothing is behind scheduler\.test/);
    });
  });
});

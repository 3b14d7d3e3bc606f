import assert from 'node:assert/strict';
import { job, type TestApi } from '../testing/api.ts';
import type { LiveObject } from './resources.ts';
import { type FakeKube } from './testing/kube.ts';
import { useFakeWorld, type FakeWorld } from './testing/world.ts';

const RUN = 'mon.duckerhub.com/run-requested-at';

describe('a run in a cluster', () => {
  const world = useFakeWorld();
  let fake: FakeKube;
  let api: TestApi;
  let call: FakeWorld['call'];
  beforeEach(() => ({ fake, api, call } = world()));

  const wished = (live: LiveObject, value: string): void => {
    const metadata = { ...live.metadata, annotations: { [RUN]: value } };
    fake.objects.set('MonitorJob/shop', { ...live, metadata });
  };
  const run = async (): Promise<string> =>
    (await call('POST', '/monitors/shop/run')).json.runRequestId;

  it('is asked for by the annotation alone', async () => {
    fake.put(job('shop'));
    const id = await run();
    assert.equal(id, api.time.now.toISOString());
    assert.deepEqual(fake.sent, [
      {
        verb: 'mergePatch',
        at: 'MonitorJob/shop',
        object: { metadata: { annotations: { [RUN]: id } } },
        options: { fieldManager: 'duckmon-dashboard' },
      },
    ]);
  });

  it('is shared while nobody took it up', async () => {
    wished(fake.put(job('shop')), 'earlier');
    assert.deepEqual([await run(), fake.sent], ['earlier', []]);
  });

  it('is another once the one before was handled, by the word of the store or of the status', async () => {
    const live = fake.put(job('shop'));
    wished({ ...live, status: { lastHandledRunRequest: 'earlier' } }, 'earlier');
    assert.notEqual(await run(), 'earlier');
    await world().project(live, 'earlier');
    await world().inStore((tx) =>
      tx.query("UPDATE monitors SET last_handled_run_request = 'earlier', run_request_id = NULL"),
    );
    wished(live, 'earlier');
    assert.notEqual(await run(), 'earlier');
  });

  it('is another while a check runs, which may have read the page before', async () => {
    const live = fake.put(job('shop'));
    await world().project(live, 'earlier');
    await world().inStore((tx) =>
      tx.query('UPDATE monitors SET lease_until = $1', [new Date(api.time.now.getTime() + 1000)]),
    );
    wished(live, 'earlier');
    assert.notEqual(await run(), 'earlier');
  });

  it('of a paused monitor is refused', async () => {
    fake.put(job('shop', { suspend: true }));
    const answer = await call('POST', '/monitors/shop/run');
    assert.equal(answer.status, 422);
    assert.match(answer.json.error.message, /resume it first/);
    assert.deepEqual(fake.sent, []);
  });
});

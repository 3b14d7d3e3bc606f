import assert from 'node:assert/strict';
import { NoAnswerError } from '../../core/kube/errors.ts';
import { job, type TestApi } from '../testing/api.ts';
import { type FakeKube } from './testing/kube.ts';
import { useFakeWorld, type FakeWorld } from './testing/world.ts';

const down = (): NoAnswerError => new NoAnswerError('unreachable', 'no route');

describe('reading from a cluster', () => {
  const world = useFakeWorld();
  let fake: FakeKube;
  let api: TestApi;
  let call: FakeWorld['call'];
  beforeEach(() => ({ fake, api, call } = world()));

  it('answers with the object before the operator has told the store of it', async () => {
    const { json } = await call('POST', '/monitors', job('shop'));
    assert.deepEqual([json.metadata.name, json.metadata.generation], ['shop', 1]);
    assert.deepEqual((await call('GET', '/monitors')).json.items, []);
  });

  it('shows what happened to this very object beside what the operator decided', async () => {
    const live = fake.put(job('shop'));
    fake.objects.set('MonitorJob/shop', {
      ...live,
      status: {
        conditions: [
          {
            type: 'Ready',
            status: 'False',
            reason: 'NotAccepted',
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      },
    });
    await world().project(live);
    const { json } = await call('GET', '/monitors/shop');
    assert.equal(json.status.nextCheck, api.time.now.toISOString());
    const ready = json.status.conditions.find(({ type }) => type === 'Ready');
    assert.equal(ready.reason, 'NotAccepted');
    fake.put({ ...job('shop'), metadata: { name: 'shop' } });
    fake.objects.set('MonitorJob/shop', { ...live, metadata: { ...live.metadata, uid: 'other' } });
    assert.equal((await call('GET', '/monitors/shop')).json.status.nextCheck, undefined);
  });

  it('lists what the store has, which belongs to no file', async () => {
    await world().project(fake.put(job('shop')));
    const { json } = await call('GET', '/monitors');
    const { name, resourceVersion } = json.items[0].metadata;
    assert.deepEqual([name, resourceVersion], ['shop', undefined]);
    assert.doesNotMatch(JSON.stringify(json.items[0]), /managed-by/);
    assert.deepEqual((await call('GET', '/managers')).json, { files: [] });
  });

  it('shows what the store has while the cluster does not answer, and writes nothing', async () => {
    await world().project(fake.put(job('shop')));
    fake.failures.push(down());
    assert.equal((await call('GET', '/monitors/shop')).json.metadata.name, 'shop');
    fake.failures.push(down());
    const answer = await call('PUT', '/monitors/shop', job('shop', { tags: ['x'] }));
    assert.deepEqual([answer.status, answer.json.error.code], [503, 'unavailable']);
    assert.deepEqual([fake.sent, await world().auditRows()], [[], []]);
  });

  it('has no monitor that neither cluster nor local mode knows, whatever the store remembers', async () => {
    await world().project(fake.put(job('shop')));
    fake.objects.clear();
    assert.equal((await call('GET', '/monitors/shop')).status, 404);
    for (const [method, path] of [
      ['PUT', '/monitors/shop'],
      ['POST', '/monitors/shop/pause'],
      ['POST', '/monitors/shop/run'],
      ['DELETE', '/monitors/shop'],
    ] as const)
      assert.equal(
        (await call(method, path, method === 'PUT' ? job('shop') : undefined)).status,
        404,
      );
  });

  describe('beside monitors of local mode', () => {
    beforeEach(() => world().makeLocal('local'));

    it('shows them, and writes nothing under their names', async () => {
      assert.equal((await call('GET', '/monitors/local')).status, 200);
      for (const [method, path, body] of [
        ['POST', '/monitors', job('local')],
        ['PUT', '/monitors/local', job('local')],
        ['POST', '/monitors/local/pause', undefined],
        ['POST', '/monitors/local/run', undefined],
      ] as const) {
        const { status, json } = await call(method, path, body);
        assert.equal(status, 409);
        assert.match(json.error.message, /made outside of the cluster/);
      }
      const { json } = await call('POST', '/apply', { documents: [job('local')] });
      assert.equal(json.results[0].action, 'refused');
      assert.deepEqual(fake.sent, []);
    });

    it('deletes them', async () => {
      assert.equal((await call('DELETE', '/monitors/local')).status, 204);
      assert.equal((await call('GET', '/monitors/local')).status, 404);
      assert.deepEqual(fake.sent, []);
    });
  });
});

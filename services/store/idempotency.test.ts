import assert from 'node:assert/strict';
import { beginRequest, finishRequest, forgetRequests } from './idempotency.ts';
import { later, NOON } from './testing/monitors.ts';
import { useDatabase } from './testing/suite.ts';

describe('idempotency', () => {
  const suite = useDatabase();
  beforeEach(() => suite.db.pool('postgres').query('DELETE FROM idempotency_keys'));
  const begin = (hash = 'h', now = NOON, workspace = 'team') =>
    suite.api((tx) => beginRequest(tx, workspace, 'key', hash, now), workspace);
  const finish = () => suite.api((tx) => finishRequest(tx, 'team', 'key', 201, { name: 'shop' }));

  it('lets the first request through', async () => {
    assert.deepEqual(await begin(), { kind: 'new' });
  });

  it('answers the second one like the first', async () => {
    await begin();
    await finish();
    assert.deepEqual(await begin(), { kind: 'replay', status: 201, response: { name: 'shop' } });
  });

  it('replays an answer without a body', async () => {
    await begin();
    await suite.api((tx) => finishRequest(tx, 'team', 'key', 204, undefined));
    assert.deepEqual(await begin(), { kind: 'replay', status: 204, response: null });
  });

  it('refuses another request under the same key', async () => {
    await begin();
    await finish();
    assert.deepEqual(await begin('another'), { kind: 'mismatch' });
  });

  it('says that the first one is still under way', async () => {
    await begin();
    assert.deepEqual(await begin(), { kind: 'inProgress' });
  });

  it('lets a request through again whose process died with it', async () => {
    await begin();
    assert.deepEqual(await begin('h', later(NOON, 300_000)), { kind: 'new' });
    assert.deepEqual(await begin('h', later(NOON, 300_001)), { kind: 'inProgress' });
  });

  it('knows a key in its workspace only', async () => {
    await begin();
    assert.deepEqual(await begin('h', NOON, 'other'), { kind: 'new' });
  });

  it('E12 carries out one of twenty that come at the same time, and answers all alike', async () => {
    let done = 0;
    const request = () =>
      suite.api(async (tx) => {
        const start = await beginRequest(tx, 'team', 'key', 'h', NOON);
        if (start.kind !== 'new') return start;
        done += 1;
        await finishRequest(tx, 'team', 'key', 201, done);
        return { kind: 'replay', status: 201, response: 1 };
      });
    const answers = await Promise.all(Array.from({ length: 20 }, request));
    assert.equal(done, 1);
    for (const answer of answers)
      assert.deepEqual(answer, { kind: 'replay', status: 201, response: 1 });
  });

  it('forgets the key of a request that failed and was undone', async () => {
    const failing = suite.api(async (tx) => {
      await beginRequest(tx, 'team', 'key', 'h', NOON);
      throw new Error('refused');
    });
    await assert.rejects(failing, /refused/);
    assert.deepEqual(await begin(), { kind: 'new' });
  });

  it('forgets old answers', async () => {
    await begin();
    assert.equal(await suite.api((tx) => forgetRequests(tx, 'team', NOON)), 0);
    assert.equal(await suite.api((tx) => forgetRequests(tx, 'team', later(NOON, 1))), 1);
  });
});

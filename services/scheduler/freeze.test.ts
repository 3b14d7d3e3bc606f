import assert from 'node:assert/strict';
import { setFrozen } from '../store/freeze.ts';
import { useDatabase } from '../store/testing/suite.ts';
import { createFreeze } from './freeze.ts';

describe('scheduler: freeze', () => {
  const suite = useDatabase();
  let now = 0;
  const start = () => createFreeze(suite.db.pool('mon_scheduler'), { monotonic: () => now });
  const set = (by: 'operator' | 'api', frozen: boolean) =>
    setFrozen(suite.db.pool('mon_scheduler'), by, frozen);
  afterEach(async () => {
    await set('operator', false);
    await set('api', false);
  });

  it('does not hold in a new installation', async () => {
    assert.equal(await start()(), false);
  });

  it('holds a second after it was set, at the latest', async () => {
    const isFrozen = start();
    assert.equal(await isFrozen(), false);
    await set('operator', true);
    assert.equal(await isFrozen(), false);
    now += 1_000;
    assert.equal(await isFrozen(), true);
  });

  it('holds until each side has lifted its own', async () => {
    await set('operator', true);
    await set('api', true);
    await set('operator', false);
    assert.equal(await start()(), true);
    await set('api', false);
    assert.equal(await start()(), false);
  });

  it('asks again after a question that failed', async () => {
    let fails = true;
    const pool = suite.db.pool('mon_scheduler');
    const sql = {
      query: (text: string) => (fails ? Promise.reject(new Error('gone')) : pool.query(text)),
    };
    const isFrozen = createFreeze(sql as never, { monotonic: () => now });
    await assert.rejects(isFrozen());
    fails = false;
    assert.equal(await isFrozen(), false);
  });
});

import assert from 'node:assert/strict';
import { SetupError } from '../core/errors.ts';
import { captureLog } from '../core/testing/log.ts';
import { StoreError } from './errors.ts';
import { databaseThere, startOn, whenThere } from './patience.ts';
import { testDatabase } from './testing/postgres.ts';

/** Time that passes by waiting alone. */
function world() {
  const slept: number[] = [];
  const clock = {
    monotonic: () => slept.reduce((sum, ms) => sum + ms, 0),
    sleep: async (ms: number): Promise<void> => {
      slept.push(ms);
    },
  };
  const log = captureLog();
  return { slept, log, deps: { log: log.log, clock, patienceMs: 3_000 } };
}

const away = (): StoreError => new StoreError('unavailable', 'Database connection failed');

describe('patience with a database', () => {
  it('tries again while it is not there, and says so', async () => {
    const { slept, log, deps } = world();
    let tries = 0;
    const found = await whenThere(async () => {
      tries++;
      if (tries < 3) throw away();
      return 'there';
    }, deps);
    assert.equal(found, 'there');
    assert.deepEqual(slept, [1_000, 1_000]);
    assert.match(log.text(), /waiting for the database: Database connection failed/);
  });

  it('has an end, and none with what waiting does not mend', async () => {
    const { slept, deps } = world();
    await assert.rejects(
      whenThere(() => Promise.reject(away()), deps),
      (error) => error instanceof StoreError && error.code === 'unavailable',
    );
    assert.deepEqual(slept, [1_000, 1_000, 1_000]);
    const wrong = new StoreError('invalid', 'The value breaks a rule of the schema');
    await assert.rejects(
      whenThere(() => Promise.reject(wrong), deps),
      (error) => error === wrong,
    );
    assert.equal(slept.length, 3);
  });

  it('signs in to one that is there, and names the next step when none comes', async () => {
    const { slept, deps } = world();
    const db = await testDatabase();
    try {
      await databaseThere(db.url('mon_api'), deps);
      assert.deepEqual(slept, []);
      const stranger = db.url('mon_api').replace(/:[^:@/]+@/, ':wrong@');
      for (const url of [stranger, 'postgresql://x:y@127.0.0.1:1/z'])
        await assert.rejects(
          databaseThere(url, deps),
          (error) => error instanceof SetupError && /check that Postgres runs/.test(error.message),
        );
      // A wrong password may be one that is not set yet.
      assert.equal(slept.length, 6);
    } finally {
      await db.close();
    }
  });

  it('ends the start in one sentence when the database goes away meanwhile, and hides no other error', async () => {
    const { deps } = world();
    const db = await testDatabase();
    const start = (error: Error): Promise<never> =>
      startOn(db.url('mon_api'), deps, async () => {
        throw error;
      });
    try {
      assert.equal(await startOn(db.url('mon_api'), deps, async () => 'up'), 'up');
      for (const gone of [away(), new Error('timeout expired')])
        await assert.rejects(
          start(gone),
          (error) =>
            error instanceof SetupError && /Database connection failed/.test(error.message),
        );
      const other = new TypeError('a mistake');
      await assert.rejects(start(other), (error) => error === other);
    } finally {
      await db.close();
    }
  });
});

import assert from 'node:assert/strict';
import { newKeyEntry } from '../core/keyring.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { deriveServiceKeys } from '../core/serviceKeys.ts';
import { StoreError } from '../store/errors.ts';
import { startScheduler } from './start.ts';
import { configFor } from './testing/config.ts';
import { until } from './testing/until.ts';
import { SHOP, createWorld, type World } from './testing/world.ts';
import type { StartDeps } from './wiring.ts';

const root = { keys: [newKeyEntry(new Date())] };

describe('a check whose commit was lost', () => {
  let world: World;
  let running: Running | undefined;
  beforeEach(async () => {
    world = await createWorld();
    world.browser.show(SHOP, 'Shop');
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await world.close();
  });

  const start = async (given: Partial<StartDeps> = {}): Promise<void> => {
    running = await startScheduler(configFor(world), {
      log: createLog('scheduler', 'silent'),
      keys: () => deriveServiceKeys(root, 'scheduler'),
      dataKeys: () => root,
      nameWaitMs: 50,
      ...given,
    });
  };
  const isChecked = async (): Promise<boolean> => (await world.rows('checks')).length === 1;
  const deaths = async (): Promise<unknown> => (await world.rows('monitors'))[0]?.['deaths'];

  it('F10 is made again at once when the database did not take it, and is no death', async () => {
    await world.monitor('shop');
    let isAway = true;
    await start({
      failpoint: (name) => {
        if (name !== 'check.before-commit' || !isAway) return undefined;
        isAway = false;
        throw new StoreError('unavailable', 'Database connection failed');
      },
    });
    await until('a check', isChecked);
    assert.equal(world.browser.requests.length, 2);
    assert.equal(await deaths(), 0);
  });

  it('F10 is made again at once when the database forgot it in a crash', async () => {
    await start();
    await world.monitor('shop');
    // As if it had been claimed, and its commit lost, which waits for no disk.
    await world.pool.query(
      `UPDATE monitors SET lease_owner = 'test', lease_until = now() + interval '1 minute',
         next_due_at = now() + interval '1 minute', slot_at = now(), slot_generation = generation`,
    );
    const events = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'duckmon-events' AND datname = current_database()`;
    await world.db.pool('postgres').query(events);
    await until('a check', isChecked);
    assert.equal(await deaths(), 0);
  });
});

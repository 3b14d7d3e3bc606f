import assert from 'node:assert/strict';
import { claimOldest } from '../../store/claim.ts';
import { holdOwner } from '../../store/lease.ts';
import { MINUTE, createWorld, type World } from '../testing/world.ts';
import { createTakeOver } from './takeOver.ts';

describe('what a scheduler of another name left behind', () => {
  let world: World;
  let found: number;
  let look: () => Promise<number>;
  beforeEach(async () => {
    world = await createWorld();
    found = 0;
    look = createTakeOver(world.deps, () => (found += 1));
    await world.monitor('shop');
    await claimOldest(world.pool, {
      now: world.clock.now(),
      leaseMs: MINUTE,
      limit: 50,
      owner: 'two',
    });
  });
  afterEach(() => world.close());

  it('F1 is taken over at the second look that finds nobody of that name', async () => {
    assert.equal(await look(), 15_000);
    assert.deepEqual(await world.claim(), []);
    await look();
    assert.deepEqual(
      (await world.claim()).map(({ monitor, died }) => [monitor, died]),
      [['shop', true]],
    );
    assert.equal(found, 1);
  });

  it('F6 is left alone while somebody has the name', async () => {
    const connection = await world.pool.connect();
    try {
      await holdOwner(connection, 'two', 0);
      for (let times = 0; times < 3; times += 1) await look();
      assert.deepEqual(await world.claim(), []);
      assert.equal(found, 0);
    } finally {
      connection.release(true);
    }
  });

  it('F6 is left alone when one that was without its name has it again', async () => {
    await look();
    const connection = await world.pool.connect();
    try {
      await holdOwner(connection, 'two', 0);
      await look();
      assert.deepEqual(await world.claim(), []);
    } finally {
      connection.release(true);
    }
  });

  it('is looked for no more when nobody was missed at two looks', async () => {
    world.clock.advance(2 * MINUTE);
    await world.check();
    assert.deepEqual([await look(), await look()], [15_000, 3_600_000]);
  });
});

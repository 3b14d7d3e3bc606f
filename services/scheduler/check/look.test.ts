import assert from 'node:assert/strict';
import { FORTY, useLine } from '../testing/line.ts';
import { notModified } from '../testing/neighbours.ts';
import { goal } from '../testing/specs.ts';
import { MINUTE, later, type World } from '../testing/world.ts';

describe('a look at a page', () => {
  const line = useLine();
  const { stopOfLast, monitorRow, alertKinds } = line;
  let world: World;
  beforeEach(() => {
    world = line.world;
  });

  describe('a first look', () => {
    it('takes a baseline and tells nobody', async () => {
      await world.monitor('shop');
      await world.check();
      assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'firstBaseline']);
      assert.deepEqual(await alertKinds(), []);
    });

    it('keeps the text of the baseline and its snapshot', async () => {
      await world.monitor('shop');
      await world.check();
      const [baseline] = await world.rows('baselines');
      const [snapshot] = await world.rows('snapshots');
      assert.equal(baseline?.['snapshot_id'], snapshot?.['id']);
      assert.deepEqual(
        (await world.rows('blobs', 'media_type')).map((blob) => blob['media_type']),
        ['application/gzip', 'text/plain; charset=utf-8'],
      );
    });

    it('asks no model', async () => {
      await world.monitor('shop');
      await world.check();
      assert.equal(world.llm.requests.length, 0);
    });

    it('is judged when the goal says so, with everything as new', async () => {
      await world.monitor('shop', goal({ firstRun: 'Judge' }));
      await world.check();
      assert.deepEqual(
        world.llm.requests[0]?.hunks.map((hunk) => hunk.kind),
        ['added'],
      );
      assert.equal((await world.rows('baselines')).length, 1);
    });
  });

  describe('an unchanged page', () => {
    beforeEach(async () => {
      await world.monitor('shop');
      await world.check();
    });

    it('stops at the hash gate with no token spent', async () => {
      await world.step();
      assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'sameText']);
      assert.equal(world.llm.requests.length, 0);
    });

    it('stores no snapshot', async () => {
      await world.step();
      assert.equal((await world.rows('snapshots')).length, 1);
    });

    it('plans the next slot', async () => {
      await world.step();
      const row = await monitorRow();
      const next = row['next_due_at'] as Date;
      assert.ok(next > world.clock.now() && next <= later(world.clock.now(), 5 * MINUTE));
      assert.equal(row['lease_until'], null);
    });

    it('takes a 304 as unchanged', async () => {
      await world.step(notModified);
      assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'notModified']);
    });

    it('sends the validators of the baseline, and keeps newer ones', async () => {
      await world.step({ text: FORTY, etag: '"v2"' });
      await world.step();
      assert.deepEqual(world.browser.requests.at(-1)?.validators, { etag: '"v2"' });
    });

    it('sees no change in what normalising folds', async () => {
      await world.step('Shop\n\nPrice:   40 €\nOpen   daily');
      assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'sameText']);
    });
  });
});

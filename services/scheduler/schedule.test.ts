import assert from 'node:assert/strict';
import type { Schedule } from '../../crds/types/monitorjob.ts';
import { testSpec } from '../store/testing/monitors.ts';
import { runClaim } from './check/run.ts';
import {
  HOUR,
  MINUTE,
  NOON,
  SHOP,
  createWorld,
  later,
  type Row,
  type World,
} from './testing/world.ts';

describe('the schedule of a monitor', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    world.browser.show(SHOP, 'Shop');
  });
  afterEach(() => world.close());

  const schedule = (patch: Partial<Schedule>) => ({
    schedule: { ...testSpec().schedule, ...patch },
  });
  const monitor = async (): Promise<Row> => (await world.rows('monitors'))[0] ?? {};
  const checks = (): Promise<Row[]> => world.rows('checks', 'at, id');
  const due = async (): Promise<Date> => (await monitor())['next_due_at'] as Date;

  it('F8 after an hour of outage it runs once and counts the slots it missed', async () => {
    await world.monitor('shop');
    await world.check();
    const before = Number((await monitor())['missed_slots']);
    world.clock.advance(HOUR);
    assert.deepEqual(await world.check(), ['unchanged']);
    assert.deepEqual(await world.check(), []);
    const missed = Number((await monitor())['missed_slots']) - before;
    assert.ok(missed >= 10 && missed <= 12, `${missed} missed`);
    assert.equal((await checks()).length, 2);
  });

  it('a slot that is later than its deadline is a missed check in the history', async () => {
    await world.monitor('shop', schedule({ interval: '24h', startingDeadline: '10m' }));
    world.clock.advance(20 * MINUTE);
    await world.check();
    const [check] = await checks();
    assert.deepEqual([check?.['outcome'], check?.['reason']], ['Missed', 'deadline']);
    assert.equal((await monitor())['missed_slots'], 1);
    assert.ok((await due()) > world.clock.now());
    assert.equal(await world.metric('mon_slots_missed_total'), 1);
  });

  it('a missed slot touches no page', async () => {
    await world.monitor('shop', schedule({ interval: '24h', startingDeadline: '10m' }));
    world.clock.advance(20 * MINUTE);
    await world.check();
    assert.equal(world.browser.requests.length, 0);
  });

  it('a run that was asked for is made at once, marked handled, and its slot is kept', async () => {
    await world.monitor('shop');
    await world.check();
    const slot = await due();
    world.clock.advance(1000);
    await world.pool.query(
      `UPDATE monitors SET run_request_id = 'r1', run_requested_at = $1, next_due_at = $1`,
      [world.clock.now()],
    );
    await world.check();
    const check = (await checks()).at(-1);
    assert.deepEqual([check?.['trigger'], check?.['run_request_id']], ['manual', 'r1']);
    assert.equal((await monitor())['last_handled_run_request'], 'r1');
    assert.deepEqual(await due(), slot);
  });

  it('a run that was asked for while one is under way follows it', async () => {
    await world.monitor('shop');
    const [claim] = await world.claim();
    assert.ok(claim);
    await world.pool.query(
      `UPDATE monitors SET run_request_id = 'r1', run_requested_at = $1, buffered = true`,
      [NOON],
    );
    await runClaim(claim, world.deps, new AbortController().signal);
    assert.equal((await monitor())['last_handled_run_request'], null);
    await world.check();
    assert.equal((await monitor())['last_handled_run_request'], 'r1');
    assert.equal((await checks()).length, 2);
  });

  it('overlap Skip: slots that came while a check ran are counted and not made up for', async () => {
    await world.monitor('shop');
    world.browser.show(SHOP, () => {
      world.clock.advance(12 * MINUTE);
      return 'Shop';
    });
    await world.check();
    assert.ok(Number((await monitor())['missed_slots']) >= 2);
    assert.ok((await due()) > world.clock.now());
  });

  it('overlap BufferOne: one run at once makes up for slots that came while a check ran', async () => {
    await world.monitor('shop', schedule({ overlap: 'BufferOne' }));
    world.browser.show(SHOP, () => {
      world.clock.advance(12 * MINUTE);
      return 'Shop';
    });
    await world.check();
    world.browser.show(SHOP, 'Shop');
    assert.deepEqual(await world.check(), ['unchanged']);
    assert.deepEqual(await world.check(), []);
    assert.equal((await checks()).length, 2);
  });

  it('defect: a window over midnight never true — at half past twelve at night the slot runs', async () => {
    const windows = [{ kind: 'Allow' as const, from: '23:00', to: '02:00' }];
    world.clock.set(new Date('2026-03-11T00:30:00Z'));
    await world.monitor('shop', schedule({ windows }));
    await world.check();
    assert.equal((await checks())[0]?.['outcome'], 'Unchanged');
  });

  it('a monitor that was resumed begins with the slot that it was given, and misses nothing', async () => {
    await world.monitor('shop');
    await world.check();
    const before = Number((await monitor())['missed_slots']);
    world.clock.advance(20 * HOUR);
    await world.pool.query('UPDATE monitors SET generation = generation + 1, next_due_at = $1', [
      world.clock.now(),
    ]);
    await world.check();
    assert.equal((await checks()).at(-1)?.['outcome'], 'Unchanged');
    assert.equal(Number((await monitor())['missed_slots']), before);
  });

  it('no statement of the scheduler asks the database for the time: years ahead works as today', async () => {
    world.clock.set(new Date('2031-05-05T05:05:05Z'));
    await world.db.ensureDays('2031-05-05');
    await world.monitor('shop');
    await world.check();
    assert.ok((await due()) > new Date('2031-05-05T05:05:05Z'));
    assert.deepEqual((await checks())[0]?.['at'], world.clock.now());
  });

  it('the lateness of a check is measured from its slot', async () => {
    await world.monitor('shop');
    world.clock.advance(3000);
    await world.check();
    assert.match(
      await world.registry.metrics(),
      /mon_check_lateness_seconds_sum\{service="scheduler"\} 3\b/,
    );
    assert.deepEqual(later(NOON, 3000), world.clock.now());
  });
});

import assert from 'node:assert/strict';
import { priceAnswer } from './testing/neighbours.ts';
import { alerting } from './testing/specs.ts';
import { HOUR, MINUTE, SHOP, createWorld, type Row, type World } from './testing/world.ts';
import { recover, tellAllDue } from './sweep/sweep.ts';

const FORTY = 'Shop\nPrice: 40 €';
const THIRTY_FIVE = 'Shop\nPrice: 35 €';

/** Boundaries of a check, in their order. */
const CHECK_POINTS = [
  'check.after-claim',
  'check.after-fetch',
  'check.after-read',
  'check.after-compare',
  'check.before-judge',
  'check.after-reserve',
  'check.after-judge',
  'check.after-settle',
  'check.before-commit',
  'check.after-commit',
];

/** Boundaries of a delivery. */
const DELIVERY_POINTS = [
  'delivery.after-claim',
  'delivery.before-send',
  'delivery.after-send',
  'delivery.before-commit',
  'delivery.after-commit',
];

describe('a process that is killed', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    world.browser.show(SHOP, FORTY);
    world.llm.answer(priceAnswer('40 €', '35 €'));
    await world.channel('hook', {});
    await world.monitor('shop', alerting());
    await world.check();
  });
  afterEach(() => world.close());

  const messages = (): string[] => world.notification.sent.map((request) => request.message.id);
  const afterRestart = async (): Promise<void> => {
    await recover(world.deps);
    for (let round = 0; round < 5; round += 1) {
      await world.check();
      await world.deliverAll();
      world.clock.advance(1000);
    }
  };

  for (const place of CHECK_POINTS)
    it(`F1 at ${place} loses no alert and doubles none`, async () => {
      await world.crashAt(place, () => world.step(THIRTY_FIVE));
      await afterRestart();
      assert.equal((await world.rows('findings')).length, 1);
      assert.equal((await world.rows('alerts')).length, 1);
      assert.equal(messages().length, 1);
    });

  for (const place of DELIVERY_POINTS)
    it(`F1 at ${place} delivers at least once, and twice only when the outcome was unknown`, async () => {
      await world.step(THIRTY_FIVE);
      await world.crashAt(place, () => world.deliver());
      await afterRestart();
      const unknown = await world.metric('mon_deliveries_unknown_total');
      const sends = messages();
      assert.ok(
        sends.length >= 1 && sends.length <= 1 + unknown,
        `${sends.length} sends, ${unknown} unknown`,
      );
      const states = (await world.rows('deliveries')).map((row) => row['state']);
      assert.deepEqual(states, ['delivered', 'delivered']);
    });

  for (const place of ['sweep.before-tell', 'sweep.after-tell'])
    it(`F1 at ${place} reminds once`, async () => {
      await world.step(THIRTY_FIVE);
      world.clock.advance(HOUR);
      await world.crashAt(place, () => world.sweep());
      await recover(world.deps);
      await tellAllDue(world.deps);
      const reminders = (await world.rows('alerts')).filter((row) => row['kind'] === 'reminder');
      assert.equal(reminders.length, 1);
    });

  it('leaves no reservation behind: the next start gives it back', async () => {
    await world.crashAt('check.after-reserve', () => world.step(THIRTY_FIVE));
    await recover(world.deps);
    const [budget] = await world.rows('budgets');
    assert.deepEqual([budget?.['reserved_usd'], budget?.['reserved_tokens']], ['0.000000', 0]);
    assert.equal((await world.rows('budget_reservations')).length, 0);
  });

  it('defect: job lock held for the whole interval skips after a crash — the monitor is due at once', async () => {
    await world.crashAt('check.after-fetch', () => world.step(THIRTY_FIVE));
    await recover(world.deps);
    await world.check();
    assert.equal((await world.rows('alerts')).length, 1);
  });

  it('defect: queue pop without acknowledgement loses alerts on a crash — the delivery outlives it', async () => {
    await world.step(THIRTY_FIVE);
    await world.crashAt('delivery.after-claim', () => world.deliver());
    await afterRestart();
    assert.equal(messages().length, 1);
  });

  it('defect: notification lost on restart — what waited is sent after it', async () => {
    await world.step(THIRTY_FIVE);
    world.notification.respond({ kind: 'retry', reason: 'down', retryAfterSeconds: null });
    await world.deliver();
    world.notification.respond({ kind: 'accepted', providerId: null });
    world.clock.advance(MINUTE);
    await afterRestart();
    const hook = (await world.rows('deliveries')).find((row) => row['channel'] === 'hook');
    assert.equal(hook?.['state'], 'delivered');
  });

  it('F6 a process that slept through its lease writes nothing when it wakes', async () => {
    world.clock.advance(5 * MINUTE);
    world.browser.show(SHOP, THIRTY_FIVE);
    const [slow] = await world.claim();
    world.clock.advance(MINUTE);
    await world.check();
    const { runClaim } = await import('./check/run.ts');
    assert.ok(slow);
    const before = (await world.rows('checks')).length;
    assert.equal(await runClaim(slow, world.deps, new AbortController().signal), 'stale');
    assert.equal((await world.rows('checks')).length, before);
    assert.equal((await world.rows('alerts')).length, 1);
    assert.equal(await world.metric('mon_checks_stale_total'), 1);
  });

  it('F6 the short way of unchanged checks is fenced as well', async () => {
    world.clock.advance(5 * MINUTE);
    const [slow] = await world.claim();
    world.clock.advance(MINUTE);
    await world.check();
    const { runClaim } = await import('./check/run.ts');
    assert.ok(slow);
    assert.equal(await runClaim(slow, world.deps, new AbortController().signal), 'stale');
    assert.equal((await world.rows('checks')).length, 2);
  });

  describe('again and again by one job (F17)', () => {
    const die = async (): Promise<void> => {
      world.clock.advance(5 * MINUTE);
      await world.crashAt('check.after-fetch', () => world.check());
      await recover(world.deps);
    };

    it('F17 is quarantined after three deaths, and its owner is told', async () => {
      await die();
      for (let death = 0; death < 2; death += 1) {
        await world.crashAt('check.after-fetch', () => world.check());
        await recover(world.deps);
      }
      assert.deepEqual(await world.check(), ['committed']);
      const check = (await world.rows('checks', 'at, id')).at(-1);
      assert.deepEqual([check?.['outcome'], check?.['reason']], ['Failed', 'quarantined']);
      assert.equal((await world.rows('alerts'))[0]?.['kind'], 'failure');
      const due = (await world.rows('monitors'))[0]?.['next_due_at'] as Date;
      assert.equal(due.getTime() - world.clock.now().getTime(), HOUR);
    });

    it('F17 leaves other jobs alone', async () => {
      await world.monitor('other');
      await die();
      await world.check();
      const names = (await world.rows('checks')).map((row: Row) => row['monitor']);
      assert.ok(names.includes('other'));
    });

    it('F17 is tried again when the quarantine is over, and is free when that works', async () => {
      await die();
      for (let death = 0; death < 2; death += 1) {
        await world.crashAt('check.after-fetch', () => world.check());
        await recover(world.deps);
      }
      await world.check();
      await world.step(FORTY, HOUR);
      const monitor = (await world.rows('monitors'))[0];
      assert.deepEqual([monitor?.['deaths'], monitor?.['last_outcome']], [0, 'Unchanged']);
    });
  });
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '../core/clock.ts';
import { applyChannel } from '../store/channels.ts';
import type { Claim } from '../store/claim.ts';
import { hourlyQuota } from '../store/hourlyQuotas.ts';
import { requestRun } from '../store/monitors.ts';
import { moveAddress } from '../store/recipients.ts';
import { withWorkspace } from '../store/workspace.ts';
import { runClaim } from './check/run.ts';
import { startLoop } from './loop.ts';
import { testChannel } from './outbox/testMessage.ts';
import { createQuotas, withinQuotas } from './quotas.ts';
import { priceAnswer } from './testing/neighbours.ts';
import { alerting, daily } from './testing/specs.ts';
import { until } from './testing/until.ts';
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
import { NoPodError } from './workers/errors.ts';

const ENDS = later(NOON, HOUR);

describe('quotas of an hour', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    world.browser.show(SHOP, 'Shop\nPrice: 40 €');
  });
  afterEach(() => world.close());

  /** Sets the limit and lets the time pass in which it comes to hold. */
  const limit = async (kind: 'checks' | 'mails', most: number | null): Promise<void> => {
    await world.db
      .pool('postgres')
      .query(`UPDATE workspaces SET max_${kind}_per_hour = $1 WHERE id = 'team'`, [most]);
    world.clock.advance(2_000);
  };
  const used = async (kind: 'checks' | 'mails'): Promise<number | null> =>
    (
      await withWorkspace(world.pool, 'team', (tx) =>
        hourlyQuota(tx, 'team', kind, world.clock.now()),
      )
    ).used;

  describe('checks', () => {
    const never = new AbortController().signal;
    /** Claims and runs as the loop does. */
    const check = async (deps = world.deps): Promise<readonly Claim[]> => {
      const ready = await withinQuotas(await world.claim(), deps);
      for (const claim of ready) await runClaim(claim, deps, never);
      return ready;
    };
    const monitor = async (name: string): Promise<Row | undefined> =>
      (await world.rows('monitors')).find((row) => row['name'] === name);
    const conditionOf = (row: Row | undefined): Record<string, unknown> | undefined =>
      (row?.['conditions'] as Record<string, unknown>[] | undefined)?.find(
        ({ type }) => type === 'BudgetOK',
      );
    /** Begins a little after noon, ahead by so much, and goes on by itself. */
    const runningClock = (aheadMs: () => number): Clock => {
      const behind = later(NOON, MINUTE).getTime() - Date.now();
      return { ...systemClock, now: () => new Date(Date.now() + behind + aheadMs()) };
    };
    const names = (claims: readonly Claim[]): string[] => claims.map((claim) => claim.monitor);

    it('over the quota wait for the next hour with their slot, and say why', async () => {
      await world.monitor('first', daily());
      await world.monitor('second', daily({ startingDeadline: '2h' }));
      await limit('checks', 1);
      const [begun] = names(await check());
      const waits = begun === 'first' ? 'second' : 'first';
      const row = await monitor(waits);
      assert.deepEqual(
        [row?.['next_due_at'], row?.['slot_at'], row?.['lease_until']],
        [ENDS, NOON, null],
      );
      const condition = conditionOf(row);
      assert.deepEqual([condition?.['status'], condition?.['reason']], ['False', 'HourlyQuota']);
      assert.match(
        String(condition?.['message']),
        /workspace team may have 1 checks an hour; this waits until 2026-03-10T13:00:00\.000Z/,
      );
      assert.deepEqual(names(await check()), []);
      world.clock.set(ENDS);
      assert.deepEqual(names(await check()), [waits]);
      assert.equal(conditionOf(await monitor(waits))?.['reason'], undefined);
      assert.equal(await used('checks'), 1);
    });

    it('that wait longer than startingDeadline are missed and counted, not lost', async () => {
      await world.monitor('short', daily({ startingDeadline: '10m' }));
      await limit('checks', 0);
      await check();
      world.clock.set(ENDS);
      await check();
      const [row] = await world.rows('checks');
      assert.deepEqual([row?.['outcome'], row?.['reason']], ['Missed', 'deadline']);
      assert.equal((await monitor('short'))?.['missed_slots'], 1);
      assert.equal(await used('checks'), 0);
    });

    it('begin by turns, so that no monitor of the same slot waits for ever', async () => {
      const hourly = daily({ interval: '1h' });
      for (const name of ['a', 'b', 'c']) await world.monitor(name, hourly);
      await limit('checks', 1);
      const begun: string[] = [];
      for (let hour = 1; hour <= 6; hour += 1) {
        begun.push(...names(await check()));
        world.clock.advance(5_000);
        begun.push(...names(await check()));
        world.clock.set(later(NOON, hour * HOUR));
      }
      assert.equal(begun.length, 6);
      assert.deepEqual(new Set(begun).size, 3);
    });

    it('of a run that somebody asked for wait as well, and the request is not lost', async () => {
      await world.monitor('shop', daily());
      await limit('checks', 1);
      await check();
      await withWorkspace(world.db.pool('mon_api'), 'team', (tx) =>
        requestRun(tx, 'team', 'shop', randomUUID(), world.clock.now()),
      );
      assert.deepEqual(await check(), []);
      assert.equal(conditionOf(await monitor('shop'))?.['reason'], 'HourlyQuota');
      world.clock.set(ENDS);
      assert.equal((await check())[0]?.monitor, 'shop');
      assert.equal(conditionOf(await monitor('shop')), undefined);
      const triggers = (await world.rows('checks', 'at')).map((row) => row['trigger']);
      assert.deepEqual(triggers, ['schedule', 'manual']);
    });

    it('that did not begin after all leave their room to others', async () => {
      await world.monitor('shop', daily());
      await limit('checks', 1);
      const [claim] = (await world.deps.quotas.admit(await world.claim())).ready;
      assert.ok(claim);
      assert.equal(await used('checks'), 1);
      await world.deps.quotas.giveBack(claim);
      await world.deps.quotas.giveBack(claim);
      assert.equal(await used('checks'), 0);
    });

    it('that no pod takes are not counted by a running scheduler', async () => {
      await world.monitor('shop', daily());
      await limit('checks', 1);
      const place = { namespace: 'team', name: 'pool', url: '', keyring: '', perCheck: false };
      const workers = {
        ...world.deps.workers,
        browser: () => {
          throw new NoPodError(place);
        },
      };
      const clock = runningClock(() => 0);
      const loop = startLoop({ ...world.deps, clock, workers }, { slots: 1, leaseMs: MINUTE });
      try {
        await until('it waits', async () => {
          const row = await monitor('shop');
          return row?.['lease_until'] === null && (row['next_due_at'] as Date) > NOON;
        });
        await until('its room is free again', async () => (await used('checks')) === 0);
        assert.ok((await world.rows('hourly_uses')).length === 1);
      } finally {
        await loop.stop();
      }
    });

    it('that wait hold no place of their pool, nor do those that nobody could count', async () => {
      await world.monitor('shop', daily());
      await limit('checks', 0);
      const claims = await world.claim();
      const left: unknown[] = [];
      const workers = { leave: (claim: unknown) => void left.push(claim) };
      const { pool } = world;
      const begun = await withinQuotas(claims, { pool, workers, quotas: world.deps.quotas });
      assert.deepEqual([begun, left], [[], claims]);
      assert.deepEqual((await monitor('shop'))?.['next_due_at'], ENDS);
      const admit = (): Promise<never> => Promise.reject(new Error('away'));
      const quotas = { ...world.deps.quotas, admit };
      await assert.rejects(withinQuotas(claims, { pool, quotas, workers }), /away/);
      assert.equal(left.length, 2);
    });

    it('cost a workspace without a quota no statement but one for all in two seconds', async () => {
      await world.monitor('shop', daily());
      const claims = await world.claim();
      let statements = 0;
      const counting = new Proxy(world.pool, {
        get: (pool, key) => {
          if (key === 'query' || key === 'connect') statements += 1;
          const value: unknown = Reflect.get(pool, key);
          return typeof value === 'function' ? value.bind(pool) : value;
        },
      });
      const quotas = createQuotas(counting, world.clock);
      for (let claimed = 0; claimed < 10; claimed += 1)
        assert.equal((await quotas.admit(claims)).ready.length, 1);
      assert.equal(statements, 1);
      world.clock.advance(2_000);
      await quotas.admit(claims);
      assert.equal(statements, 2);
      assert.equal((await world.rows('hourly_uses')).length, 0);
    });

    it('E12 are held to the quota by two running schedulers, which go on when the hour ends', async () => {
      const all = Array.from({ length: 12 }, (_, n) => `m${n}`);
      for (const name of all) await world.monitor(name, daily({ startingDeadline: '3h' }));
      await limit('checks', 5);
      let aheadMs = 0;
      const clock = runningClock(() => aheadMs);
      const loops = ['one', 'two'].map((owner) =>
        startLoop(
          {
            ...world.deps,
            clock,
            quotas: createQuotas(world.pool, clock),
            settings: { ...world.deps.settings, owner },
          },
          { slots: 4, leaseMs: MINUTE },
        ),
      );
      const made = async (): Promise<number> => (await world.rows('checks')).length;
      const waiting = async (): Promise<number> =>
        (await world.rows('monitors')).filter(
          (row) => conditionOf(row)?.['reason'] === 'HourlyQuota',
        ).length;
      try {
        await until('five are made and seven wait', async () => {
          assert.ok((await made()) <= 5);
          return (await made()) === 5 && (await waiting()) === 7;
        });
        aheadMs += HOUR;
        for (const loop of loops) loop.wake();
        await until('ten are made', async () => (await made()) === 10 && (await waiting()) === 2);
        assert.equal(world.browser.requests.length, 10);
      } finally {
        await Promise.all(loops.map((loop) => loop.stop()));
      }
    });
  });

  describe('mails', () => {
    const apply = (name: string, to: string[]): Promise<unknown> =>
      withWorkspace(world.db.pool('mon_api'), 'team', (tx) =>
        applyChannel(
          tx,
          'team',
          { name, spec: { type: 'Email', email: { to, provider: 'SendGrid' }, suspend: false } },
          { managedBy: null },
          { now: world.clock.now(), newUid: randomUUID },
        ),
      );
    const confirm = (address: string): Promise<string[]> =>
      withWorkspace(world.db.pool('mon_api'), 'team', (tx) =>
        moveAddress(tx, 'team', address, 'Confirmed', world.clock.now()),
      );
    const sent = (kind: string): number =>
      world.notification.sent.filter(({ message }) => message.kind === kind).length;
    const open = async (): Promise<Row[]> =>
      (await world.rows('deliveries', 'created_at, id')).filter(
        (row) => row['state'] === 'pending',
      );
    /** All but `left` mails of the hour are gone. */
    const leave = (left: number): Promise<unknown> =>
      world.deps.quotas.takeMails('team', 25 - left);

    it('count confirmations as well; what is over waits for the next hour and says why', async () => {
      await limit('mails', 25);
      await leave(1);
      await apply('hook', ['a@x.example', 'b@x.example']);
      await world.deliverAll();
      assert.equal(sent('confirmRecipient'), 1);
      const [waits] = await open();
      assert.deepEqual([waits?.['next_attempt_at'], waits?.['attempts']], [ENDS, 0]);
      assert.match(
        String(waits?.['last_error']),
        /workspace team may have 25 mails an hour; this waits until 2026-03-10T13:00:00\.000Z/,
      );
      world.clock.set(ENDS);
      await world.deliverAll();
      assert.equal(sent('confirmRecipient'), 2);
      assert.equal((await open()).length, 0);
      assert.equal(await used('mails'), 1);
    });

    it('count each recipient of an alert, and keep the order of alerts', async () => {
      const to = ['a@x.example', 'b@x.example'];
      await apply('hook', to);
      for (const address of to) await confirm(address);
      await world.deliverAll();
      world.browser.show(SHOP, 'Shop\nPrice: 40 €');
      await world.monitor('shop', alerting({ cooldown: '0s', maxPerHour: 60 }));
      await world.check();
      await limit('mails', 25);
      await leave(1);
      for (const price of [39, 38]) {
        world.llm.answer(priceAnswer(`${price + 1} €`, `${price} €`));
        await world.step(`Shop\nPrice: ${price} €`);
      }
      await world.deliverAll();
      assert.equal(sent('change'), 0);
      assert.equal((await open()).length, 2);
      world.clock.set(ENDS);
      await world.deliverAll();
      const titles = world.notification.sent
        .filter(({ message }) => message.kind !== 'confirmRecipient')
        .map(({ message }) => message.title);
      assert.deepEqual(titles, ['Price: 40 € → 39 €', 'Price: 39 € → 38 €']);
      assert.equal(await used('mails'), 4);
    });

    it('that surely were not sent are not counted', async () => {
      await limit('mails', 25);
      world.notification.respond({ kind: 'retry', reason: '500', retryAfterSeconds: 60 });
      await apply('hook', ['a@x.example']);
      await world.deliver();
      assert.equal(world.notification.sent.length, 1);
      assert.equal(await used('mails'), 0);
    });

    it('leave other channels alone', async () => {
      await limit('mails', 25);
      await leave(0);
      await world.channel('hook', {});
      const result = await testChannel({ workspace: 'team', channel: 'hook' }, world.deps);
      assert.equal(result.kind, 'accepted');
    });

    it('hold a test message back, which says so at once', async () => {
      await apply('hook', ['a@x.example']);
      await confirm('a@x.example');
      await limit('mails', 25);
      const request = { workspace: 'team', channel: 'hook' };
      assert.equal((await testChannel(request, world.deps)).kind, 'accepted');
      assert.equal(await used('mails'), 1);
      await world.deps.quotas.takeMails('team', 24);
      const result = await testChannel(request, world.deps);
      assert.deepEqual([result.kind, sent('test')], ['rejected', 1]);
      assert.match(String(result.reason), /25 mails an hour/);
    });
  });
});

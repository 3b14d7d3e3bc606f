import assert from 'node:assert/strict';
import type { Alerting } from '../../../crds/types/monitorjob.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { priceAnswer } from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { HOUR, MINUTE, SHOP, createWorld, inside, type Row, type World } from '../testing/world.ts';

describe('telling', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    await world.channel('hook', {});
  });
  afterEach(() => world.close());

  const page = (price: number): string => `Shop\nPrice: ${price} €`;
  const start = async (patch: Partial<Alerting> = {}): Promise<void> => {
    world.browser.show(SHOP, page(40));
    await world.monitor('shop', alerting(patch));
    await world.check();
    now = 40;
  };
  let now = 40;
  const priceTo = async (price: number, ms = 5 * MINUTE): Promise<void> => {
    world.llm.answer(priceAnswer(`${now} €`, `${price} €`));
    await world.step(page(price), ms);
    now = price;
  };
  const alerts = (): Promise<Row[]> => world.rows('alerts', 'created_at, id');
  const titles = async (kind = 'finding'): Promise<unknown[]> =>
    (await alerts())
      .filter((row) => row['kind'] === kind && row['held_until'] === null)
      .map((row) => (row['message'] as Row)['title']);
  const findings = (): Promise<Row[]> => world.rows('findings', 'first_seen_at, id');
  const lastReason = async (): Promise<unknown> =>
    (await world.rows('checks', 'at, id')).at(-1)?.['reason'];
  const act = (sql: string): Promise<unknown> =>
    withWorkspace(world.pool, 'team', (tx) => tx.query(sql));

  describe('in a cooldown', () => {
    it('a newer value of the subject waits and is told when it ends', async () => {
      await start({ cooldown: '60m' });
      await priceTo(39);
      await priceTo(38);
      assert.deepEqual(await titles(), ['Price: 40 € → 39 €']);
      assert.equal(await lastReason(), 'cooldown');
      world.clock.advance(HOUR);
      await world.sweep();
      assert.deepEqual(await titles(), ['Price: 40 € → 39 €', 'Price: 39 € → 38 €']);
    });

    it('defect: cooldown set under one key and read under another — one spelled otherwise is the same subject', async () => {
      await start({ cooldown: '60m' });
      await priceTo(39);
      world.llm.answer(
        priceAnswer('39 €', '38 €', {
          claims: [
            {
              kind: 'changed',
              subject: 'PRICE',
              before: '39 €',
              after: '38 €',
              quote: 'Price: 38 €',
              side: 'after',
            },
          ],
        }),
      );
      await world.step(page(38));
      assert.equal((await titles()).length, 1);
    });

    it('only the newest value is told at its end', async () => {
      await start({ cooldown: '60m' });
      await priceTo(39);
      await priceTo(38);
      await priceTo(37);
      world.clock.advance(HOUR);
      await world.sweep();
      assert.deepEqual(await titles(), ['Price: 40 € → 39 €', 'Price: 38 € → 37 €']);
    });

    it('a value that went back to what was told is no news at its end', async () => {
      await start({ cooldown: '60m' });
      await priceTo(39);
      await priceTo(38);
      await priceTo(39);
      world.clock.advance(2 * HOUR);
      await world.sweep();
      assert.deepEqual(await titles(), ['Price: 40 € → 39 €']);
    });

    it('is over after its time: the next value is told at once', async () => {
      await start({ cooldown: '60m' });
      await priceTo(39);
      await priceTo(38, HOUR);
      assert.equal((await titles()).length, 2);
    });

    it('nothing is told before it ends', async () => {
      await start({ cooldown: '60m' });
      await priceTo(39);
      await priceTo(38);
      world.clock.advance(30 * MINUTE);
      await world.sweep();
      assert.equal((await titles()).length, 1);
    });
  });

  describe('beyond the limit of the hour', () => {
    it("what exceeds it goes into one digest at the hour's end, and none is dropped", async () => {
      await start({ cooldown: '0s', maxPerHour: 2 });
      for (const price of [39, 38, 37, 36]) await priceTo(price);
      assert.equal((await titles()).length, 2);
      assert.equal(await lastReason(), 'hourlyLimit');
      world.clock.advance(HOUR);
      await world.sweep();
      const [digest] = (await alerts()).filter((row) => row['kind'] === 'digest');
      assert.match(String(inside(digest, 'message', 'summary')), /38 € → 37 €[^]*37 € → 36 €/);
      const held = (await alerts()).filter((row) => row['held_until'] !== null);
      assert.deepEqual(
        held.map((row) => row['digest_id']),
        [digest?.['id'], digest?.['id']],
      );
    });

    it('the digest is delivered like an alert', async () => {
      await start({ cooldown: '0s', maxPerHour: 1, requireAcknowledgment: false });
      await priceTo(39);
      await priceTo(38);
      await world.deliverAll();
      world.clock.advance(HOUR);
      await world.sweep();
      await world.deliverAll();
      assert.deepEqual(
        world.notification.sent.map((request) => request.message.kind),
        ['finding', 'digest'],
      );
    });

    it('is told once: the next sweep makes no other digest', async () => {
      await start({ cooldown: '0s', maxPerHour: 1 });
      await priceTo(39);
      await priceTo(38);
      world.clock.advance(HOUR);
      await world.sweep();
      await world.sweep();
      assert.equal((await titles('digest')).length, 1);
    });

    it("defect: rate limit by clock hour — the job's hour slides", async () => {
      await start({ cooldown: '0s', maxPerHour: 1 });
      world.clock.set(new Date('2026-03-10T12:50:00Z'));
      await priceTo(39, 0);
      await priceTo(38, 20 * MINUTE);
      assert.equal((await titles()).length, 1);
    });
  });

  describe('reminders', () => {
    it('come until somebody acknowledges', async () => {
      await start({ repeat: { every: '60m', max: 3 } });
      await priceTo(39);
      for (let hour = 0; hour < 2; hour += 1) {
        world.clock.advance(HOUR);
        await world.sweep();
      }
      assert.equal((await titles('reminder')).length, 2);
      await act(`UPDATE findings SET state = 'acknowledged', next_reminder_at = NULL`);
      world.clock.advance(HOUR);
      await world.sweep();
      assert.equal((await titles('reminder')).length, 2);
    });

    it('end after as many as the job wants', async () => {
      await start({ repeat: { every: '60m', max: 2 } });
      await priceTo(39);
      for (let hour = 0; hour < 5; hour += 1) {
        world.clock.advance(HOUR);
        await world.sweep();
      }
      assert.equal((await titles('reminder')).length, 2);
    });

    it('are none when nobody has to acknowledge', async () => {
      await start({ requireAcknowledgment: false });
      await priceTo(39);
      world.clock.advance(3 * HOUR);
      assert.equal(await world.sweep(), 0);
    });

    it('max 0 means none', async () => {
      await start({ repeat: { every: '60m', max: 0 } });
      await priceTo(39);
      world.clock.advance(3 * HOUR);
      assert.equal(await world.sweep(), 0);
    });

    it("are not counted in the hour's limit", async () => {
      await start({ cooldown: '0s', maxPerHour: 1, repeat: { every: '60m', max: 5 } });
      await priceTo(39);
      world.clock.advance(HOUR);
      await world.sweep();
      await priceTo(38);
      assert.equal((await titles()).length, 2);
    });

    it("of a finding that was told a second time do not collide with the first one's", async () => {
      await start({ cooldown: '0s', repeat: { every: '60m', max: 1 } });
      await priceTo(39);
      world.clock.advance(HOUR);
      await world.sweep();
      await act(`UPDATE findings SET state = 'resolved', next_reminder_at = NULL`);
      await priceTo(41);
      await priceTo(39);
      world.clock.advance(HOUR);
      await world.sweep();
      const reminded = (await alerts())
        .filter((row) => row['kind'] === 'reminder')
        .map((row) => row['occurrence']);
      assert.ok(new Set(reminded).size >= 2);
    });
  });

  it('a snooze that is over tells the finding again', async () => {
    await start({ requireAcknowledgment: false });
    await priceTo(39);
    await act(
      `UPDATE findings SET state = 'snoozed', snoozed_until = '${new Date(world.clock.now().getTime() + HOUR).toISOString()}'`,
    );
    world.clock.advance(HOUR);
    await world.sweep();
    assert.equal((await titles()).length, 2);
    assert.deepEqual(
      [(await findings())[0]?.['state'], (await findings())[0]?.['occurrence']],
      ['open', 2],
    );
  });

  it('a value that comes back after another one is news again', async () => {
    await start({ cooldown: '0s' });
    await priceTo(39);
    await priceTo(41);
    await priceTo(39);
    assert.equal((await titles()).length, 3);
    const known = (await findings()).find((row) => String(row['value']).startsWith('39'));
    assert.equal(known?.['occurrence'], 2);
  });

  it('a finding of long ago is found again by its fingerprint', async () => {
    await start({ cooldown: '0s' });
    await priceTo(39);
    await act(
      `UPDATE findings SET state = 'resolved', last_seen_at = '2025-01-01', last_alert_at = '2025-01-01'`,
    );
    await priceTo(41);
    await act(
      `UPDATE findings SET state = 'resolved', last_seen_at = '2025-01-01', last_alert_at = '2025-01-01' WHERE value LIKE '39%'`,
    );
    await priceTo(39);
    assert.equal((await titles()).length, 3);
    assert.equal(
      (await findings()).filter((row) => String(row['value']).startsWith('39')).length,
      1,
    );
  });

  it('severity decides which channels hear of it; the inbox always does', async () => {
    await start({ channelRefs: [{ name: 'hook', minSeverity: 'Critical' }] });
    await priceTo(39);
    assert.deepEqual(
      (await world.rows('deliveries')).map((row) => row['channel']),
      ['inbox'],
    );
  });

  it("the job's own severity overrules the verdict's", async () => {
    await start({ severity: 'Critical', channelRefs: [{ name: 'hook', minSeverity: 'Critical' }] });
    await priceTo(39);
    assert.deepEqual(
      (await world.rows('deliveries', 'channel')).map((row) => row['channel']),
      ['hook', 'inbox'],
    );
    assert.equal((await alerts())[0]?.['severity'], 'critical');
  });

  it('failures go to their own channels', async () => {
    await world.channel('ops', {});
    await start({ onFailure: { after: 1, channelRefs: [{ name: 'ops' }] } });
    const { failure } = await import('../testing/neighbours.ts');
    await world.step(failure('timeout'));
    assert.deepEqual(
      (await world.rows('deliveries', 'channel')).map((row) => row['channel']),
      ['inbox', 'ops'],
    );
  });

  it('a deleted monitor reminds nobody', async () => {
    await start({ repeat: { every: '60m', max: 3 } });
    await priceTo(39);
    await world.pool.query(`UPDATE monitors SET deleted_at = $1, active = false`, [
      world.clock.now(),
    ]);
    world.clock.advance(HOUR);
    await world.sweep();
    assert.deepEqual(await titles('reminder'), []);
    assert.equal(await world.sweep(), 0);
  });

  it('every step of a finding is an event of it', async () => {
    await start({ cooldown: '60m' });
    await priceTo(39);
    await priceTo(38);
    const kinds = (await world.rows('finding_events', 'at, id')).map((row) => row['kind']);
    assert.deepEqual(new Set(kinds), new Set(['alerted', 'held', 'resolved']));
  });
});

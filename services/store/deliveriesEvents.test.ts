import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { applyChannel, countFailed, getChannel } from './channels.ts';
import { getDelivery } from './deliveries.ts';
import {
  EVENT_LIFE_MS,
  afterMailEvent,
  takeMailEvents,
  type MailEvent,
  type MailedDelivery,
} from './deliveriesEvents.ts';
import { finishDelivery } from './outbox.ts';
import { listRecipients, moveAddress } from './recipients.ts';
import { NOON, later } from './testing/monitors.ts';
import { seedAlert, seedDelivery } from './testing/rows.ts';
import { useDatabase } from './testing/suite.ts';

const sent: MailedDelivery = { state: 'accepted', resent: false, receipts: {} };
const told = (what: MailEvent['what'], address = 'a@x.example') => ({ what, address });

describe('a delivery after an event', () => {
  it('F2 is accepted once the provider has it, delivered once it arrived', () => {
    const unknown: MailedDelivery = { ...sent, state: 'unknown' };
    assert.equal(afterMailEvent(unknown, told('taken'))?.state, 'accepted');
    assert.equal(afterMailEvent(unknown, told('delivered'))?.state, 'delivered');
  });

  it('F2 is sent no second time when the event comes before the second send', () => {
    const again: MailedDelivery = { ...sent, state: 'pending', resent: true };
    assert.equal(afterMailEvent(again, told('delivered'))?.state, 'delivered');
  });

  for (const state of ['pending', 'dead'] as const)
    it(`stays ${state} when that is not about a send whose fate is open`, () => {
      assert.equal(afterMailEvent({ ...sent, state }, told('delivered')), undefined);
    });

  it('F4 is bounced when nobody has it', () => {
    assert.equal(afterMailEvent(sent, told('bounced'))?.state, 'bounced');
    assert.equal(afterMailEvent(sent, told('blocked'))?.state, 'bounced');
  });

  it('F5 ends the same whatever the order of events, and however often each comes', () => {
    const event = fc.record({
      what: fc.constantFrom('taken', 'delivered', 'blocked', 'bounced', 'unsubscribed'),
      address: fc.constantFrom('a@x.example', 'B@x.example', 'c@x.example'),
    }) as fc.Arbitrary<Pick<MailEvent, 'what' | 'address'>>;
    const end = (events: readonly Pick<MailEvent, 'what' | 'address'>[]): MailedDelivery =>
      events.reduce((delivery, each) => afterMailEvent(delivery, each) ?? delivery, sent);
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (events, order) => {
          const shuffled = [...events, ...events]
            .map((each) => [order.next().value as number, each] as const)
            .sort(([a], [b]) => a - b)
            .map(([, each]) => each);
          assert.deepEqual(end(shuffled), end(events));
        },
      ),
    );
  });
});

describe('events of a mail provider', () => {
  const suite = useDatabase();
  let channel = '';
  let delivery = '';
  beforeEach(async () => {
    await suite.db.pool('postgres').query('DELETE FROM deliveries; DELETE FROM channels');
    channel = `c-${randomUUID().slice(0, 8)}`;
    const email = { to: ['a@x.example', 'b@x.example'], provider: 'SendGrid' } as const;
    await suite.api(async (tx) => {
      await applyChannel(
        tx,
        'team',
        {
          name: channel,
          spec: { type: 'Email', email: { ...email, to: [...email.to] }, suspend: false },
        },
        { managedBy: null },
        { now: NOON, newUid: randomUUID },
      );
      await moveAddress(tx, 'team', 'a@x.example', 'Confirmed', NOON);
    });
    delivery = await seed('accepted');
  });
  const seed = (state: string): Promise<string> =>
    suite.scheduler(async (tx) =>
      seedDelivery(tx, { alert_id: await seedAlert(tx), channel, state, updated_at: NOON }),
    );
  const event = (what: MailEvent['what'], patch: Partial<MailEvent> = {}): MailEvent => ({
    id: randomUUID(),
    deliveryId: delivery,
    address: 'a@x.example',
    what,
    reason: '',
    ...patch,
  });
  const take = (events: readonly MailEvent[], now = later(NOON, 60_000)): Promise<number> =>
    suite.api((tx) => takeMailEvents(tx, 'team', events, now));
  const state = async (id = delivery): Promise<string> =>
    (await suite.api((tx) => getDelivery(tx, 'team', id))).state;
  const recipients = async (): Promise<string[]> =>
    (await suite.api((tx) => listRecipients(tx, 'team', channel))).map((each) => each.state);

  it('move the delivery and note it at the channel', async () => {
    assert.equal(await take([event('delivered')]), 1);
    assert.equal(await state(), 'delivered');
    const { lastDeliveryResult } = await suite.api((tx) => getChannel(tx, 'team', channel));
    assert.equal(lastDeliveryResult, 'delivered');
  });

  it('F5 count once, however often they come', async () => {
    const bounced = event('bounced');
    assert.equal(await take([bounced, bounced]), 1);
    await suite.api((tx) => moveAddress(tx, 'team', 'a@x.example', 'Pending', NOON));
    assert.equal(await take([bounced], later(NOON, EVENT_LIFE_MS)), 0);
    assert.deepEqual(await recipients(), ['Pending', 'Pending']);
  });

  it('F4 a bounce marks the address, keeps its reason and counts as failed', async () => {
    await take([event('bounced', { reason: '550 no such user' })]);
    const row = await suite.api((tx) => getDelivery(tx, 'team', delivery));
    assert.deepEqual([row.state, row.lastError], ['bounced', '550 no such user']);
    assert.deepEqual(await recipients(), ['Bounced', 'Pending']);
    const failed = await suite.api((tx) => countFailed(tx, 'team', NOON));
    assert.equal(failed.get(channel), 1);
  });

  it('a block is of this mail: the address stays confirmed', async () => {
    await take([event('blocked')]);
    assert.deepEqual(await recipients(), ['Confirmed', 'Pending']);
  });

  it('a complaint ends all mails to the address', async () => {
    await take([event('unsubscribed', { address: 'A@X.example' })]);
    assert.deepEqual(
      [await state(), await recipients()],
      ['accepted', ['Unsubscribed', 'Pending']],
    );
  });

  it('about deliveries of nobody or of another workspace change nothing', async () => {
    assert.equal(await take([event('bounced', { deliveryId: randomUUID() })]), 0);
    const foreign = suite.api(
      (tx) => takeMailEvents(tx, 'other', [event('bounced')], NOON),
      'other',
    );
    assert.equal(await foreign, 0);
    assert.deepEqual([await state(), await recipients()], ['accepted', ['Confirmed', 'Pending']]);
  });

  it('F2 end a send that is under way, whose own outcome then changes nothing', async () => {
    const id = await seed('sending');
    await suite.db
      .pool('postgres')
      .query(`UPDATE deliveries SET lease_token = 7, next_attempt_at = $2 WHERE id = $1`, [
        id,
        NOON,
      ]);
    await take([event('delivered', { deliveryId: id })]);
    const claim = { workspace: 'team', id, token: 7, channel, monitor: 'shop' };
    const retry = { kind: 'retry', at: NOON, error: 'x' } as const;
    assert.equal(await finishDelivery(suite.db.pool('mon_scheduler'), claim, retry, NOON), false);
    assert.equal(await state(id), 'delivered');
  });
});

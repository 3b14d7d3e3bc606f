import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import type { DeliverRequest } from '../../core/contracts/notification.ts';
import { applyChannel, deleteChannel } from '../../store/channels.ts';
import { claimDeliveries, finishDelivery, nextDeliveryAt } from '../../store/outbox.ts';
import { moveAddress, type RecipientState } from '../../store/recipients.ts';
import { peekOneTimeToken } from '../../store/tokens.ts';
import { withTokenHash, withWorkspace } from '../../store/workspace.ts';
import { readConfig } from '../config.ts';
import { priceAnswer } from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { HOUR, MINUTE, SHOP, createWorld, later, type Row, type World } from '../testing/world.ts';
import { HOLD_MS, chooseAddressees } from './addressees.ts';
import { testChannel } from './testMessage.ts';

const DAY = 24 * HOUR;

describe('mail to those who confirmed', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const apply = (to: string[], name = 'hook'): Promise<unknown> =>
    withWorkspace(world.db.pool('mon_api'), 'team', (tx) =>
      applyChannel(
        tx,
        'team',
        { name, spec: { type: 'Email', email: { to, provider: 'SendGrid' }, suspend: false } },
        { managedBy: null },
        { now: world.clock.now(), newUid: randomUUID },
      ),
    );
  const move = (address: string, state: RecipientState): Promise<string[]> =>
    withWorkspace(world.db.pool('mon_api'), 'team', (tx) =>
      moveAddress(tx, 'team', address, state, world.clock.now()),
    );
  /** An alert of the monitor `shop` through the channel `hook`. */
  const alert = async (): Promise<void> => {
    world.browser.show(SHOP, 'Shop\nPrice: 40 €');
    await world.monitor('shop', alerting({ cooldown: '0s', maxPerHour: 60 }));
    await world.check();
    world.llm.answer(priceAnswer('40 €', '39 €'));
    await world.step('Shop\nPrice: 39 €');
  };
  const sent = (kind: string): DeliverRequest[] =>
    world.notification.sent.filter(({ message }) => message.kind === kind);
  const readers = (requests: readonly DeliverRequest[]): string[][] =>
    requests.map(({ channel: { target } }) => (target.type === 'Email' ? target.to : []));
  const deliveryOf = async (recipient: string | null): Promise<Row | undefined> =>
    (await world.rows('deliveries')).find(
      (row) => row['channel'] === 'hook' && row['recipient'] === recipient,
    );
  const tokenOf = ({ message }: DeliverRequest): Buffer => {
    const token = new URL(message.link).searchParams.get('token') ?? '';
    return createHash('sha256').update(token).digest();
  };

  describe('before anybody confirms', () => {
    it('asks each new address by a mail of its own, in our words, with a one-time link', async () => {
      await apply(['a@x.example', 'b@x.example']);
      await world.deliverAll();
      const questions = sent('confirmRecipient');
      assert.equal(questions.length, 2);
      assert.deepEqual(readers(questions).flat().sort(), ['a@x.example', 'b@x.example']);
      assert.ok(questions.every(({ template }) => template === undefined));
      assert.match(
        questions[0]?.message.link ?? '',
        /^http:\/\/127\.0\.0\.1:3000\/confirm\?token=/,
      );
    });

    it('E9 keeps only the hash of the link, bound to its purpose and address, for 7 days', async () => {
      await apply(['a@x.example']);
      await world.deliverAll();
      const [question] = sent('confirmRecipient');
      assert.ok(question);
      const hash = tokenOf(question);
      const peek = (purpose: 'confirm-recipient' | 'acknowledge', at: Date) =>
        withTokenHash(world.db.pool('mon_api'), hash, (tx) =>
          peekOneTimeToken(tx, hash, purpose, at),
        );
      const now = world.clock.now();
      assert.equal((await peek('confirm-recipient', now))?.subject, 'a@x.example');
      assert.equal(await peek('acknowledge', now), undefined);
      assert.equal(await peek('confirm-recipient', later(now, 7 * DAY)), undefined);
      const rows = JSON.stringify(await world.rows('deliveries'));
      assert.ok(!rows.includes(new URL(question.message.link).searchParams.get('token') ?? '?'));
    });

    it('holds an alert with a reason that says who has not confirmed, and sends it nowhere', async () => {
      await apply(['a@x.example']);
      await alert();
      await world.deliverAll();
      const held = await deliveryOf(null);
      assert.deepEqual([held?.['state'], held?.['attempts']], ['pending', 0]);
      assert.equal(
        held?.['last_error'],
        'Held until a recipient of the channel hook confirms (a@x.example Pending)',
      );
      assert.equal(sent('finding').length, 0);
    });

    it('leaves the finding in the inbox all the same', async () => {
      await apply(['a@x.example']);
      await alert();
      assert.equal((await world.rows('findings')).length, 1);
    });

    it('sends the held alert once somebody confirms, days later, with all its tries left', async () => {
      await apply(['a@x.example', 'b@x.example']);
      await alert();
      await world.deliverAll();
      world.clock.advance(3 * DAY);
      await world.deliverAll();
      await move('b@x.example', 'Confirmed');
      world.notification.respond({ kind: 'retry', reason: '500', retryAfterSeconds: null });
      await world.deliverAll();
      assert.equal((await deliveryOf(null))?.['state'], 'pending');
      world.notification.respond({ kind: 'accepted', providerId: 'p' });
      world.clock.advance(MINUTE);
      await world.deliverAll();
      assert.deepEqual(readers(sent('finding')), [['b@x.example'], ['b@x.example']]);
      assert.equal((await deliveryOf(null))?.['state'], 'accepted');
    });

    it('sends an alert that was being looked at while somebody confirmed', async () => {
      await apply(['a@x.example']);
      await world.deliver();
      await alert();
      const [held] = await claimDeliveries(world.pool, {
        now: world.clock.now(),
        leaseMs: MINUTE,
        limit: 1,
        owner: 'one',
      });
      assert.ok(held);
      await move('a@x.example', 'Confirmed');
      const outcome = chooseAddressees(held, [], world.clock.now());
      assert.ok(outcome.kind === 'outcome');
      await finishDelivery(world.pool, held, outcome.outcome, world.clock.now());
      await world.deliverAll();
      assert.deepEqual(readers(sent('finding')), [['a@x.example']]);
    });

    it('gives a held alert up after 30 days, as a dead letter that can be sent again', async () => {
      await apply(['a@x.example']);
      await alert();
      await world.deliverAll();
      world.clock.advance(HOLD_MS);
      await world.deliverAll();
      const held = await deliveryOf(null);
      assert.equal(held?.['state'], 'dead');
      assert.match(String(held?.['last_error']), /nobody confirmed \(a@x\.example Pending\)/);
    });

    it('sends no test message', async () => {
      await apply(['a@x.example']);
      const request = { workspace: 'team', channel: 'hook' };
      const result = await testChannel(request, world.deps);
      assert.deepEqual([result.kind, sent('test').length], ['rejected', 0]);
      await move('a@x.example', 'Confirmed');
      assert.equal((await testChannel(request, world.deps)).kind, 'accepted');
      assert.deepEqual(readers(sent('test')), [['a@x.example']]);
    });

    it('does not look at what waits behind a held alert over and over', async () => {
      await apply(['a@x.example']);
      await alert();
      world.llm.answer(priceAnswer('39 €', '38 €'));
      await world.step('Shop\nPrice: 38 €');
      await world.deliverAll();
      const next = await nextDeliveryAt(world.pool);
      assert.ok(next && next > world.clock.now(), String(next));
    });
  });

  it('goes to those who confirmed alone, each with a link of their own to unsubscribe', async () => {
    await apply(['a@x.example', 'b@x.example', 'c@x.example']);
    await move('a@x.example', 'Confirmed');
    await move('c@x.example', 'Unsubscribed');
    await alert();
    await world.deliverAll();
    const [finding] = sent('finding');
    const target = finding?.channel.target;
    assert.ok(target?.type === 'Email');
    assert.deepEqual(target.to, ['a@x.example']);
    assert.deepEqual(Object.keys(target.unsubscribeLinks ?? {}), ['a@x.example']);
    assert.match(
      target.unsubscribeLinks?.['a@x.example'] ?? '',
      /^http:\/\/127\.0\.0\.1:3000\/unsubscribe\?token=team\.[0-9a-f-]{36}\.[\w-]{43}$/,
    );
  });

  it('goes no second time to those who have it when the others are tried again', async () => {
    await apply(['a@x.example', 'b@x.example']);
    for (const address of ['a@x.example', 'b@x.example']) await move(address, 'Confirmed');
    await alert();
    world.notification.respond({
      kind: 'retry',
      reason: 'greylisted',
      retryAfterSeconds: null,
      taken: ['a@x.example'],
    });
    await world.deliver();
    world.notification.respond({ kind: 'accepted', providerId: 'p' });
    world.clock.advance(MINUTE);
    await world.deliverAll();
    assert.deepEqual(readers(sent('finding')), [['a@x.example', 'b@x.example'], ['b@x.example']]);
  });

  it('counts an address of the operator as confirmed, without asking', async () => {
    Object.assign(world.deps.settings, { trustedRecipients: ['OPS@x.example'] });
    await apply(['ops@x.example']);
    await alert();
    await world.deliverAll();
    assert.deepEqual(
      [sent('confirmRecipient').length, readers(sent('finding'))],
      [0, [['ops@x.example']]],
    );
    const [recipient] = await world.rows('channel_recipients');
    assert.equal(recipient?.['state'], 'Confirmed');
  });

  it("takes the operator's addresses from the environment", () => {
    const env = { KEYS_FILE: 'k', DATA_KEY_FILE: 'd', DATABASE_URL: 'postgresql://x' };
    const mail = {
      TRUSTED_RECIPIENTS: 'a@x.example, b@x.example',
      NOTIFICATION_EMAIL: 'n@x.example',
    };
    const { trustedRecipients } = readConfig({ ...env, ...mail });
    assert.deepEqual(trustedRecipients, ['a@x.example', 'b@x.example', 'n@x.example']);
  });

  describe('the mail that asks', () => {
    it('is tried again until it goes out, and leaves no link of a try that failed', async () => {
      await apply(['a@x.example']);
      world.notification.respond({ kind: 'retry', reason: '503', retryAfterSeconds: null });
      await world.deliver();
      assert.equal((await world.rows('one_time_tokens')).length, 0);
      world.notification.respond({ kind: 'accepted', providerId: 'p' });
      world.clock.advance(MINUTE);
      await world.deliver();
      assert.equal((await deliveryOf('a@x.example'))?.['state'], 'accepted');
      assert.equal((await world.rows('one_time_tokens')).length, 1);
    });

    it('survives a crash before and after it is sent', async () => {
      await apply(['a@x.example']);
      await world.crashAt('delivery.before-send', () => world.deliver());
      world.clock.advance(2 * MINUTE);
      await world.crashAt('delivery.after-send', async () => {
        await world.deliverAll();
      });
      for (let look = 0; look < 2; look += 1) {
        world.clock.advance(2 * MINUTE);
        await world.deliverAll();
      }
      assert.equal((await deliveryOf('a@x.example'))?.['state'], 'accepted');
      assert.equal(sent('confirmRecipient').length, 2);
    });

    it('waits an hour when another channel asked the address, and is dropped once it confirmed', async () => {
      await apply(['a@x.example']);
      await world.deliverAll();
      await apply(['a@x.example'], 'second');
      await world.deliverAll();
      assert.equal(sent('confirmRecipient').length, 1);
      const waiting = (await world.rows('deliveries')).find((row) => row['channel'] === 'second');
      assert.deepEqual(waiting?.['next_attempt_at'], later(world.clock.now(), HOUR));
      await move('a@x.example', 'Confirmed');
      world.clock.advance(HOUR);
      await world.deliverAll();
      assert.equal(sent('confirmRecipient').length, 1);
    });

    it('goes once when two channels ask the same address at the same time', async () => {
      await apply(['a@x.example']);
      await apply(['a@x.example'], 'second');
      await Promise.all([world.deliver(), world.deliver()]);
      assert.equal(sent('confirmRecipient').length, 1);
    });

    it('is not sent for a channel that is gone', async () => {
      await apply(['a@x.example']);
      await withWorkspace(world.db.pool('mon_api'), 'team', (tx) =>
        deleteChannel(tx, 'team', 'hook', { managedBy: null }),
      );
      await world.deliverAll();
      assert.equal(world.notification.sent.length, 0);
    });
  });
});

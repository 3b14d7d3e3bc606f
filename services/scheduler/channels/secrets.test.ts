import assert from 'node:assert/strict';
import type { NotificationChannelSpec } from '../../../crds/types/notificationchannel.ts';
import { systemClock } from '../../core/clock.ts';
import type { SecretFinding } from '../../core/contracts/channelSecret.ts';
import { readChannelStates } from '../../store/channelStates.ts';
import { projectChannel } from '../../store/projection.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { startLoop } from '../loop.ts';
import { testChannel } from '../outbox/testMessage.ts';
import { priceAnswer } from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { MINUTE, SHOP, createWorld, later, type Row, type World } from '../testing/world.ts';
import { createSecretChecks, type SecretChecks } from './secrets.ts';

const signing = { secretRef: { name: 'sign', key: 'k' } };
const missing: SecretFinding = { kind: 'notFound', secret: 'sign' };

describe('secrets of the channels of a cluster', () => {
  let world: World;
  let checks: SecretChecks;
  beforeEach(async () => {
    world = await createWorld();
    checks = createSecretChecks(world.deps);
  });
  afterEach(() => world.close());

  const project = (spec: Partial<NotificationChannelSpec> = {}, generation = 1) =>
    withWorkspace(world.pool, 'team', (tx) =>
      projectChannel(
        tx,
        'team',
        {
          name: 'hook',
          uid: '11111111-1111-4111-8111-111111111111',
          generation,
          namespace: 'team-a',
          spec: {
            type: 'Webhook',
            suspend: false,
            webhook: { url: 'https://hook.example/', signing },
            ...spec,
          },
          labels: {},
          annotations: {},
        },
        world.clock.now(),
      ),
    );
  /** An alert of the monitor `shop` through the channel `hook`. */
  const alert = async (): Promise<void> => {
    world.browser.show(SHOP, 'Shop\nPrice: 40 €');
    await world.monitor('shop', alerting({ cooldown: '0s', maxPerHour: 60 }));
    await world.check();
    world.llm.answer(priceAnswer('40 €', '39 €'));
    await world.step('Shop\nPrice: 39 €');
  };
  const hook = async (): Promise<Row | undefined> =>
    (await world.rows('deliveries')).find((row) => row['channel'] === 'hook');
  const state = async () => {
    const page = { limit: 10, now: world.clock.now() };
    return (await readChannelStates(world.pool, page))[0]?.secret;
  };
  const waitForSecret = (): void =>
    world.notification.respond({
      kind: 'retry',
      reason: 'The Secret sign does not exist',
      retryAfterSeconds: null,
      secret: { kind: 'notFound', secret: 'sign' },
    });

  it('are asked for by name, in the namespace of the channel', async () => {
    await project();
    await checks.run();
    assert.deepEqual(world.notification.checked, [
      { namespace: 'team-a', secrets: [{ name: 'sign', key: 'k' }] },
    ]);
    assert.deepEqual(await state(), { kind: 'found' });
  });

  it('are not asked for where a channel names none', async () => {
    await project({ webhook: { url: 'https://hook.example/' } });
    await checks.run();
    assert.deepEqual(world.notification.checked, []);
    assert.deepEqual(await state(), { kind: 'notNeeded' });
  });

  it('are looked at again every 15 s while one is missing, else every 5 min', async () => {
    await project();
    world.notification.findSecrets(missing);
    assert.deepEqual((await checks.run()).nextAt, later(world.clock.now(), 15_000));
    assert.deepEqual(await state(), missing);
    world.clock.advance(15_000);
    world.notification.findSecrets({ kind: 'found' });
    assert.deepEqual((await checks.run()).nextAt, later(world.clock.now(), 5 * MINUTE));
    assert.deepEqual(await state(), { kind: 'found' });
  });

  it('are looked at again soon when notification cannot say, and what is known stays', async () => {
    await project();
    world.notification.findSecrets(missing);
    await checks.run();
    world.notification.findSecrets('unavailable');
    world.clock.advance(15_000);
    const { released, nextAt } = await checks.run();
    assert.deepEqual([released, nextAt], [0, later(world.clock.now(), 15_000)]);
    assert.deepEqual(await state(), missing);
  });

  it('reach notification with a delivery as names, never as values', async () => {
    await project();
    await alert();
    await world.deliverAll();
    assert.deepEqual(world.notification.sent[0]?.channel.target, {
      type: 'Unresolved',
      namespace: 'team-a',
      target: {
        type: 'Webhook',
        url: 'https://hook.example/',
        signingSecrets: [{ name: 'sign', key: 'k' }],
      },
    });
    assert.equal((await hook())?.['state'], 'delivered');
  });

  it('keep a delivery waiting with its reason, and set it free when they appear', async () => {
    await project();
    await checks.run();
    await alert();
    waitForSecret();
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await world.deliver();
      world.clock.set((await hook())?.['next_attempt_at'] as Date);
    }
    await world.deliver();
    assert.deepEqual(
      [(await hook())?.['state'], (await hook())?.['last_error']],
      ['pending', 'The Secret sign does not exist'],
    );
    assert.deepEqual(await state(), missing);
    world.notification.respond({ kind: 'accepted', providerId: null });
    assert.equal(await world.deliver(), 0);
    const { released } = await checks.run();
    assert.equal(released, 1);
    await world.deliver();
    assert.equal((await hook())?.['state'], 'delivered');
  });

  it('are looked at by a running scheduler, which then sends what waited', async () => {
    await project();
    await alert();
    waitForSecret();
    await world.deliver();
    world.notification.respond({ kind: 'accepted', providerId: null });
    await world.pool.query(
      `UPDATE deliveries SET next_attempt_at = now() + interval '1 hour' WHERE channel = 'hook'`,
    );
    const loop = startLoop({ ...world.deps, clock: systemClock }, { slots: 1, leaseMs: MINUTE });
    try {
      // reminders of the old alert may be sent beside it: it is 2026-03-10 for the alert
      const isSent = async (): Promise<boolean> => (await hook())?.['state'] === 'delivered';
      for (let look = 0; look < 400 && !(await isSent()); look += 1) await systemClock.sleep(25);
      assert.ok(await isSent());
      assert.ok(world.notification.checked.length > 0);
    } finally {
      await loop.stop();
    }
  });

  it('that are missing for a day make a dead letter, as in local mode', async () => {
    await project();
    await alert();
    waitForSecret();
    await world.deliver();
    world.clock.advance(24 * 60 * MINUTE);
    await world.deliver();
    assert.equal((await hook())?.['state'], 'dead');
    assert.match(String((await hook())?.['last_error']), /24 h: The Secret sign/);
    assert.deepEqual(await state(), missing);
  });

  it('of mail go with those who confirmed and their links', async () => {
    const email = {
      to: ['a@x.example', 'b@x.example'],
      provider: 'SendGrid' as const,
      secretRef: { name: 'mail', key: 'k' },
    };
    await project({ type: 'Email', email });
    await withWorkspace(world.pool, 'team', (tx) =>
      tx.query(
        `UPDATE channel_recipients SET state = 'Confirmed' WHERE address = 'b@x.example'; DELETE FROM deliveries`,
      ),
    );
    await alert();
    await world.deliverAll();
    const [request] = world.notification.sent;
    const target = request?.channel.target;
    assert.ok(target?.type === 'Unresolved' && target.target.type === 'Email');
    assert.deepEqual(target.target.to, ['b@x.example']);
    assert.deepEqual(target.target.secret, { name: 'mail', key: 'k' });
    assert.deepEqual(Object.keys(target.target.unsubscribeLinks ?? {}), ['b@x.example']);
    assert.equal((await hook())?.['state'], 'accepted');
  });

  it('are named in the answer to a test message', async () => {
    await project();
    waitForSecret();
    const result = await testChannel({ workspace: 'team', channel: 'hook' }, world.deps);
    assert.deepEqual(result, { kind: 'retry', reason: 'The Secret sign does not exist' });
  });
});

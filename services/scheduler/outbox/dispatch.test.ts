import assert from 'node:assert/strict';
import type { NotificationChannelSpec } from '../../../crds/types/notificationchannel.ts';
import type { Channel } from '../../store/channels.ts';
import { priceAnswer } from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { HOUR, MINUTE, SHOP, createWorld, later, type Row, type World } from '../testing/world.ts';
import { KUBERNETES } from '../../store/projection.ts';
import { resolveTarget } from './target.ts';

describe('the outbox', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    await world.channel('hook', {});
  });
  afterEach(() => world.close());

  let price = 40;
  /** One more alert of the monitor: its price falls. */
  const alertOnce = async (ms = 5 * MINUTE): Promise<void> => {
    const next = price - 1;
    world.llm.answer(priceAnswer(`${price} €`, `${next} €`));
    await world.step(`Shop\nPrice: ${next} €`, ms);
    price = next;
  };
  const start = async (): Promise<void> => {
    price = 40;
    world.browser.show(SHOP, 'Shop\nPrice: 40 €');
    await world.monitor('shop', alerting({ cooldown: '0s', maxPerHour: 60 }));
    await world.check();
    await alertOnce();
  };
  const hook = async (): Promise<Row> =>
    (await world.rows('deliveries', 'created_at, id')).find((row) => row['channel'] === 'hook') ??
    {};

  it("sends the message with its own id as the delivery's key", async () => {
    await start();
    await world.deliver();
    assert.equal(world.notification.sent[0]?.deliveryId, (await hook())['id']);
    assert.deepEqual([(await hook())['state'], (await hook())['attempts']], ['delivered', 1]);
  });

  it('tries again after 429 with Retry-After, not before', async () => {
    await start();
    world.notification.respond({ kind: 'retry', reason: '429', retryAfterSeconds: 120 });
    await world.deliver();
    assert.deepEqual((await hook())['next_attempt_at'], later(world.clock.now(), 120_000));
    assert.equal(await world.deliver(), 0);
    world.notification.respond({ kind: 'accepted', providerId: null });
    world.clock.advance(120_000);
    await world.deliver();
    assert.equal((await hook())['state'], 'delivered');
  });

  it('F3 keeps the order of one job in one channel while the first cannot be sent', async () => {
    await start();
    await alertOnce();
    world.notification.respond({ kind: 'retry', reason: '500', retryAfterSeconds: 600 });
    await world.deliverAll();
    assert.equal(world.notification.sent.length, 1);
    world.notification.respond({ kind: 'accepted', providerId: null });
    world.clock.advance(600_000);
    await world.deliverAll();
    const titles = world.notification.sent.slice(1).map((request) => request.message.title);
    assert.deepEqual(titles, ['Price: 40 € → 39 €', 'Price: 39 € → 38 €']);
  });

  it('F4 a refusal is a dead letter with its reason', async () => {
    await start();
    world.notification.respond({ kind: 'rejected', reason: 'no such hook' });
    await world.deliverAll();
    assert.deepEqual(
      [(await hook())['state'], (await hook())['last_error']],
      ['dead', 'no such hook'],
    );
  });

  it('F2 a connection that breaks after the send is unknown, and is asked for before anything is sent again', async () => {
    await start();
    world.notification.respond('drop');
    world.notification.reconciled('delivered');
    await world.deliver();
    assert.equal((await hook())['state'], 'unknown');
    await world.deliver();
    assert.deepEqual(world.notification.asked, [(await hook())['id']]);
    assert.equal((await hook())['state'], 'delivered');
    assert.equal(world.notification.sent.length, 1);
  });

  it('F2 an unknown send that is absent after five minutes is sent once more and counted', async () => {
    await start();
    world.notification.respond('drop');
    world.notification.reconciled('absent');
    await world.deliver();
    world.notification.respond({ kind: 'accepted', providerId: null });
    for (let asked = 0; asked < 12; asked += 1) {
      await world.deliverAll();
      world.clock.advance(30_000);
    }
    assert.equal((await hook())['state'], 'delivered');
    assert.equal(world.notification.sent.length, 2);
    assert.equal(await world.metric('mon_deliveries_unknown_total'), 1);
  });

  it('a notification service that is down is tried again, and nothing counts as unknown', async () => {
    await start();
    await world.notification.stop();
    await world.deliver();
    assert.equal((await hook())['state'], 'pending');
  });

  it('a channel that does not exist is a dead letter that says so', async () => {
    await start();
    const { withWorkspace } = await import('../../store/workspace.ts');
    await withWorkspace(world.pool, 'team', (tx) => tx.query(`DELETE FROM channels`));
    await world.deliverAll();
    assert.equal((await hook())['state'], 'dead');
    assert.match(String((await hook())['last_error']), /channel hook does not exist/);
  });

  it('a suspended channel waits, and no attempt is counted', async () => {
    await world.channel('hook', { suspend: true });
    await start();
    await world.deliverAll();
    assert.deepEqual(
      [(await hook())['state'], (await hook())['attempts'], world.notification.sent.length],
      ['pending', 0, 0],
    );
    await world.channel('hook', { suspend: false });
    world.clock.advance(5 * MINUTE);
    await world.deliverAll();
    assert.equal((await hook())['state'], 'delivered');
  });

  it("defect: rate limit by clock hour — the channel's limit is a sliding hour", async () => {
    await world.channel('hook', { maxPerHour: 2 });
    await start();
    await alertOnce();
    await world.deliverAll();
    const firstAt = world.clock.now();
    world.clock.advance(10 * MINUTE);
    await alertOnce();
    await world.deliverAll();
    assert.equal(world.notification.sent.length, 2);
    world.clock.set(later(firstAt, HOUR + 1));
    await world.deliverAll();
    assert.equal(world.notification.sent.length, 3);
  });

  it('a secret that is missing is tried again and named', async () => {
    await world.channel('hook', {
      webhook: { url: 'https://hook.example/', signing: { secretRef: { name: 'sign', key: 'k' } } },
    });
    await start();
    await world.deliverAll();
    assert.deepEqual([(await hook())['state'], world.notification.sent.length], ['pending', 0]);
    assert.match(String((await hook())['last_error']), /Secret sign has no key k/);
    await world.deps.secrets.put({
      workspace: 'team',
      kind: 'Secret',
      name: 'sign',
      data: { k: 's3cret' },
      managedBy: null,
    });
    world.clock.advance(MINUTE);
    await world.deliverAll();
    const target = world.notification.sent[0]?.channel.target;
    assert.deepEqual(target, {
      type: 'Webhook',
      url: 'https://hook.example/',
      signingSecrets: ['s3cret'],
    });
  });

  it('F6 two dispatchers never hold one delivery', async () => {
    await start();
    await Promise.all([world.deliver(), world.deliver(), world.deliver()]);
    assert.equal(world.notification.sent.length, 1);
  });

  it("notes the channel's last delivery", async () => {
    await start();
    await world.deliverAll();
    const [channel] = await world.rows('channels');
    assert.equal(channel?.['last_delivery_result'], 'delivered');
  });

  it("sends with the channel's template as data", async () => {
    await world.channel('hook', { template: { subject: '{monitor}', body: '${7*7} {title}' } });
    await start();
    await world.deliverAll();
    assert.deepEqual(world.notification.sent[0]?.template, {
      subject: '{monitor}',
      body: '${7*7} {title}',
    });
  });
});

describe("a channel's target", () => {
  const secrets = {
    secret: async (_workspace: string, name: string, key: string) =>
      name === 'gone' ? undefined : `${name}.${key}`,
  };
  const resolve = (spec: Partial<NotificationChannelSpec>, patch: Partial<Channel> = {}) =>
    resolveTarget(
      'team',
      {
        spec: { suspend: false, ...spec } as NotificationChannelSpec,
        managedBy: null,
        namespace: null,
        ...patch,
      },
      secrets,
    );
  const ref = { name: 's', key: 'k' };

  it('Slack and Teams have their address as a secret', async () => {
    assert.deepEqual(await resolve({ type: 'Slack', slack: { secretRef: ref } }), {
      kind: 'target',
      target: { type: 'Slack', secret: 's.k' },
    });
    assert.deepEqual(await resolve({ type: 'Teams', teams: { secretRef: ref } }), {
      kind: 'target',
      target: { type: 'Teams', secret: 's.k' },
    });
  });

  it("mail without a secret is sent with the platform's", async () => {
    const resolved = await resolve({
      type: 'Email',
      email: { to: ['a@example.org'], provider: 'SendGrid' },
    });
    assert.deepEqual(resolved, {
      kind: 'target',
      target: { type: 'Email', to: ['a@example.org'], provider: 'SendGrid' },
    });
  });

  it('mail with a secret carries it', async () => {
    const resolved = await resolve({
      type: 'Email',
      email: { to: ['a@example.org'], provider: 'SendGrid', secretRef: ref },
    });
    assert.equal(
      resolved.kind === 'target' && resolved.target.type === 'Email' && resolved.target.secret,
      's.k',
    );
  });

  it('a webhook signs with the current secret first and the previous one after it', async () => {
    const signing = { secretRef: ref, previousSecretRef: { name: 'old', key: 'k' } };
    const resolved = await resolve({
      type: 'Webhook',
      webhook: { url: 'https://h.example/', signing },
    });
    assert.deepEqual(
      resolved.kind === 'target' &&
        resolved.target.type === 'Webhook' &&
        resolved.target.signingSecrets,
      ['s.k', 'old.k'],
    );
  });

  it('names the secret that is missing', async () => {
    const resolved = await resolve({
      type: 'Slack',
      slack: { secretRef: { name: 'gone', key: 'url' } },
    });
    assert.match(resolved.kind === 'missing' ? resolved.message : '', /Secret gone has no key url/);
  });

  it('of the cluster has the names of its secrets and where they lie, never a value', async () => {
    const slack = { type: 'Slack', slack: { secretRef: ref } } as const;
    const inNamespace = (namespace: string | null) =>
      resolve(slack, { managedBy: KUBERNETES, namespace });
    const expected = (namespace: string) => ({
      kind: 'target',
      target: { type: 'Unresolved', namespace, target: { type: 'Slack', secret: ref } },
    });
    assert.deepEqual(await inNamespace('users'), expected('users'));
    assert.deepEqual(await inNamespace(null), expected('team'));
  });

  it('of the cluster is whole when it names no secret', async () => {
    const webhook = { url: 'https://h.example/' };
    assert.deepEqual(await resolve({ type: 'Webhook', webhook }, { managedBy: KUBERNETES }), {
      kind: 'target',
      target: { type: 'Webhook', url: 'https://h.example/', signingSecrets: [] },
    });
  });

  it('says when the settings of its type are missing', async () => {
    assert.equal((await resolve({ type: 'Webhook' })).kind, 'missing');
  });
});

import assert from 'node:assert/strict';
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import { channelTypeOf, namedTargetOf, secretsOf, withSecrets } from './channelTarget.ts';
import { deliveryTarget, type NamedTarget } from './contracts/notification.ts';

const ref = { name: 's', key: 'k' };
const old = { name: 'old', key: 'k' };
const named = (spec: Partial<NotificationChannelSpec>): NamedTarget =>
  namedTargetOf({ suspend: false, ...spec } as NotificationChannelSpec) ??
  assert.fail('no settings');
const values = (spec: Partial<NotificationChannelSpec>) =>
  withSecrets(named(spec), async ({ name, key }) => `${name}.${key}`);

describe('the target of a channel', () => {
  it('has the address of Slack and Teams from a secret', async () => {
    assert.deepEqual(await values({ type: 'Slack', slack: { secretRef: ref } }), {
      type: 'Slack',
      secret: 's.k',
    });
    assert.deepEqual(await values({ type: 'Teams', teams: { secretRef: ref } }), {
      type: 'Teams',
      secret: 's.k',
    });
  });

  it('has the secret of mail where the channel has one of its own', async () => {
    const email = { to: ['a@example.org'], provider: 'SendGrid' } as const;
    assert.deepEqual(await values({ type: 'Email', email: { ...email, to: [...email.to] } }), {
      type: 'Email',
      ...email,
    });
    assert.deepEqual(
      await values({ type: 'Email', email: { ...email, to: [...email.to], secretRef: ref } }),
      { type: 'Email', ...email, secret: 's.k' },
    );
  });

  it('has the signing secret of a webhook first and the previous one after it', async () => {
    const signing = { secretRef: ref, previousSecretRef: old };
    const webhook = { url: 'https://h.example/', signing };
    const target = await values({ type: 'Webhook', webhook });
    assert.deepEqual(target.type === 'Webhook' && target.signingSecrets, ['s.k', 'old.k']);
  });

  it('is none when the settings of its type are missing', () => {
    for (const type of ['Email', 'Slack', 'Teams', 'Webhook'] as const)
      assert.equal(namedTargetOf({ type, suspend: false }), undefined);
  });

  it('names every secret that it needs', () => {
    const signing = { secretRef: ref, previousSecretRef: old };
    assert.deepEqual(
      secretsOf(named({ type: 'Webhook', webhook: { url: 'https://h.example/', signing } })),
      [ref, old],
    );
    assert.deepEqual(secretsOf(named({ type: 'Slack', slack: { secretRef: ref } })), [ref]);
    const email = { to: ['a@example.org'], provider: 'Smtp' as const };
    assert.deepEqual(secretsOf(named({ type: 'Email', email: { ...email, secretRef: ref } })), [
      ref,
    ]);
    assert.deepEqual(secretsOf(named({ type: 'Email', email })), []);
  });

  it('keeps its type while its secrets are not resolved', () => {
    const target = named({ type: 'Slack', slack: { secretRef: ref } });
    assert.equal(channelTypeOf({ type: 'Unresolved', namespace: 'team', target }), 'Slack');
    assert.equal(channelTypeOf({ type: 'Teams', secret: 'x' }), 'Teams');
  });

  for (const name of ['../../pods/x', 'a/b', 'A', '', 'a%2fb'])
    it(`E10 refuses ${JSON.stringify(name)} as the name of a Secret or namespace`, () => {
      const slack = (secret: string) => ({ type: 'Slack', secret: { name: secret, key: 'k' } });
      const unresolved = (namespace: string, secret: string) =>
        deliveryTarget.safeParse({ type: 'Unresolved', namespace, target: slack(secret) }).success;
      assert.equal(unresolved('team', 'hook'), true);
      assert.equal(unresolved('team', name), false);
      assert.equal(unresolved(name, 'hook'), false);
    });
});

import assert from 'node:assert/strict';
import type { NotificationChannel } from '../../../../crds/types/notificationchannel.ts';
import type { SecretState } from '../../../../services/core/contracts/channelSecret.ts';
import type { ChannelState } from '../../../../services/core/contracts/projection.ts';
import { LABELS } from '../../names.ts';
import { referencesOf, workspacesIn } from '../../workspaces.ts';
import { planStatus, projectionOf } from './plan.ts';

const UID = '11111111-1111-4111-8111-111111111111';
const signing = { secretRef: { name: 'hook', key: 'key' } };
const channelOf = (patch: Partial<NotificationChannel> = {}): NotificationChannel => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'NotificationChannel',
  metadata: { name: 'ops', namespace: 'team', uid: UID, generation: 2 },
  spec: { type: 'Webhook', suspend: false, webhook: { url: 'https://hook.example/', signing } },
  ...patch,
});
const stateOf = (secret: SecretState | null): ChannelState => ({
  workspace: 'team',
  name: 'ops',
  uid: UID,
  generation: 2,
  recipients: [],
  lastDelivery: null,
  failed24h: 0,
  secret,
});
const claimsOf = (channel: NotificationChannel, state?: ChannelState) => {
  const result = { outcome: 'unchanged' as const, problems: [] };
  const references = referencesOf(channel, workspacesIn('users'));
  return planStatus({ references, channel, state }, { kind: 'answered', result }).claims;
};
const told = (channel: NotificationChannel, state?: ChannelState): string[] =>
  ['SecretFound', 'Ready'].map((wanted) => {
    const claim = claimsOf(channel, state).find(({ type }) => type === wanted);
    return `${claim?.status} ${claim?.reason}`;
  });

describe('operator: Secrets of a NotificationChannel', () => {
  for (const [secret, found, ready] of [
    [{ kind: 'found' }, 'True Found', 'True Ready'],
    [{ kind: 'notFound', secret: 'hook' }, 'False NotFound', 'False SecretNotFound'],
    [
      { kind: 'keyNotFound', secret: 'hook', key: 'key' },
      'False KeyNotFound',
      'False SecretNotFound',
    ],
    [
      { kind: 'forbidden', secret: 'hook', namespace: 'team' },
      'Unknown Forbidden',
      'False SecretForbidden',
    ],
    [null, 'Unknown Pending', 'True Ready'],
  ] as const satisfies readonly (readonly [SecretState | null, string, string])[])
    it(`says ${found} and ${ready} of what notification found as ${secret?.kind ?? 'nothing yet'}`, () => {
      assert.deepEqual(told(channelOf(), stateOf(secret)), [found, ready]);
    });

  it('names the Secret, its key and the Role that are missing', () => {
    const messageOf = (secret: SecretState): string =>
      claimsOf(channelOf(), stateOf(secret)).find(({ type }) => type === 'SecretFound')?.message ??
      '';
    assert.match(messageOf({ kind: 'notFound', secret: 'hook' }), /Secret hook does not exist/);
    assert.match(
      messageOf({ kind: 'keyNotFound', secret: 'hook', key: 'key' }),
      /Secret hook has no key key/,
    );
    assert.match(
      messageOf({ kind: 'forbidden', secret: 'hook', namespace: 'team' }),
      /namespace team .* Role with the verb get on secrets/,
    );
  });

  it('needs none for a channel that names none, before anybody has looked', () => {
    const webhook = { url: 'https://hook.example/' };
    const channel = channelOf({ spec: { type: 'Webhook', suspend: false, webhook } });
    assert.deepEqual(told(channel), ['True NotNeeded', 'True Ready']);
  });

  it('keeps what it said until the scheduler is heard', () => {
    const missing = stateOf({ kind: 'notFound', secret: 'hook' });
    const conditions = claimsOf(channelOf(), missing).map((claim) => ({
      ...claim,
      observedGeneration: 2,
      lastTransitionTime: '2026-03-10T12:00:00Z',
    }));
    const restarted = channelOf({ status: { conditions } });
    assert.deepEqual(claimsOf(restarted), claimsOf(channelOf(), missing));
  });

  it('says that it is pending before anything was told', () => {
    assert.deepEqual(told(channelOf()), ['Unknown Pending', 'True Ready']);
  });

  describe('of a person', () => {
    const metadata = {
      name: 'u-1-ops',
      namespace: 'users',
      labels: { [LABELS.workspace]: 'u-1' },
      uid: UID,
      generation: 2,
    };
    const naming = (name: string): NotificationChannel => {
      const webhook = {
        url: 'https://hook.example/',
        signing: { secretRef: { name, key: 'key' } },
      };
      return channelOf({ metadata, spec: { type: 'Webhook', suspend: false, webhook } });
    };
    const isSent = (channel: NotificationChannel): boolean => {
      const references = referencesOf(channel, workspacesIn('users'));
      return projectionOf({ channel, references }) !== undefined;
    };

    it('are those that have the workspace in their name', () => {
      for (const name of ['duckmon-user-u-1-hook', 'duckmon-login-u-1-hook']) {
        assert.deepEqual(told(naming(name), stateOf({ kind: 'found' })), [
          'True Found',
          'True Ready',
        ]);
        assert.ok(isSent(naming(name)), name);
      }
    });

    it('E10 are nobody else’s: one is not even looked for, and the field is named', () => {
      for (const name of ['duckmon-user-u-2-hook', 'duckmon-user-u-10-hook', 'hook', 'u-1-hook']) {
        const channel = naming(name);
        assert.equal(isSent(channel), false, name);
        assert.deepEqual(told(channel, stateOf({ kind: 'found' })), [
          'Unknown Forbidden',
          'False Invalid',
        ]);
        const [ready] = claimsOf(channel);
        assert.equal(
          ready?.message,
          'spec.webhook.signing.secretRef.name must begin with duckmon-user-u-1- or duckmon-login-u-1-, as the Secrets of your workspace do.',
        );
      }
    });
  });
});

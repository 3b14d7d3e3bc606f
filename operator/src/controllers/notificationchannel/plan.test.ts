import assert from 'node:assert/strict';
import type {
  NotificationChannel,
  NotificationChannelSpec,
} from '../../../../crds/types/notificationchannel.ts';
import type { ChannelState } from '../../../../services/core/contracts/projection.ts';
import { ANNOTATIONS, CONDITIONS, LABELS } from '../../names.ts';
import { planStatus, projectionOf } from './plan.ts';
import type { ProjectionAnswer } from './types.ts';

const UID = '11111111-1111-4111-8111-111111111111';
const channelOf = (
  spec: Partial<NotificationChannelSpec> = {},
  metadata: Partial<NotificationChannel['metadata']> = {},
): NotificationChannel => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'NotificationChannel',
  metadata: { name: 'ops', namespace: 'team', uid: UID, generation: 2, ...metadata },
  spec: { type: 'Webhook', suspend: false, webhook: { url: 'https://hook.example/' }, ...spec },
});
const mail = channelOf({ type: 'Email', email: { to: ['a@example.org'], provider: 'SendGrid' } });
const references = { isPersonal: false, secretPrefixes: [] };
const stateOf = (patch: Partial<ChannelState> = {}): ChannelState => ({
  workspace: 'team',
  name: 'ops',
  uid: UID,
  generation: 2,
  recipients: [],
  lastDelivery: null,
  failed24h: 0,
  secret: null,
  ...patch,
});
const taken: ProjectionAnswer = {
  kind: 'answered',
  result: { outcome: 'unchanged', problems: [] },
};
const told = (
  channel: NotificationChannel,
  type: string,
  state?: ChannelState,
  answer: ProjectionAnswer | null = taken,
): string => {
  const found = planStatus({ references, channel, state }, answer ?? undefined).claims.find(
    (it) => it.type === type,
  );
  return `${found?.status} ${found?.reason}`;
};
const withRecipients = (...states: ChannelState['recipients'][number]['state'][]) =>
  stateOf({
    recipients: states.map((state, at) => ({ address: `p${at}@example.org`, state })),
  });

describe('operator: plan of a NotificationChannel', () => {
  it('sends the channel as the cluster has it, without what is kubectl’s', () => {
    const channel = channelOf(
      {},
      {
        labels: { team: 'a' },
        annotations: { owner: 'me', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      },
    );
    assert.deepEqual(projectionOf({ references, channel }), {
      uid: UID,
      namespace: 'team',
      generation: 2,
      spec: channel.spec,
      labels: { team: 'a' },
      annotations: { owner: 'me' },
    });
  });

  it('sends the labels of a personal workspace as its person set them', () => {
    const channel = channelOf({}, { labels: { team: 'a', [LABELS.workspace]: 'u-1' } });
    const sent = projectionOf({ references: { ...references, isPersonal: true }, channel });
    assert.deepEqual(sent?.labels, { team: 'a' });
  });

  it('keeps its hands off a channel with the annotation reconcile: disabled', () => {
    const channel = channelOf({}, { annotations: { [ANNOTATIONS.reconcile]: 'disabled' } });
    assert.equal(projectionOf({ references, channel }), undefined);
    assert.equal(told(channel, 'Paused', undefined, null), 'True ReconcileDisabled');
  });

  it('is Ready once the scheduler has it', () => {
    assert.equal(told(channelOf(), 'Ready'), 'True Ready');
    assert.equal(told(channelOf(), 'Ready', undefined, null), 'Unknown Pending');
  });

  it('is not Ready while it is suspended', () => {
    assert.equal(told(channelOf({ suspend: true }), 'Ready'), 'False Suspended');
  });

  it('says what the scheduler refused', () => {
    const refused: ProjectionAnswer = {
      kind: 'answered',
      result: {
        outcome: 'refused',
        problems: [{ path: 'spec.webhook.url', message: 'is private' }],
      },
    };
    const plan = planStatus({ references, channel: channelOf(), state: undefined }, refused);
    const [ready] = plan.claims;
    assert.deepEqual([ready?.reason, ready?.message], ['Invalid', 'spec.webhook.url: is private']);
  });

  it('tells a name that is taken from a scheduler that is away', () => {
    const failed = (conflict: boolean): ProjectionAnswer => ({
      kind: 'failed',
      message: 'no',
      conflict,
    });
    assert.equal(told(channelOf(), 'Ready', undefined, failed(true)), 'False NameConflict');
    assert.equal(told(channelOf(), 'Ready', undefined, failed(false)), 'Unknown Pending');
  });

  for (const [states, confirmed, ready] of [
    [['Confirmed', 'Confirmed'], 'True AllConfirmed', 'True Ready'],
    [['Confirmed', 'Unsubscribed'], 'True AllConfirmed', 'True Ready'],
    [['Confirmed', 'Pending'], 'False SomePending', 'True Ready'],
    [['Pending'], 'False NoneConfirmed', 'False NoConfirmedRecipient'],
    [['Bounced'], 'False NoneConfirmed', 'False NoConfirmedRecipient'],
  ] as const)
    it(`says ${confirmed} of recipients that are ${states.join(' and ')}`, () => {
      assert.equal(told(mail, 'RecipientsConfirmed', withRecipients(...states)), confirmed);
      assert.equal(told(mail, 'Ready', withRecipients(...states)), ready);
    });

  it('needs nobody’s consent for what is no mail', () => {
    assert.equal(told(channelOf(), 'RecipientsConfirmed', stateOf()), 'True NotNeeded');
    assert.equal(told(mail, 'RecipientsConfirmed'), 'Unknown Pending');
  });

  it('names who has not confirmed', () => {
    const plan = planStatus({ references, channel: mail, state: withRecipients('Pending') }, taken);
    assert.match(
      plan.claims.find(({ type }) => type === 'RecipientsConfirmed')?.message ?? '',
      /p0@example\.org/,
    );
  });

  for (const [result, expected] of [
    ['delivered', 'True Delivered'],
    ['accepted', 'True Delivered'],
    ['dead', 'False Failing'],
    ['bounced', 'False Failing'],
  ] as const)
    it(`says ${expected} after a delivery that ended as ${result}`, () => {
      const state = stateOf({ lastDelivery: { time: '2026-03-10T12:00:00.000Z', result } });
      assert.equal(told(channelOf(), 'Delivering', state), expected);
    });

  it('shows recipients, last delivery and failures, and has a reason of the closed list', () => {
    const state = { ...withRecipients('Pending'), failed24h: 3 };
    const plan = planStatus({ references, channel: mail, state }, taken);
    assert.deepEqual(plan.status, {
      observedGeneration: 2,
      recipients: state.recipients,
      failed24h: 3,
    });
    const words = CONDITIONS.NotificationChannel;
    assert.deepEqual(plan.claims.map(({ type }) => type).toSorted(), Object.keys(words).toSorted());
    for (const { type, reason } of plan.claims)
      assert.ok((words[type] as readonly string[]).includes(reason));
  });

  it('keeps what it said of recipients and deliveries until the scheduler is heard', () => {
    const lastDelivery = { time: '2026-03-10T12:00:00.000Z', result: 'bounced' };
    const heard = planStatus(
      {
        references,
        channel: mail,
        state: { ...withRecipients('Pending'), lastDelivery, failed24h: 2 },
      },
      taken,
    );
    const channel: NotificationChannel = { ...mail, status: heard.status };
    const unheard = planStatus({ references, channel, state: undefined }, taken);
    assert.deepEqual(unheard, heard);
  });
});

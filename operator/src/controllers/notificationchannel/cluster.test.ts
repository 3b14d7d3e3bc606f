/** NotificationChannels on a real API server, as a person with kubectl meets them. */
import assert from 'node:assert/strict';
import type { NotificationChannel } from '../../../../crds/types/notificationchannel.ts';
import { channel, mailChannel } from '../../../../services/core/manifest/testing/samples.ts';
import { ANNOTATIONS } from '../../names.ts';
import { until } from '../../testing/until.ts';
import { CHANNEL, conditionOf, useWorld } from '../../testing/world.ts';

describe('NotificationChannels on a real API server', function () {
  this.timeout(60_000);
  const world = useWorld();

  const at = (): string => `${world().namespace}/${CHANNEL}`;
  const sent = () => world().scheduler.channels.get(at());
  const wait = (what: string): Promise<string> =>
    world().kubectl('wait', `--for=${what}`, '--timeout=30s', `notificationchannel/${CHANNEL}`);
  const saying = (type: string, reason: string): Promise<NotificationChannel> =>
    until(`${type} with the reason ${reason}`, async () => {
      const found = await world().channel();
      return conditionOf(found, type)?.reason === reason ? found : undefined;
    });

  it('makes kubectl wait for Ready return, and tells the scheduler the whole spec', async () => {
    await world().start();
    await world().apply(channel({ 'metadata.annotations': { owner: 'ops' } }));
    await wait('condition=Ready');
    const { metadata, spec } = await world().channel();
    assert.equal(sent()?.uid, metadata.uid);
    assert.deepEqual(sent()?.spec, spec);
    assert.deepEqual(sent()?.annotations, { owner: 'ops' });
  });

  it('is not Ready while no recipient has confirmed, and says who is waited for', async () => {
    const operator = await world().start();
    await world().apply(mailChannel());
    await wait('condition=Ready');
    await operator.stop();
    const recipients = [{ address: 'ops@example.org', state: 'Pending' as const }];
    world().scheduler.tellChannel(at(), { recipients });
    await world().start();
    const { status } = await saying('Ready', 'NoConfirmedRecipient');
    assert.deepEqual(status?.recipients, recipients);
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    assert.equal(ready?.message, 'Waiting for ops@example.org.');
  });

  it('keeps what is known of deliveries through a restart', async () => {
    const operator = await world().start();
    await world().apply(channel());
    await wait('condition=Ready');
    await operator.stop();
    const lastDelivery = { time: '2026-03-10T12:00:00.000Z', result: 'bounced' };
    world().scheduler.tellChannel(at(), { lastDelivery, failed24h: 1 });
    const again = await world().start();
    const { metadata } = await saying('Delivering', 'Failing');
    await again.stop();
    const writes = world().scheduler.writes.length;
    world().scheduler.behave({ kind: 'slow', ms: 300 });
    await world().start();
    await until('sent again', () => world().scheduler.writes[writes]);
    world().scheduler.behave({ kind: 'well' });
    await world().apply(channel({ 'spec.webhook.url': 'https://hooks.example.org/y' }));
    const after = await until('the edit', async () => {
      const found = await world().channel();
      return found.status?.observedGeneration === 2 ? found : undefined;
    });
    const before = Number(metadata.generation);
    assert.deepEqual([before, conditionOf(after, 'Delivering')?.reason], [1, 'Failing']);
    assert.deepEqual(after.status?.lastDelivery, lastDelivery);
  });

  it('names the field when the scheduler refuses the spec', async () => {
    await world().start();
    world().scheduler.refuse(at(), { path: 'spec.webhook.url', message: 'leads nowhere' });
    await world().apply(channel());
    const refused = await saying('Ready', 'Invalid');
    assert.equal(conditionOf(refused, 'Ready')?.message, 'spec.webhook.url: leads nowhere');
  });

  it('is Pending while the scheduler is down, and Ready when it is back', async () => {
    world().scheduler.behave({ kind: 'down' });
    await world().start();
    await world().apply(channel());
    await saying('Ready', 'Pending');
    world().scheduler.behave({ kind: 'well' });
    await wait('condition=Ready');
  });

  it('is left alone under reconcile: disabled', async () => {
    await world().start();
    await world().apply(
      channel({ 'metadata.annotations': { [ANNOTATIONS.reconcile]: 'disabled' } }),
    );
    await wait('condition=Paused');
    assert.equal(sent(), undefined);
  });

  it('is retired when it is deleted', async () => {
    await world().start();
    await world().apply(channel());
    await wait('condition=Ready');
    const { uid } = sent() ?? assert.fail();
    await world().kubectl('delete', 'notificationchannel', CHANNEL);
    await until('retired', () => (sent() ? undefined : true));
    const retired = world().scheduler.writes.filter(({ action }) => action === 'retire');
    assert.deepEqual(
      retired.map((write) => [write.kind, write.uid]),
      [['channels', uid]],
    );
  });
});

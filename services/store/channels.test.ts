import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import type { ChannelInput, ChannelResult } from './channels.ts';
import { applyChannel, deleteChannel, getChannel, listChannels } from './channels.ts';
import type { EditGuard } from './monitors.ts';
import { NOON } from './testing/monitors.ts';
import { storeError, useDatabase } from './testing/suite.ts';

const webhook = (url = 'https://hook.example/'): NotificationChannelSpec => ({
  type: 'Webhook',
  webhook: { url },
  suspend: false,
});
const person: EditGuard = { managedBy: null };
const deps = { now: NOON, newUid: randomUUID };

describe('channels', () => {
  const suite = useDatabase();
  let name = '';
  beforeEach(() => {
    name = `c-${randomUUID().slice(0, 8)}`;
  });
  const apply = (input: Partial<ChannelInput> = {}, guard = person): Promise<ChannelResult> =>
    suite.api((tx) => applyChannel(tx, 'team', { name, spec: webhook(), ...input }, guard, deps));

  it('creates, leaves alone, and changes', async () => {
    assert.equal((await apply()).outcome, 'created');
    assert.equal((await apply()).outcome, 'unchanged');
    const { outcome, channel } = await apply({ spec: webhook('https://other.example/') });
    assert.deepEqual([outcome, channel.generation, channel.resourceVersion], ['configured', 2, 2]);
  });

  it('raises only the resource version for annotations', async () => {
    await apply();
    const { channel } = await apply({ annotations: { note: 'x' } });
    assert.deepEqual([channel.generation, channel.resourceVersion], [1, 2]);
  });

  it('creates one channel when two apply it at the same time', async () => {
    const results = await Promise.all([apply(), apply()]);
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['created', 'unchanged']);
  });

  it('refuses an edit of another version', async () => {
    await apply();
    await assert.rejects(apply({}, { managedBy: null, ifMatch: 5 }), storeError('conflict'));
  });

  it('does not create what an edit expects to be there', async () => {
    await assert.rejects(apply({}, { managedBy: null, ifMatch: 1 }), storeError('notFound'));
  });

  it('lets only its file change or delete it', async () => {
    await apply({}, { managedBy: 'team.yaml' });
    await assert.rejects(apply(), storeError('conflict'));
    const remove = (guard: EditGuard) => suite.api((tx) => deleteChannel(tx, 'team', name, guard));
    await assert.rejects(remove(person), storeError('conflict'));
    await remove({ managedBy: 'team.yaml' });
    await assert.rejects(
      suite.api((tx) => getChannel(tx, 'team', name)),
      storeError('notFound'),
    );
  });

  it('lists by name with a cursor', async () => {
    await suite.db.pool('postgres').query('DELETE FROM channels');
    for (const each of ['b', 'a', 'c']) await apply({ name: each });
    const first = await suite.api((tx) => listChannels(tx, 'team', { limit: 2 }));
    const next = { limit: 2, cursor: first.nextCursor };
    const second = await suite.api((tx) => listChannels(tx, 'team', next));
    assert.deepEqual(
      [...first.items, ...second.items].map((item) => item.name),
      ['a', 'b', 'c'],
    );
  });
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import { readChannelStates } from './channelStates.ts';
import { projectChannel } from './projection.ts';
import { later, NOON } from './testing/monitors.ts';
import { useDatabase } from './testing/suite.ts';

const mail: NotificationChannelSpec = {
  type: 'Email',
  suspend: false,
  email: { to: ['b@example.org', 'a@example.org'], provider: 'SendGrid' },
};

describe('channel states', () => {
  const suite = useDatabase();
  beforeEach(() => suite.db.pool('postgres').query('DELETE FROM channels'));

  const add = (name: string, workspace = 'team') =>
    suite.scheduler(
      (tx) =>
        projectChannel(
          tx,
          workspace,
          {
            name,
            uid: randomUUID(),
            generation: 2,
            spec: mail,
            labels: {},
            annotations: {},
            namespace: workspace,
          },
          NOON,
        ),
      workspace,
    );
  const read = (after?: { workspace: string; name: string }, limit = 10) =>
    readChannelStates(suite.db.pool('mon_scheduler'), { after, limit, now: NOON });
  const names = (rows: Awaited<ReturnType<typeof read>>) =>
    rows.map(({ workspace, name }) => `${workspace}/${name}`);

  it('tells the channels of all workspaces, page by page', async () => {
    await add('b');
    await add('a');
    await add('c', 'other');
    assert.deepEqual(names(await read(undefined, 2)), ['other/c', 'team/a']);
    assert.deepEqual(names(await read({ workspace: 'team', name: 'a' })), ['team/b']);
  });

  it('tells the state of each recipient, by address', async () => {
    await add('a');
    const [channel] = await read();
    assert.equal(channel?.generation, 2);
    assert.deepEqual(
      channel.recipients.map(({ address, state }) => `${address} ${state}`),
      ['a@example.org Pending', 'b@example.org Pending'],
    );
  });

  it('counts what failed within a day', async () => {
    await add('a');
    const insert = (state: string, at: Date) =>
      suite.db.pool('postgres').query(
        `INSERT INTO deliveries (workspace_id, id, monitor, channel, recipient, state, created_at, updated_at)
         VALUES ('team', gen_random_uuid(), '', 'a', 'x@example.org', $1, $2, $2)`,
        [state, at],
      );
    await insert('dead', later(NOON, -1000));
    await insert('bounced', later(NOON, -1000));
    await insert('delivered', later(NOON, -1000));
    await insert('dead', later(NOON, -25 * 3_600_000));
    assert.equal((await read())[0]?.failed24h, 2);
  });

  it('E1 sees other workspaces only while it works in none', async () => {
    await add('c', 'other');
    const inside = await suite.scheduler((tx) => readChannelStates(tx, { limit: 10, now: NOON }));
    assert.deepEqual(names(inside), []);
  });
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createFeed, findFeed, listFeeds, MOST_FEEDS, revokeFeed, touchFeed } from './feeds.ts';
import { setMembership, signInUser } from './identity.ts';
import { removeMember } from './members.ts';
import { disableUser, enableUser, revokeAll, revokeUser } from './revocation.ts';
import { NOON } from './testing/monitors.ts';
import { insertRow } from './testing/rows.ts';
import { storeError, useDatabase } from './testing/suite.ts';
import { withTokenHash, withTransaction, type Tx } from './workspace.ts';

describe('feeds', () => {
  const suite = useDatabase();
  let ann: string;
  const hash = () => Buffer.from(randomUUID().repeat(2)).subarray(0, 32);
  const make = async (monitor: string | null = null, tokenHash = hash()) => {
    const id = randomUUID();
    await suite.api((tx) =>
      createFeed(tx, { workspace: 'team', id, userId: ann, monitor, tokenHash, createdAt: NOON }),
    );
    return { id, tokenHash };
  };
  const find = (tokenHash: Uint8Array) =>
    withTokenHash(suite.db.pool('mon_api'), tokenHash, (tx) => findFeed(tx, tokenHash));
  const list = () => suite.api((tx) => listFeeds(tx, 'team', ann));
  const asApi = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    withTransaction(suite.db.pool('mon_api'), work);

  before(() =>
    suite.api((tx) =>
      insertRow(tx, 'monitors', {
        workspace_id: 'team',
        name: 'shop',
        uid: randomUUID(),
        spec: '{}',
        created_at: NOON,
        updated_at: NOON,
      }),
    ),
  );
  beforeEach(async () => {
    await suite.db.pool('postgres').query('DELETE FROM users');
    for (const subject of ['ann', 'bob']) {
      const identity = { issuer: 'test', subject, email: null, displayName: subject };
      const { id } = await asApi((tx) =>
        signInUser(tx, identity, { now: NOON, newId: randomUUID }),
      );
      await suite.api((tx) => setMembership(tx, 'team', id, 'owner', NOON));
      if (subject === 'ann') ann = id;
    }
  });

  it('are found by the hash of their address alone, with what their owner is', async () => {
    const { id, tokenHash } = await make('shop');
    assert.deepEqual(await find(tokenHash), {
      workspace: 'team',
      id,
      userId: ann,
      monitor: 'shop',
      createdAt: NOON,
      lastUsedAt: null,
      role: 'owner',
      workspaceName: 'Team',
    });
    assert.equal(await find(hash()), undefined);
  });

  it('are listed to whoever made them, with when they were last read', async () => {
    const { id, tokenHash } = await make();
    await withTokenHash(suite.db.pool('mon_api'), tokenHash, (tx) =>
      touchFeed(tx, tokenHash, NOON),
    );
    assert.deepEqual(
      (await list()).map((feed) => [feed.id, feed.lastUsedAt]),
      [[id, NOON]],
    );
    assert.deepEqual(await suite.api((tx) => listFeeds(tx, 'team', randomUUID())), []);
  });

  it('are of monitors that there are', () =>
    assert.rejects(make('nothing'), storeError('notFound')));

  it('are so many and no more', async () => {
    for (let at = 0; at < MOST_FEEDS; at += 1) await make();
    await assert.rejects(make(), storeError('invalid'));
  });

  it('end when their owner ends them, and nobody else can', async () => {
    const { id, tokenHash } = await make();
    const end = (user: string) => suite.api((tx) => revokeFeed(tx, 'team', user, id, NOON));
    assert.equal(await end(randomUUID()), false);
    assert.ok(await find(tokenHash));
    assert.equal(await end(ann), true);
    assert.equal(await find(tokenHash), undefined);
    assert.equal(await end(ann), false);
  });

  it('end with the membership, for good', async () => {
    const { tokenHash } = await make();
    await suite.api((tx) => removeMember(tx, 'team', { userId: ann, by: ann, now: NOON }));
    await suite.api((tx) => setMembership(tx, 'team', ann, 'viewer', NOON));
    assert.equal(await find(tokenHash), undefined);
  });

  it('end when their owner is shut out, for good', async () => {
    const { tokenHash } = await make();
    await asApi((tx) => disableUser(tx, ann, NOON));
    assert.equal(await find(tokenHash), undefined);
    await asApi((tx) => enableUser(tx, ann));
    assert.equal(await find(tokenHash), undefined);
  });

  it('end with everything of a person, and with everything of all', async () => {
    const first = await make();
    await asApi((tx) => revokeUser(tx, ann));
    assert.equal(await find(first.tokenHash), undefined);
    const second = await make();
    assert.ok(await find(second.tokenHash));
    await asApi((tx) => revokeAll(tx, NOON));
    assert.equal(await find(second.tokenHash), undefined);
  });

  it('E1 are not there for another workspace', async () => {
    await make();
    const { rows } = await suite.api((tx) => tx.query('SELECT 1 FROM feeds'), 'other');
    assert.deepEqual(rows, []);
  });
});

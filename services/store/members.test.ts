import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setMembership, signInUser, type MemberRole } from './identity.ts';
import {
  acceptInvitation,
  createInvitation,
  findInvitation,
  listInvitations,
  MOST_OPEN,
  renewInvitation,
  revokeInvitation,
} from './invitations.ts';
import { changeRole, listMembers, removeMember } from './members.ts';
import { NOON } from './testing/monitors.ts';
import { storeError, untilBlocked, useDatabase } from './testing/suite.ts';
import { createApiToken, listApiTokens } from './tokens.ts';
import { withTokenHash, withTransaction } from './workspace.ts';

const DAY_MS = 86_400_000;
const later = (ms: number): Date => new Date(NOON.getTime() + ms);

describe('members and invitations', () => {
  const suite = useDatabase();
  let ann: string;
  let bob: string;
  const newUser = async (subject: string, email: string | null = null): Promise<string> => {
    const identity = { issuer: 'https://id.example', subject, email, displayName: subject };
    const made = await withTransaction(suite.db.pool('mon_api'), (tx) =>
      signInUser(tx, identity, { now: NOON, newId: randomUUID }),
    );
    return made.id;
  };
  const join = (userId: string, role: MemberRole, workspace = 'team'): Promise<void> =>
    suite.api((tx) => setMembership(tx, workspace, userId, role, NOON), workspace);
  const roles = async (workspace = 'team') =>
    Object.fromEntries(
      (await suite.api((tx) => listMembers(tx, workspace), workspace)).map((member) => [
        member.displayName,
        member.role,
      ]),
    );
  const change = (userId: string, role: MemberRole, by = ann) =>
    suite.api((tx) => changeRole(tx, 'team', { userId, by, role, now: NOON }));
  const remove = (userId: string, by = userId) =>
    suite.api((tx) => removeMember(tx, 'team', { userId, by, now: NOON }));
  const hash = () => Buffer.from(randomUUID().repeat(2)).subarray(0, 32);
  const invite = async (address: string, by = ann, createdAt = NOON) => {
    const [id, tokenHash] = [randomUUID(), hash()];
    const expiresAt = new Date(createdAt.getTime() + 7 * DAY_MS);
    await suite.api((tx) =>
      createInvitation(tx, {
        workspace: 'team',
        id,
        address,
        role: 'editor',
        invitedBy: by,
        tokenHash,
        createdAt,
        expiresAt,
      }),
    );
    return { id, tokenHash, expiresAt };
  };
  const find = (tokenHash: Uint8Array) =>
    withTokenHash(suite.db.pool('mon_api'), tokenHash, (tx) => findInvitation(tx, tokenHash));

  beforeEach(async () => {
    const all = suite.db.pool('postgres');
    await all.query('DELETE FROM invitations');
    await all.query('DELETE FROM memberships');
    await all.query('DELETE FROM users');
    ann = await newUser('ann', 'ann@corp.example');
    bob = await newUser('bob', 'bob@corp.example');
    await join(ann, 'owner');
    await join(bob, 'viewer');
  });

  it('invite nobody once they own the workspace no more, though they were let in to ask', async () => {
    const { id, tokenHash, expiresAt } = await invite('eve@corp.example');
    await join(bob, 'owner');
    await change(ann, 'editor');
    const isGone = { code: 'notFound' };
    await assert.rejects(invite('mallory@corp.example'), isGone);
    const renewal = { workspace: 'team', id, invitedBy: ann, tokenHash, expiresAt };
    await assert.rejects(
      suite.api((tx) => renewInvitation(tx, renewal)),
      isGone,
    );
  });

  it('A17 are changed by nobody who owns the workspace no more, though they were let in to ask', async () => {
    await join(bob, 'owner');
    await change(ann, 'editor', bob);
    const isGone = { code: 'notFound', message: /do not own this workspace any more/ };
    await assert.rejects(change(ann, 'owner'), isGone);
    await assert.rejects(change(bob, 'viewer'), isGone);
    await assert.rejects(remove(bob, ann), isGone);
    assert.deepEqual(await roles(), { ann: 'editor', bob: 'owner' });
    assert.equal(await remove(ann), 'editor');
  });

  it('A17 wait for a change of who asks that is under way, and see it', async () => {
    await join(bob, 'owner');
    const late = await suite.api(async (tx) => {
      await changeRole(tx, 'team', { userId: ann, by: bob, role: 'viewer', now: NOON });
      const removal = remove(bob, ann).catch((error: unknown) => error);
      await untilBlocked(suite.db);
      return { removal };
    });
    assert.match(String(await late.removal), /do not own this workspace any more/);
  });

  it('become something else, and say what they were', async () => {
    assert.equal(await change(bob, 'owner'), 'viewer');
    assert.deepEqual(await roles(), { ann: 'owner', bob: 'owner' });
    assert.equal(await change(ann, 'editor'), 'owner');
    assert.deepEqual(await roles(), { ann: 'editor', bob: 'owner' });
  });

  it('keep their last owner, who can neither be demoted nor leave', async () => {
    await assert.rejects(change(ann, 'editor'), /only owner of the workspace/);
    await assert.rejects(remove(ann), storeError('invalid'));
    assert.deepEqual(await roles(), { ann: 'owner', bob: 'viewer' });
  });

  for (const [what, go] of [
    ['leave', (user: string) => remove(user)],
    ['are demoted', (user: string) => change(user, 'viewer', user)],
  ] as const)
    it(`keep one of two owners who ${what} at the same time`, async () => {
      await join(bob, 'owner');
      for (let round = 0; round < 10; round += 1) {
        const ends = await Promise.allSettled([go(ann), go(bob)]);
        assert.deepEqual(ends.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
        const owners = Object.values(await roles()).filter((role) => role === 'owner');
        assert.equal(owners.length, 1);
        await join(ann, 'owner');
        await join(bob, 'owner');
      }
    });

  it('lose their tokens in the workspace when they go, and nowhere else', async () => {
    const make = (workspace: string) =>
      suite.api(
        (tx) =>
          createApiToken(tx, workspace, {
            id: randomUUID(),
            userId: bob,
            name: 'x',
            scope: 'read',
            tokenHash: hash(),
            createdAt: NOON,
            expiresAt: null,
          }),
        workspace,
      );
    await join(bob, 'owner', 'other');
    await make('team');
    await make('other');
    await remove(bob);
    await join(bob, 'viewer');
    const left = (workspace: string) =>
      suite.api((tx) => listApiTokens(tx, workspace, bob, NOON), workspace);
    assert.deepEqual([(await left('team')).length, (await left('other')).length], [0, 1]);
    assert.deepEqual(await roles('other'), { bob: 'owner' });
  });

  it('E1 are none of another workspace', async () => {
    await join(bob, 'owner', 'other');
    const other = (work: Parameters<typeof suite.api>[0]) => suite.api(work, 'other');
    await assert.rejects(
      other((tx) => changeRole(tx, 'other', { userId: ann, by: ann, role: 'viewer', now: NOON })),
      storeError('notFound'),
    );
    await assert.rejects(
      other((tx) => changeRole(tx, 'team', { userId: bob, by: ann, role: 'owner', now: NOON })),
      storeError('notFound'),
    );
    const { id } = await invite('eve@corp.example');
    await assert.rejects(
      other((tx) => revokeInvitation(tx, 'team', id, NOON)),
      storeError('notFound'),
    );
    assert.deepEqual(await other((tx) => listInvitations(tx, 'team')), []);
  });

  it('A15 are found by the hash of an invitation alone, and by no other', async () => {
    const { tokenHash, id } = await invite('eve@corp.example');
    await invite('dan@corp.example');
    const seen = await withTokenHash(suite.db.pool('mon_api'), tokenHash, (tx) =>
      tx.query<{ id: string }>('SELECT id FROM invitations'),
    );
    assert.deepEqual(seen.rows, [{ id }]);
    assert.equal(await find(hash()), undefined);
  });

  it('join by an invitation, in its role, and stay what they are when they are members', async () => {
    const eve = await newUser('eve', 'eve@corp.example');
    const first = await invite('eve@corp.example');
    const accept = (tokenHash: Uint8Array, userId: string) =>
      withTokenHash(suite.db.pool('mon_api'), tokenHash, async (tx) => {
        const found = await findInvitation(tx, tokenHash);
        assert.ok(found);
        await acceptInvitation(tx, found, userId, NOON);
      });
    await accept(first.tokenHash, eve);
    assert.deepEqual((await roles())['eve'], 'editor');
    assert.equal((await find(first.tokenHash))?.acceptedBy, eve);
    const second = await invite('new@corp.example');
    await accept(second.tokenHash, bob);
    assert.deepEqual((await roles())['bob'], 'viewer');
  });

  it('cannot be invited', async () => {
    await assert.rejects(invite('bob@corp.example'), storeError('conflict'));
  });

  it('are invited by one open link an address', async () => {
    const [first, second] = [
      await invite('eve@corp.example'),
      await invite('eve@corp.example', ann, later(1000)),
    ];
    assert.deepEqual((await find(first.tokenHash))?.revokedAt, later(1000));
    assert.equal((await find(second.tokenHash))?.revokedAt, null);
  });

  it('are invited by no older link once a newer was made', async () => {
    const { id, tokenHash } = await invite('eve@corp.example');
    const again = { workspace: 'team', id, invitedBy: ann, tokenHash: hash() };
    await suite.api((tx) => renewInvitation(tx, { ...again, expiresAt: later(9 * DAY_MS) }));
    assert.equal(await find(tokenHash), undefined);
    assert.deepEqual((await find(again.tokenHash))?.expiresAt, later(9 * DAY_MS));
    await suite.api((tx) => revokeInvitation(tx, 'team', id, NOON));
    await assert.rejects(
      suite.api((tx) => renewInvitation(tx, { ...again, expiresAt: later(0) })),
      storeError('notFound'),
    );
    await assert.rejects(
      suite.api((tx) => revokeInvitation(tx, 'team', id, NOON)),
      storeError('notFound'),
    );
  });

  it('are invited by nobody who owns the workspace no more', async () => {
    await join(bob, 'owner');
    const byBob = await invite('eve@corp.example', bob);
    const byAnn = await invite('dan@corp.example', ann);
    await change(bob, 'editor');
    assert.deepEqual((await find(byBob.tokenHash))?.revokedAt, NOON);
    assert.equal((await find(byAnn.tokenHash))?.revokedAt, null);
  });

  it('E15 leave nothing of an accepted invitation behind with their account', async () => {
    const eve = await newUser('eve', 'eve@corp.example');
    const { tokenHash } = await invite('eve@corp.example');
    const byAnn = await invite('dan@corp.example');
    await withTokenHash(suite.db.pool('mon_api'), tokenHash, async (tx) => {
      const found = await findInvitation(tx, tokenHash);
      assert.ok(found);
      await acceptInvitation(tx, found, eve, NOON);
    });
    await suite.db.pool('postgres').query('DELETE FROM users WHERE id = ANY ($1)', [[eve, ann]]);
    assert.equal(await find(tokenHash), undefined);
    const orphan = await find(byAnn.tokenHash);
    assert.deepEqual([orphan?.invitedBy, orphan?.isInviterIn], [null, false]);
  });

  it('are invited a hundred at a time at most; what is over a month is forgotten', async () => {
    for (let n = 0; n < MOST_OPEN; n += 1) await invite(`p${n}@corp.example`);
    await assert.rejects(invite('one@more.example'), storeError('invalid'));
    await invite('one@more.example', ann, later(38 * DAY_MS));
    const listed = await suite.api((tx) => listInvitations(tx, 'team'));
    assert.deepEqual(
      listed.map(({ address, inviterName }) => [address, inviterName]),
      [['one@more.example', 'ann']],
    );
  });
});

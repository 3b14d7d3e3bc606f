import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { claimAccountMails, finishAccountMail } from './accountMailsOutbox.ts';
import {
  MAILS_OF_ALL,
  MAILS_OF_WORKSPACE,
  MAILS_TO_ADDRESS,
  deleteInvitedAddresses,
  enqueueInvitationMail,
  findInvitedAddress,
  stopInvitationMails,
  takeInvitationMail,
  type InvitationMail,
} from './invitationMails.ts';
import { isStopFor, readStopToken } from './invitationMailsLink.ts';
import {
  declineInvitation,
  findInvitationTo,
  listInvitations,
  listInvitationsTo,
  revokeInvitation,
} from './invitations.ts';
import { insertRow } from './testing/rows.ts';
import { useDatabase } from './testing/suite.ts';
import { withTransaction, withUser } from './workspace.ts';

const NOON = new Date('2026-03-01T12:00:00Z');
const DAY = 86_400;
const later = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1000);
const BOB = 'bob@example.org';

describe('mails that invite', () => {
  const suite = useDatabase();
  let ann: string;
  let bob: string;

  beforeEach(async () => {
    await suite.db
      .pool('postgres')
      .query('DELETE FROM invitations; DELETE FROM invited_addresses; DELETE FROM users');
    [ann, bob] = [randomUUID(), randomUUID()];
    for (const [id, name] of [
      [ann, 'ann'],
      [bob, 'bob'],
    ] as const)
      await insertRow(suite.db.pool('mon_api'), 'users', {
        id,
        issuer: 'https://accounts.example',
        subject: id,
        email: `${name}@example.org`,
        display_name: name,
        created_at: NOON,
      });
  });

  const invite = async (address = BOB, workspace = 'team', at = NOON): Promise<string> => {
    const id = randomUUID();
    await suite.api(
      (tx) =>
        tx.query(
          `UPDATE invitations SET revoked_at = $3 WHERE workspace_id = $1 AND address = $2
             AND revoked_at IS NULL`,
          [workspace, address, at],
        ),
      workspace,
    );
    await suite.api(
      (tx) =>
        insertRow(tx, 'invitations', {
          workspace_id: workspace,
          id,
          address,
          role: 'editor',
          token_hash: Buffer.from(id),
          invited_by: ann,
          created_at: at,
          expires_at: later(7 * DAY),
        }),
      workspace,
    );
    return id;
  };
  const enqueue = (
    id: string,
    address = BOB,
    workspace = 'team',
    now = NOON,
  ): Promise<InvitationMail> =>
    suite.api((tx) => enqueueInvitationMail(tx, { id, address, now }), workspace);
  const mail = async (address = BOB, workspace = 'team', at = NOON): Promise<InvitationMail> =>
    enqueue(await invite(address, workspace, at), address, workspace, at);
  const take = async (id: string, now = NOON, isFirst = true) => {
    const { rows } = await suite.db
      .pool('postgres')
      .query<{ workspace: string }>(
        'SELECT workspace_id AS workspace FROM invitations WHERE id = $1',
        [id],
      );
    const invitation = { workspace: rows[0]?.workspace ?? '', id };
    return takeInvitationMail(suite.db.pool('mon_scheduler'), invitation, { now, isFirst });
  };
  const why = (made: { readonly kind: string; readonly why?: string }): string => made.why ?? '';

  it('are claimed with their invitation, each for itself', async () => {
    const ids = [await invite(), await invite('eve@example.org')];
    await enqueue(ids[0] ?? '');
    await enqueue(ids[1] ?? '', 'eve@example.org');
    const claims = await claimAccountMails(suite.db.pool('mon_scheduler'), {
      now: NOON,
      leaseMs: 1000,
      limit: 8,
      owner: 'one',
    });
    assert.deepEqual(new Set(claims.map(({ invitation }) => invitation?.id)), new Set(ids));
    assert.deepEqual(
      claims.map(({ userId, kind }) => [userId, kind]),
      [
        [null, 'invited'],
        [null, 'invited'],
      ],
    );
  });

  it('say who invites, to what and as what, and hold no token of the invitation', async () => {
    const id = await invite();
    const { stopToken, ...said } = (await take(id)) as { readonly stopToken: string };
    assert.deepEqual(said, {
      kind: 'mail',
      address: BOB,
      inviter: 'ann',
      workspace: 'Team',
      role: 'editor',
      expiresAt: later(7 * DAY),
    });
    assert.ok(!stopToken.includes(Buffer.from(id).toString('base64url')));
  });

  for (const [what, statement] of [
    ['was taken back', `UPDATE invitations SET revoked_at = now()`],
    ['was accepted', `UPDATE invitations SET accepted_at = now()`],
    ['is too old', `UPDATE invitations SET expires_at = '2026-03-01T12:00:00Z'`],
    ['is of somebody who is gone', `UPDATE invitations SET invited_by = NULL`],
    ['is of somebody who is shut out', `UPDATE users SET disabled_at = now()`],
  ] as const)
    it(`are not sent once the invitation ${what}`, async () => {
      const id = await invite();
      await suite.db.pool('postgres').query(statement);
      assert.match(why(await take(id)), /was over before its mail went out/);
    });

  it('E11 go three times a day from one workspace to one address, however often it is invited', async () => {
    for (let nth = 0; nth < MAILS_TO_ADDRESS; nth += 1)
      assert.deepEqual(await mail(), { kind: 'queued' });
    assert.match(why(await mail()), /got 3 invitations of this workspace within a day/);
    assert.equal((await mail(BOB, 'other')).kind, 'queued');
    assert.equal((await mail('eve@example.org')).kind, 'queued');
    assert.equal((await mail(BOB, 'team', later(DAY))).kind, 'queued');
  });

  it('E11 are fifty a day of one workspace', async () => {
    for (let nth = 0; nth < MAILS_OF_WORKSPACE; nth += 1)
      assert.equal((await mail(`p${nth}@example.org`)).kind, 'queued');
    assert.match(
      why(await mail('one@example.org')),
      /50 invitations of this workspace were mailed/,
    );
    assert.equal((await mail('one@example.org', 'other')).kind, 'queued');
  });

  it('E11 are five a day to one address of all workspaces, also of those that are gone', async () => {
    for (let nth = 0; nth < MAILS_OF_ALL; nth += 1) {
      const id = await invite(BOB, nth % 2 === 0 ? 'team' : 'other');
      assert.equal((await take(id)).kind, 'mail');
      // Another try of the same mail is no other mail.
      assert.equal((await take(id, NOON, false)).kind, 'mail');
      await suite.db.pool('postgres').query('DELETE FROM invitations');
    }
    const id = await invite();
    assert.match(why(await take(id)), /got enough invitations within a day/);
    assert.equal((await take(id, later(DAY))).kind, 'mail');
  });

  it('E11 count each of two that go to one address at the same time', async () => {
    const ids: string[] = [];
    for (let nth = 0; nth < MAILS_OF_ALL * 2; nth += 1) {
      const workspace = `w${nth}`;
      await suite.db
        .pool('postgres')
        .query(
          `INSERT INTO workspaces (id, display_name, kind, created_at) VALUES ($1, 'W', 'team', now())`,
          [workspace],
        );
      ids.push(await invite(BOB, workspace));
    }
    const taken = await Promise.all(ids.map((id) => take(id)));
    assert.equal(taken.filter(({ kind }) => kind === 'mail').length, MAILS_OF_ALL);
  });

  it('go to nobody who said no by the link of one, of whatever workspace', async () => {
    const taken = await take(await invite());
    const token = readStopToken(taken.kind === 'mail' ? taken.stopToken : '');
    assert.ok(token);
    const found = await withTransaction(suite.db.pool('mon_api'), (tx) =>
      findInvitedAddress(tx, token.addressId),
    );
    assert.ok(found && isStopFor(token, found));
    assert.ok(!isStopFor({ ...token, signature: Buffer.alloc(32) }, found));
    await withTransaction(suite.db.pool('mon_api'), (tx) =>
      stopInvitationMails(tx, found.id, NOON),
    );
    for (const workspace of ['team', 'other'])
      assert.match(why(await take(await invite(BOB, workspace))), /wants no invitations by mail/);
    assert.equal((await take(await invite('eve@example.org'))).kind, 'mail');
    assert.equal(
      await deleteInvitedAddresses(suite.db.pool('mon_scheduler'), later(91 * DAY), 100),
      1,
    );
    assert.match(why(await take(await invite())), /wants no invitations by mail/);
  });

  it('go from a workspace to nobody who declined it', async () => {
    const id = await invite();
    await withUser(suite.db.pool('mon_api'), bob, async (tx) => {
      const found = await findInvitationTo(tx, BOB, id);
      assert.ok(found);
      await declineInvitation(tx, found, NOON);
    });
    assert.match(why(await mail()), /has declined an invitation into this workspace/);
    assert.equal((await mail(BOB, 'other')).kind, 'queued');
  });

  it('tell the workspace what became of the newest, and no other', async () => {
    const id = await invite();
    await enqueue(id);
    const pool = suite.db.pool('mon_scheduler');
    const claims = await claimAccountMails(pool, {
      now: NOON,
      leaseMs: 1000,
      limit: 1,
      owner: 'one',
    });
    await finishAccountMail(pool, claims[0] ?? assert.fail(), { kind: 'dead', error: 'no' }, NOON);
    const read = async (workspace: string) =>
      (await suite.api((tx) => listInvitations(tx, workspace), workspace)).map(
        ({ mailState, mailError }) => [mailState, mailError],
      );
    assert.deepEqual([await read('team'), await read('other')], [[['dead', 'no']], []]);
    await enqueue(id, BOB, 'team', later(1));
    assert.deepEqual(await read('team'), [['pending', null]]);
  });

  it('E2 leave invitations to an address to whoever has it, and nothing to others', async () => {
    const id = await invite();
    const seen = (userId: string, address = BOB) =>
      withUser(suite.db.pool('mon_api'), userId, async (tx) => [
        (await listInvitationsTo(tx, address, NOON)).length,
        (await findInvitationTo(tx, address, id))?.workspaceName,
      ]);
    assert.deepEqual(await seen(bob), [1, 'Team']);
    assert.deepEqual(await seen(ann), [0, undefined]);
    await suite.api((tx) => revokeInvitation(tx, 'team', id, NOON));
    assert.deepEqual(await seen(bob), [0, 'Team']);
    await assert.rejects(
      withUser(suite.db.pool('mon_api'), bob, (tx) =>
        tx.query("UPDATE invitations SET role = 'owner', revoked_at = NULL"),
      ),
      /breaks a rule|policy|not allowed/i,
    );
  });
});

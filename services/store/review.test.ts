import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { listAccountEvents } from './accountEvents.ts';
import { appendAudit } from './audit.ts';
import { setMembership, signInUser } from './identity.ts';
import {
  findUsersNamed,
  listUsers,
  setPlatformAdmin,
  withReview,
  type UserLine,
} from './review.ts';
import { revokeUser } from './revocation.ts';
import { withFactors } from './secondFactors.ts';
import { createSession } from './sessions.ts';
import { later, NOON } from './testing/monitors.ts';
import { insertRow } from './testing/rows.ts';
import { useDatabase } from './testing/suite.ts';
import { createApiToken } from './tokens.ts';
import { PLATFORM_WORKSPACE, withTransaction, withWorkspace } from './workspace.ts';

const DAY_MS = 86_400_000;
const daysBefore = (days: number): Date => later(NOON, -days * DAY_MS);

describe('the review of accounts', () => {
  const suite = useDatabase();
  const pool = () => suite.db.pool('mon_api');
  const superuser = () => suite.db.pool('postgres');

  beforeEach(() => superuser().query('DELETE FROM users; TRUNCATE audit, audit_heads'));

  const newUser = async (subject: string, createdAt = daysBefore(400)): Promise<string> => {
    const identity = { issuer: 'https://id.example', subject, email: `${subject}@Example.org` };
    const made = { now: createdAt, newId: randomUUID };
    const user = await withTransaction(pool(), (tx) =>
      signInUser(tx, { ...identity, displayName: subject }, made),
    );
    return user.id;
  };
  const session = (userId: string, at: Date): Promise<void> =>
    withTransaction(pool(), (tx) =>
      createSession(
        tx,
        {
          idHash: Buffer.from(randomUUID()),
          userId,
          csrfHash: Buffer.from('x'),
          createdAt: at,
          expiresAt: later(NOON, DAY_MS),
          userAgent: null,
        },
        0,
      ),
    );
  const token = async (
    userId: string,
    usedAt: Date | null,
    workspace = 'team',
  ): Promise<string> => {
    const id = randomUUID();
    const made = {
      id,
      userId,
      name: 'x',
      scope: 'read',
      createdAt: NOON,
      expiresAt: null,
    } as const;
    await suite.api(async (tx) => {
      await createApiToken(tx, workspace, { ...made, tokenHash: Buffer.from(id) });
      await tx.query('UPDATE api_tokens SET last_used_at = $2 WHERE id = $1', [id, usedAt]);
    }, workspace);
    return id;
  };
  const platform = (actor: string, action: string, subject: string, at: Date, detail = {}) =>
    withWorkspace(pool(), PLATFORM_WORKSPACE, (tx) =>
      appendAudit(tx, PLATFORM_WORKSPACE, { at, actor, action, subject, detail }),
    );
  const review = (unseenSince?: Date): Promise<readonly UserLine[]> =>
    withReview(pool(), async (tx) => (await listUsers(tx, NOON, { unseenSince })).items);
  const names = async (unseenSince?: Date): Promise<string[]> =>
    (await review(unseenSince)).map(({ displayName }) => displayName).toSorted();

  it('says when somebody was last seen, by what, and what the person may do', async () => {
    const ann = await newUser('ann');
    await platform(`user:${ann}`, 'sign-in', `user/${ann}`, daysBefore(9));
    await session(ann, daysBefore(3));
    await token(ann, daysBefore(5));
    await token(ann, daysBefore(4), 'other');
    await superuser().query(
      "UPDATE api_tokens SET revoked_at = now() WHERE workspace_id = 'other'",
    );
    await suite.api((tx) => setMembership(tx, 'team', ann, 'editor', NOON));
    await insertRow(superuser(), 'passkeys', {
      user_id: ann,
      id: randomUUID(),
      name: 'x',
      credential_id: randomUUID(),
      public_key: Buffer.from('k'),
      counter: 0,
      transports: [],
      created_at: NOON,
    });
    const [line] = await review();
    assert.ok(line);
    assert.deepEqual(
      [line.lastSeenAt, line.lastSignInAt, line.lastUsedAt, line.tokenLastUsedAt],
      [daysBefore(3), daysBefore(9), daysBefore(3), daysBefore(4)],
    );
    assert.deepEqual([line.tokens, line.passkeys, line.hasApp], [1, 1, false]);
    assert.deepEqual(line.memberships, [{ workspace: 'team', role: 'editor' }]);
  });

  it('counts no token that was ended with all else', async () => {
    const ann = await newUser('ann');
    await token(ann, null);
    await withTransaction(pool(), (tx) => revokeUser(tx, ann));
    assert.equal((await review())[0]?.tokens, 0);
  });

  it('finds whom nobody has seen since, by whatever means', async () => {
    const [a, b, c] = [await newUser('a'), await newUser('b'), await newUser('c')];
    await newUser('d');
    await newUser('new', daysBefore(10));
    await session(a, daysBefore(10));
    await token(b, daysBefore(10));
    await platform(`user:${c}`, 'sign-in', `user/${c}`, daysBefore(10));
    assert.deepEqual(await names(daysBefore(90)), ['d']);
    assert.deepEqual(await names(daysBefore(5)), ['a', 'b', 'c', 'd', 'new']);
    assert.deepEqual(await names(), ['a', 'b', 'c', 'd', 'new']);
  });

  it('goes on page by page', async () => {
    for (const name of ['a', 'b', 'c']) await newUser(name);
    const page = (cursor?: string) =>
      withReview(pool(), (tx) => listUsers(tx, NOON, { limit: 2, cursor }));
    const first = await page();
    const second = await page(first.nextCursor);
    assert.deepEqual([first.items.length, second.items.length], [2, 1]);
    assert.equal(new Set([...first.items, ...second.items].map(({ id }) => id)).size, 3);
    assert.equal(second.nextCursor, undefined);
  });

  it('E2 shows nothing of factors, tokens and memberships to who does not review', async () => {
    const ann = await newUser('ann');
    await token(ann, NOON);
    await suite.api((tx) => setMembership(tx, 'team', ann, 'editor', NOON));
    const items = await withWorkspace(pool(), PLATFORM_WORKSPACE, (tx) => listUsers(tx, NOON));
    assert.deepEqual(
      items.items.map(({ tokens, memberships }) => [tokens, memberships]),
      [[0, []]],
    );
  });

  it('finds people by id or address, however it is written', async () => {
    const ann = await newUser('ann');
    await newUser('bob');
    const find = async (name: string): Promise<string[]> =>
      (await withTransaction(pool(), (tx) => findUsersNamed(tx, name))).map(({ id }) => id);
    for (const name of [ann, ann.toUpperCase(), 'ANN@example.ORG'])
      assert.deepEqual(await find(name), [ann], name);
    for (const name of ['ann', '%', "' OR 1=1 --"]) assert.deepEqual(await find(name), [], name);
  });

  describe('administrators of the installation', () => {
    const set = (user: string, isAdmin: boolean, force = false) =>
      withTransaction(pool(), (tx) => setPlatformAdmin(tx, user, isAdmin, force));
    const admins = async (): Promise<number> =>
      (await review()).filter(({ platformAdmin }) => platformAdmin).length;

    it('are made and taken back, but for the last one', async () => {
      const [ann, bob] = [await newUser('ann'), await newUser('bob')];
      assert.equal(await set(ann, true), 'done');
      assert.equal(await set(ann, false), 'lastAdministrator');
      assert.equal(await set(bob, true), 'done');
      assert.equal(await set(ann, false), 'done');
      assert.equal(await admins(), 1);
      assert.equal(await set(bob, false, true), 'done');
      assert.equal(await admins(), 0);
      assert.equal(await set(randomUUID(), true), 'notFound');
    });

    it('are not counted while they are shut out', async () => {
      const [ann, bob] = [await newUser('ann'), await newUser('bob')];
      await set(ann, true);
      await set(bob, true);
      await superuser().query('UPDATE users SET disabled_at = now() WHERE id = $1', [bob]);
      assert.equal(await set(ann, false), 'lastAdministrator');
    });

    it('of two who take each other’s right away at the same time one stays', async () => {
      const both = [await newUser('ann'), await newUser('bob')];
      for (const user of both) await set(user, true);
      const changes = await Promise.all(both.map((user) => set(user, false)));
      assert.deepEqual(changes.toSorted(), ['done', 'lastAdministrator']);
    });
  });

  describe('what others did with an account', () => {
    const events = (user: string) =>
      withFactors(pool(), user, async (tx) => (await listAccountEvents(tx, user)).items);

    it('E16 is told to its person: what, when, by whom and why', async () => {
      const [ann, root] = [await newUser('ann'), await newUser('root')];
      await platform(`user:${root}`, 'user.disable', `user/${ann}`, NOON, { reason: 'left' });
      await platform('kubectl', 'user.enable', `user/${ann}`, NOON, { askedBy: 'ops' });
      const found = await events(ann);
      assert.deepEqual(
        found.map(({ seq: _seq, ...event }) => event),
        [
          {
            at: NOON,
            actor: 'kubectl',
            action: 'user.enable',
            byName: null,
            reason: null,
            askedBy: 'ops',
          },
          {
            at: NOON,
            actor: `user:${root}`,
            action: 'user.disable',
            byName: 'root',
            reason: 'left',
            askedBy: null,
          },
        ],
      );
    });

    it('E16 has what ended the sessions of everybody since the account is there', async () => {
      await platform('kubectl', 'revoke-all', 'installation', daysBefore(2));
      const ann = await newUser('ann', daysBefore(1));
      await platform('kubectl', 'revoke-all', 'installation', NOON);
      await platform('kubectl', 'freeze', 'installation', NOON);
      const ofNow = (await events(ann)).map(({ action, at }) => [action, at]);
      assert.deepEqual(ofNow, [['revoke-all', NOON]]);
    });

    it('E16 has nothing that the person did, and nothing of anybody else', async () => {
      const [ann, bob] = [await newUser('ann'), await newUser('bob')];
      await platform(`user:${ann}`, 'sign-in', `user/${ann}`, NOON);
      await platform('kubectl', 'user.disable', `user/${bob}`, NOON);
      assert.deepEqual(await events(ann), []);
    });
  });
});

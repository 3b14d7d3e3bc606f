import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import type { User } from './identity.ts';
import {
  ensureWorkspace,
  findRole,
  findUser,
  getWorkspace,
  listMemberships,
  setMembership,
  signInUser,
} from './identity.ts';
import {
  createSession,
  findSession,
  revokeSession,
  revokeSessions,
  touchSession,
} from './sessions.ts';
import type { MemberRole } from './identity.ts';
import { revokeUser } from './revocation.ts';
import { later, NOON } from './testing/monitors.ts';
import { storeError, useDatabase } from './testing/suite.ts';
import type { OneTimeToken, TokenPurpose } from './tokens.ts';
import {
  createApiToken,
  createOneTimeToken,
  findApiToken,
  peekOneTimeToken,
  touchApiToken,
  useOneTimeToken,
} from './tokens.ts';
import type { Tx } from './workspace.ts';
import { withTokenHash, withTransaction, withUser } from './workspace.ts';

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
const deps = { now: NOON, newId: randomUUID };
const IDLE = 30 * 60_000;
const HOUR = 3_600_000;

describe('identity', () => {
  const suite = useDatabase();
  let user: User;
  let secret: Buffer;
  const plainly = <T>(work: (tx: Tx) => Promise<T>) =>
    withTransaction(suite.db.pool('mon_api'), work);
  const byHash = <T>(hash: Uint8Array, work: (tx: Tx) => Promise<T>) =>
    withTokenHash(suite.db.pool('mon_api'), hash, work);
  const signIn = (subject: string = randomUUID(), issuer = 'https://issuer.example') =>
    plainly((tx) =>
      signInUser(tx, { issuer, subject, email: 'a@b.example', displayName: 'Anna' }, deps),
    );
  beforeEach(async () => {
    user = await signIn();
    secret = hashOf(randomUUID());
  });

  it('makes a user at the first sign-in and finds the same one later', async () => {
    const again = await signIn(user.subject);
    assert.equal(again.id, user.id);
    assert.deepEqual(await plainly((tx) => findUser(tx, user.id)), again);
  });

  it('A23 never takes two identities with the same address as one user', async () => {
    const other = await signIn(user.subject, 'https://evil.example');
    assert.notEqual(other.id, user.id);
  });

  it('makes one user when the first two sign-ins come together', async () => {
    const subject = randomUUID();
    const users = await Promise.all([signIn(subject), signIn(subject), signIn(subject)]);
    assert.equal(new Set(users.map(({ id }) => id)).size, 1);
  });

  it('makes a workspace once and keeps its name', async () => {
    const workspace = {
      id: 'anna',
      displayName: 'Anna',
      kind: 'personal',
      createdAt: NOON,
    } as const;
    await plainly((tx) => ensureWorkspace(tx, workspace));
    await plainly((tx) => ensureWorkspace(tx, { ...workspace, displayName: 'Other' }));
    assert.deepEqual(await plainly((tx) => getWorkspace(tx, 'anna')), workspace);
  });

  it('says not found for a workspace that is not there', async () => {
    await assert.rejects(
      plainly((tx) => getWorkspace(tx, 'nothing')),
      storeError('notFound'),
    );
  });

  it('gives a role, changes it, and lists it for its user', async () => {
    const set = (role: 'viewer' | 'owner') =>
      suite.api((tx) => setMembership(tx, 'team', user.id, role, NOON));
    await set('viewer');
    await set('owner');
    assert.equal(await suite.api((tx) => findRole(tx, 'team', user.id)), 'owner');
    const mine = await withUser(suite.db.pool('mon_api'), user.id, (tx) =>
      listMemberships(tx, user.id),
    );
    assert.deepEqual(mine, [{ workspace: 'team', role: 'owner' }]);
  });

  it('knows no role in a workspace that a user is not in', async () => {
    assert.equal(await suite.api((tx) => findRole(tx, 'team', user.id)), undefined);
  });

  describe('sessions', () => {
    const find = (now = NOON, hash: Uint8Array = secret) =>
      plainly((tx) => findSession(tx, hash, now, IDLE));
    beforeEach(() =>
      plainly((tx) =>
        createSession(
          tx,
          {
            idHash: secret,
            userId: user.id,
            csrfHash: hashOf('csrf'),
            createdAt: NOON,
            expiresAt: later(NOON, 12 * HOUR),
            userAgent: 'test',
          },
          user.tokenEpoch,
        ),
      ),
    );

    it('finds the session of a cookie with its user', async () => {
      const session = await find();
      assert.deepEqual(session?.user, user);
      assert.deepEqual(
        [session.userId, session.createdAt, session.userAgent],
        [user.id, NOON, 'test'],
      );
      assert.deepEqual(Buffer.from(session.csrfHash), hashOf('csrf'));
    });

    it('A7 finds none for another cookie', async () => {
      assert.equal(await find(NOON, hashOf('guess')), undefined);
    });

    it('A8 ends when it was idle for half an hour', async () => {
      assert.ok(await find(later(NOON, IDLE - 1)));
      assert.equal(await find(later(NOON, IDLE)), undefined);
    });

    it('A8 goes on with use and ends after twelve hours all the same', async () => {
      await plainly((tx) => touchSession(tx, secret, later(NOON, 12 * HOUR - 1)));
      assert.ok(await find(later(NOON, 12 * HOUR - 1)));
      assert.equal(await find(later(NOON, 12 * HOUR)), undefined);
    });

    it('is not used earlier than it was', async () => {
      await plainly((tx) => touchSession(tx, secret, later(NOON, -HOUR)));
      assert.deepEqual((await find())?.lastUsedAt, NOON);
    });

    it('A11 ends at the sign-out', async () => {
      await plainly((tx) => revokeSession(tx, secret, NOON));
      assert.equal(await find(), undefined);
    });

    it('A11 ends with all sessions of the user', async () => {
      assert.equal(await plainly((tx) => revokeSessions(tx, user.id, NOON)), 1);
      assert.equal(await find(), undefined);
      assert.equal(await plainly((tx) => revokeSessions(tx, user.id, NOON)), 0);
    });

    it('A12 ends when the epoch of the user is raised', async () => {
      await plainly((tx) => revokeUser(tx, user.id));
      assert.equal(await find(), undefined);
    });

    it('A11 ends when the user is disabled', async () => {
      await plainly((tx) =>
        tx.query('UPDATE users SET disabled_at = now() WHERE id = $1', [user.id]),
      );
      assert.equal(await find(), undefined);
    });
  });

  describe('API tokens', () => {
    const create = (row: { expiresAt?: Date | null } = {}) =>
      suite.api((tx) =>
        createApiToken(tx, 'team', {
          id: randomUUID(),
          userId: user.id,
          name: 'ci',
          scope: 'write',
          tokenHash: secret,
          createdAt: NOON,
          expiresAt: null,
          ...row,
        }),
      );
    const find = (now = NOON, hash: Uint8Array = secret) =>
      byHash(hash, (tx) => findApiToken(tx, hash, now));

    const join = (role: MemberRole) =>
      suite.api((tx) => setMembership(tx, 'team', user.id, role, NOON));
    beforeEach(() => join('owner'));

    it('are found by their hash, whatever their workspace', async () => {
      await create();
      const token = await find();
      assert.deepEqual([token?.workspace, token?.userId, token?.scope], ['team', user.id, 'write']);
    });

    it('come with what their owner is by now', async () => {
      await create();
      assert.equal((await find())?.role, 'owner');
      await join('viewer');
      assert.equal((await find())?.role, 'viewer');
    });

    it('E1 come with no role when their owner has left the workspace', async () => {
      await create();
      await suite.api((tx) => tx.query('DELETE FROM memberships WHERE user_id = $1', [user.id]));
      assert.equal((await find())?.role, null);
    });

    it('are never given with their hash', async () => {
      await create();
      assert.ok(!('tokenHash' in ((await find()) ?? {})));
    });

    it('are not found by another hash', async () => {
      await create();
      assert.equal(await find(NOON, hashOf('guess')), undefined);
    });

    it('are hidden from who looks with another hash than the transaction has', async () => {
      await create();
      assert.equal(
        await byHash(hashOf('guess'), (tx) => findApiToken(tx, secret, NOON)),
        undefined,
      );
    });

    it('end at their time', async () => {
      await create({ expiresAt: later(NOON, 1_000) });
      assert.ok(await find(later(NOON, 999)));
      assert.equal(await find(later(NOON, 1_000)), undefined);
    });

    it('end with their user', async () => {
      await create();
      await plainly((tx) =>
        tx.query('UPDATE users SET disabled_at = now() WHERE id = $1', [user.id]),
      );
      assert.equal(await find(), undefined);
    });

    it('remember when they were used', async () => {
      await create();
      await byHash(secret, (tx) => touchApiToken(tx, secret, later(NOON, 5)));
      assert.deepEqual((await find())?.lastUsedAt, later(NOON, 5));
    });
  });

  describe('one-time tokens', () => {
    const life = { createdAt: NOON, expiresAt: later(NOON, 600_000) };
    const token = (patch: Partial<OneTimeToken> = {}): OneTimeToken => ({
      purpose: 'sign-in',
      workspace: null,
      userId: null,
      subject: null,
      ...patch,
    });
    const create = (patch: Partial<OneTimeToken> = {}) =>
      byHash(secret, (tx) => createOneTimeToken(tx, secret, token(patch), life));
    const take = (purpose: TokenPurpose = 'sign-in', now = NOON) =>
      byHash(secret, (tx) => useOneTimeToken(tx, secret, purpose, now));

    it('work once', async () => {
      await create({ userId: user.id });
      assert.deepEqual(await take(), token({ userId: user.id }));
      assert.equal(await take(), undefined);
    });

    it('work for one of ten that come at the same time', async () => {
      await create();
      const taken = await Promise.all(Array.from({ length: 10 }, () => take()));
      assert.equal(taken.filter(Boolean).length, 1);
    });

    for (const other of ['acknowledge', 'confirm-recipient', 'login'] satisfies TokenPurpose[])
      it(`A15 made for a sign-in do not ${other}`, async () => {
        await create();
        assert.equal(await take(other), undefined);
        assert.ok(await take());
      });

    it('end at their time', async () => {
      await create();
      assert.equal(await take('sign-in', life.expiresAt), undefined);
    });

    it('can be looked at without being used, as mail scanners do', async () => {
      const subject = randomUUID();
      await suite.scheduler((tx) =>
        createOneTimeToken(
          tx,
          secret,
          token({ purpose: 'acknowledge', workspace: 'team', subject }),
          life,
        ),
      );
      const peek = () => byHash(secret, (tx) => peekOneTimeToken(tx, secret, 'acknowledge', NOON));
      assert.deepEqual(await peek(), await peek());
      assert.equal((await take('acknowledge'))?.subject, subject);
      assert.equal(await peek(), undefined);
    });
  });
});

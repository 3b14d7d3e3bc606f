import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { findUser, setMembership, signInUser, type User } from './identity.ts';
import { frozenBy, setFrozen, setFrozenByApi } from './freeze.ts';
import { disableUser, enableUser, revokeAll, revokeUser } from './revocation.ts';
import { createSession, findSession, listSessions } from './sessions.ts';
import { later, NOON } from './testing/monitors.ts';
import { useDatabase } from './testing/suite.ts';
import {
  createApiToken,
  createOneTimeToken,
  findApiToken,
  findApiTokenById,
  listApiTokens,
  peekOneTimeToken,
  type TokenPurpose,
} from './tokens.ts';
import { withTokenHash, withTransaction, type Tx } from './workspace.ts';

const HOUR = 3_600_000;
const newHash = (): Buffer => createHash('sha256').update(randomUUID()).digest();

/** A user with one of each credential; each answers whether it is alive. */
interface Holder {
  readonly user: User;
  alive(): Promise<Record<'session' | 'token' | 'tokenById' | 'link', boolean>>;
}

const ALL = { session: true, token: true, tokenById: true, link: true };
const NONE = { session: false, token: false, tokenById: false, link: false };

describe('revocation', () => {
  const suite = useDatabase();
  const plainly = <T>(work: (tx: Tx) => Promise<T>) =>
    withTransaction(suite.db.pool('mon_api'), work);
  const byHash = <T>(hash: Uint8Array, work: (tx: Tx) => Promise<T>) =>
    withTokenHash(suite.db.pool('mon_api'), hash, work);
  const signIn = (subject: string = randomUUID(), issuer = 'https://issuer.example') =>
    plainly((tx) =>
      signInUser(
        tx,
        { issuer, subject, email: null, displayName: 'Anna' },
        { now: NOON, newId: randomUUID },
      ),
    );
  const keepLink = (user: User, hash: Buffer, purpose: TokenPurpose, workspace = 'team') =>
    suite.api(
      (tx) =>
        createOneTimeToken(
          tx,
          hash,
          { purpose, workspace, userId: user.id, subject: null },
          { createdAt: NOON, expiresAt: later(NOON, HOUR) },
        ),
      workspace,
    );
  const peek = async (hash: Buffer, purpose: TokenPurpose): Promise<boolean> =>
    (await byHash(hash, (tx) => peekOneTimeToken(tx, hash, purpose, NOON))) !== undefined;

  /** Credentials as a sign-in of now would make them. */
  async function equip({ issuer, subject }: User): Promise<Holder> {
    const user = await signIn(subject, issuer);
    const [session, token, link, id] = [newHash(), newHash(), newHash(), randomUUID()];
    const times = { createdAt: NOON, expiresAt: later(NOON, HOUR) };
    const made = { idHash: session, userId: user.id, csrfHash: newHash(), userAgent: null };
    await plainly((tx) => createSession(tx, { ...made, ...times }, user.tokenEpoch));
    const scope = { scope: 'read' as const, name: 'ci' };
    await suite.api(async (tx) => {
      await setMembership(tx, 'team', user.id, 'owner', NOON);
      await createApiToken(tx, 'team', {
        id,
        userId: user.id,
        tokenHash: token,
        ...scope,
        ...times,
      });
    });
    await keepLink(user, link, 'sign-in');
    const found = async (work: (tx: Tx) => Promise<unknown>) => (await plainly(work)) !== undefined;
    return {
      user,
      alive: async () => ({
        session: await found((tx) => findSession(tx, session, NOON, HOUR)),
        token: (await byHash(token, (tx) => findApiToken(tx, token, NOON))) !== undefined,
        tokenById: (await suite.api((tx) => findApiTokenById(tx, 'team', id, NOON))) !== undefined,
        link: await peek(link, 'sign-in'),
      }),
    };
  }
  const newHolder = async (): Promise<Holder> => equip(await signIn());

  it('A12 ends the credentials of everybody, and those made afterwards live', async () => {
    const [anna, ben] = [await newHolder(), await newHolder()];
    assert.deepEqual([await anna.alive(), await ben.alive()], [ALL, ALL]);
    await plainly((tx) => revokeAll(tx, NOON));
    assert.deepEqual([await anna.alive(), await ben.alive()], [NONE, NONE]);
    const again = await equip(anna.user);
    assert.deepEqual(await again.alive(), ALL);
    await plainly((tx) => revokeAll(tx, NOON));
    assert.deepEqual([await anna.alive(), await again.alive()], [NONE, NONE]);
  });

  it('A12 never lets an older credential live again, whichever epochs are raised', async () => {
    const anna = await newHolder();
    for (const raise of [
      (tx: Tx) => revokeUser(tx, anna.user.id),
      (tx: Tx) => revokeAll(tx, NOON),
      (tx: Tx) => revokeUser(tx, anna.user.id),
    ]) {
      const now = await equip(anna.user);
      await plainly<unknown>(raise);
      assert.deepEqual([await anna.alive(), await now.alive()], [NONE, NONE]);
    }
  });

  it('A11 ends what one user has and nothing of others', async () => {
    const [anna, ben] = [await newHolder(), await newHolder()];
    assert.equal(await plainly((tx) => revokeUser(tx, anna.user.id)), true);
    assert.deepEqual([await anna.alive(), await ben.alive()], [NONE, ALL]);
  });

  it('A11 shuts a user out, and what was before stays dead when the user comes back', async () => {
    const anna = await newHolder();
    await plainly((tx) => disableUser(tx, anna.user.id, NOON));
    assert.deepEqual(await anna.alive(), NONE);
    assert.deepEqual((await equip(anna.user)).user.disabledAt, NOON);
    assert.equal(await plainly((tx) => enableUser(tx, anna.user.id)), true);
    assert.deepEqual(await anna.alive(), NONE);
    assert.deepEqual(await (await equip(anna.user)).alive(), ALL);
  });

  it('keeps when a user was shut out first', async () => {
    const { user } = await newHolder();
    await plainly((tx) => disableUser(tx, user.id, NOON));
    await plainly((tx) => disableUser(tx, user.id, later(NOON, HOUR)));
    assert.deepEqual((await plainly((tx) => findUser(tx, user.id)))?.disabledAt, NOON);
  });

  it('says when there is no such user', async () => {
    const id = randomUUID();
    const answers = [
      await plainly((tx) => revokeUser(tx, id)),
      await plainly((tx) => disableUser(tx, id, NOON)),
      await plainly((tx) => enableUser(tx, id)),
    ];
    assert.deepEqual(answers, [false, false, false]);
  });

  it('lists nothing that has ended so', async () => {
    const { user } = await newHolder();
    const lists = async () => [
      (await plainly((tx) => listSessions(tx, user.id, NOON, HOUR))).length,
      (await suite.api((tx) => listApiTokens(tx, 'team', user.id, NOON))).length,
    ];
    assert.deepEqual(await lists(), [1, 1]);
    await plainly((tx) => revokeAll(tx, NOON));
    assert.deepEqual(await lists(), [0, 0]);
  });

  it('ends sign-ins that are under way, and no link of a message', async () => {
    const { user } = await newHolder();
    const purposes: TokenPurpose[] = ['login', 'acknowledge', 'confirm-recipient'];
    const links = purposes.map((purpose) => ({ purpose, hash: newHash() }));
    for (const { purpose, hash } of links) await keepLink(user, hash, purpose, 'other');
    await plainly((tx) => revokeAll(tx, NOON));
    const alive = await Promise.all(links.map(({ purpose, hash }) => peek(hash, purpose)));
    assert.deepEqual(alive, [false, true, true]);
  });

  it('E2 shows sign-ins of all workspaces to nobody but who revokes', async () => {
    const { user } = await newHolder();
    await keepLink(user, newHash(), 'sign-in', 'other');
    const seen = (tx: Tx) => tx.query('SELECT 1 FROM one_time_tokens');
    assert.equal((await plainly(seen)).rowCount, 0);
    const after = await plainly(async (tx) => {
      await revokeUser(tx, randomUUID());
      return seen(tx);
    });
    assert.equal(after.rowCount, 0);
  });

  it('takes nobody for an administrator but who holds the installation', async () => {
    const [own, pod] = [await signIn('owner', 'local'), await signIn('operator', 'duckmon')];
    const other = await signIn('owner', 'https://local.example');
    assert.deepEqual(
      [own, pod, other].map(({ platformAdmin }) => platformAdmin),
      [true, true, false],
    );
  });

  it('lets the api freeze for its own side, and write nothing else there', async () => {
    const pool = suite.db.pool('mon_api');
    await setFrozenByApi(pool, true);
    assert.deepEqual(await frozenBy(pool), ['api']);
    await assert.rejects(setFrozen(pool, 'operator', true), /permission denied/);
    await setFrozenByApi(pool, false);
    assert.deepEqual(await frozenBy(pool), []);
  });

  it('lets only the api raise the epoch of all', async () => {
    const sql = 'INSERT INTO global_epochs (epoch, raised_at) VALUES (9, now())';
    await assert.rejects(suite.db.pool('mon_scheduler').query(sql), /permission denied/);
  });
});

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { beginRequest, REQUEST_LIFE_MS } from './idempotency.ts';
import { signInUser } from './identity.ts';
import { createSession } from './sessions.ts';
import { deleteEnded } from './sweep.ts';
import { later, NOON } from './testing/monitors.ts';
import { useDatabase } from './testing/suite.ts';
import { createOneTimeToken, type TokenPurpose } from './tokens.ts';
import { withTokenHash, withTransaction } from './workspace.ts';

const HOUR = 3_600_000;
const newHash = (): Buffer => createHash('sha256').update(randomUUID()).digest();

describe('what has ended', () => {
  const suite = useDatabase();
  let userId = '';
  const plainly = <T>(work: Parameters<typeof withTransaction<T>>[1]) =>
    withTransaction(suite.db.pool('mon_api'), work);
  const sweep = (now: Date, limit = 100) => deleteEnded(suite.db.pool('mon_scheduler'), now, limit);
  const count = async (table: string): Promise<number> => {
    const { rows } = await suite.db
      .pool('postgres')
      .query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    return rows[0]?.n ?? 0;
  };
  const session = (expiresAt: Date) =>
    plainly((tx) =>
      createSession(
        tx,
        {
          idHash: newHash(),
          csrfHash: newHash(),
          userId,
          createdAt: NOON,
          expiresAt,
          userAgent: null,
        },
        0,
      ),
    );
  const token = (workspace: string | null, expiresAt: Date, purpose: TokenPurpose) => {
    const hash = newHash();
    const make = (tx: Parameters<typeof createOneTimeToken>[0]) =>
      createOneTimeToken(
        tx,
        hash,
        { purpose, workspace, userId: null, subject: null },
        { createdAt: NOON, expiresAt },
      );
    return workspace === null
      ? withTokenHash(suite.db.pool('mon_api'), hash, make)
      : suite.api(make, workspace);
  };
  const answer = (workspace: string, at: Date) =>
    suite.api((tx) => beginRequest(tx, workspace, randomUUID(), 'h', at), workspace);

  beforeEach(async () => {
    await suite.db.pool('postgres').query('TRUNCATE sessions, one_time_tokens, idempotency_keys');
    const user = await plainly((tx) =>
      signInUser(
        tx,
        { issuer: 'local', subject: randomUUID(), email: null, displayName: 'Anna' },
        { now: NOON, newId: randomUUID },
      ),
    );
    userId = user.id;
  });

  it('deletes sessions past their end and leaves the others', async () => {
    await session(NOON);
    await session(later(NOON, HOUR));
    assert.equal(await sweep(NOON), 0);
    assert.equal(await sweep(later(NOON, 1)), 1);
    assert.equal(await count('sessions'), 1);
  });

  it('deletes one-time tokens past their end in every workspace and in none', async () => {
    await token('team', NOON, 'acknowledge');
    await token('other', NOON, 'confirm-recipient');
    await token(null, NOON, 'sign-in');
    await token('team', later(NOON, HOUR), 'acknowledge');
    assert.equal(await sweep(later(NOON, 1)), 3);
    assert.equal(await count('one_time_tokens'), 1);
  });

  it('deletes answers of an Idempotency-Key after their life in every workspace', async () => {
    await answer('team', NOON);
    await answer('other', NOON);
    await answer('team', later(NOON, HOUR));
    assert.equal(await sweep(later(NOON, REQUEST_LIFE_MS)), 0);
    assert.equal(await sweep(later(NOON, REQUEST_LIFE_MS + 1)), 2);
    assert.equal(await count('idempotency_keys'), 1);
  });

  it('deletes no more than a batch of each kind, the oldest first', async () => {
    for (const minutes of [3, 1, 2]) {
      const end = later(NOON, minutes * 60_000);
      await session(end);
      await token('team', end, 'acknowledge');
      await answer('team', later(end, -REQUEST_LIFE_MS));
    }
    assert.equal(await sweep(later(NOON, HOUR), 2), 6);
    const { rows } = await suite.db
      .pool('postgres')
      .query<{ at: Date }>('SELECT expires_at AS at FROM sessions');
    assert.deepEqual(rows, [{ at: later(NOON, 180_000) }]);
  });

  it("E2 shows the scheduler no other workspace's tokens and answers while it works in one", async () => {
    await token('other', NOON, 'acknowledge');
    await answer('other', NOON);
    const deleted = await suite.scheduler(async (tx) => {
      const tokens = await tx.query('DELETE FROM one_time_tokens');
      const answers = await tx.query('DELETE FROM idempotency_keys');
      return [tokens.rowCount, answers.rowCount];
    });
    assert.deepEqual(deleted, [0, 0]);
  });
});

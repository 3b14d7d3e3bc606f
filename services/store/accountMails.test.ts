import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { enqueueAccountMail, listAccountMails } from './accountMails.ts';
import {
  accountMailsFullUntil,
  claimAccountMails,
  deleteAccountMails,
  finishAccountMail,
  nextAccountMailAt,
  readAccountMail,
  recoverAccountMails,
  type AccountMailClaim,
} from './accountMailsOutbox.ts';
import { disableUser } from './revocation.ts';
import { insertRow } from './testing/rows.ts';
import { storeError, useDatabase } from './testing/suite.ts';
import { withTransaction, withUser, withWorkspace } from './workspace.ts';

const NOON = new Date('2026-03-01T12:00:00Z');
const later = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1000);
const FACTOR = { kind: 'factorChanged', action: 'passkey.add', name: 'phone' } as const;

describe('mails about accounts in the database', () => {
  const suite = useDatabase();
  let ann: string;
  let bob: string;

  beforeEach(async () => {
    await suite.db.pool('postgres').query('DELETE FROM users');
    [ann, bob] = [randomUUID(), randomUUID()];
    for (const [id, issuer] of [
      [ann, 'https://accounts.example'],
      [bob, 'duckmon'],
    ] as const)
      await insertRow(suite.db.pool('mon_api'), 'users', {
        id,
        issuer,
        subject: id,
        email: `${issuer === 'duckmon' ? 'bob' : 'ann'}@example.org`,
        display_name: 'U',
        created_at: NOON,
      });
  });

  const tell = (userId: string, key: string = randomUUID(), at = NOON): Promise<void> =>
    suite.api((tx) => enqueueAccountMail(tx, { userId, key, at, notice: FACTOR }));
  const claim = (now = NOON, owner = 'one'): Promise<AccountMailClaim[]> =>
    claimAccountMails(suite.db.pool('mon_scheduler'), { now, leaseMs: 60_000, limit: 8, owner });
  const finish = (
    mail: AccountMailClaim | undefined,
    outcome: Parameters<typeof finishAccountMail>[2],
    now = NOON,
  ): Promise<boolean> =>
    finishAccountMail(suite.db.pool('mon_scheduler'), mail ?? assert.fail(), outcome, now);
  const states = async (userId = ann): Promise<string[]> =>
    (
      await withUser(suite.db.pool('mon_api'), userId, (tx) => listAccountMails(tx, userId, 50))
    ).map(({ state }) => state);
  const sent = { kind: 'accepted', providerId: 'p', final: false } as const;

  it('are written with what they tell of, or not at all', async () => {
    const failed = suite.api(async (tx) => {
      await enqueueAccountMail(tx, { userId: ann, key: 'k', at: NOON, notice: FACTOR });
      throw new Error('the change failed');
    });
    await assert.rejects(failed, /the change failed/);
    assert.deepEqual(await claim(), []);
  });

  it('A9 are one for one key, also when fifty ask for it at the same time', async () => {
    await Promise.all(Array.from({ length: 50 }, () => tell(ann, 'refresh-reused/1')));
    assert.equal((await claim()).length, 1);
    assert.deepEqual(await states(), ['sending']);
  });

  it('E2 are seen by the person alone, and by no workspace', async () => {
    await tell(ann);
    assert.deepEqual(await states(bob), []);
    const foreign = await withUser(suite.db.pool('mon_api'), bob, (tx) =>
      listAccountMails(tx, ann, 50),
    );
    assert.deepEqual(foreign, []);
    const all = 'SELECT id FROM account_mails';
    assert.deepEqual((await suite.api((tx) => tx.query(all))).rows, []);
    assert.deepEqual((await suite.scheduler((tx) => tx.query(all))).rows, []);
  });

  it('E2 are changed by the scheduler alone', async () => {
    await tell(ann);
    for (const statement of [
      "UPDATE account_mails SET state = 'sent'",
      'DELETE FROM account_mails',
    ])
      await assert.rejects(
        withUser(suite.db.pool('mon_api'), ann, (tx) => tx.query(statement)),
        storeError('invalid'),
      );
  });

  it('go to the address that a provider has verified, never to one of an issuer of our own', async () => {
    await tell(ann);
    await tell(bob);
    const addresses = await Promise.all(
      (await claim()).map(
        async (mail) => (await readAccountMail(suite.db.pool('mon_scheduler'), mail)).address,
      ),
    );
    assert.deepEqual(new Set(addresses), new Set(['ann@example.org', null]));
  });

  it('are claimed by one of two dispatchers', async () => {
    await tell(ann);
    const both = await Promise.all([claim(NOON, 'one'), claim(NOON, 'two')]);
    assert.equal(both.flat().length, 1);
  });

  it('are unknown when the lease of a send has ended', async () => {
    await tell(ann);
    await claim();
    assert.deepEqual(await claim(later(59)), []);
    const [again] = await claim(later(60));
    assert.deepEqual([again?.state, again?.attempts], ['unknown', 1]);
  });

  it('are taken over at once from a dispatcher of the same name', async () => {
    await tell(ann);
    await claim();
    const pool = suite.db.pool('mon_scheduler');
    assert.equal(await recoverAccountMails(pool, 'two', later(1)), 0);
    assert.equal(await recoverAccountMails(pool, 'one', later(1)), 1);
    assert.equal((await claim(later(1)))[0]?.state, 'unknown');
  });

  it('are fenced: who has lost the lease writes nothing', async () => {
    await tell(ann);
    const [first] = await claim();
    const [second] = await claim(later(60));
    assert.equal(await finish(first, { kind: 'dead', error: 'late' }), false);
    assert.equal(await finish(second, sent), true);
    assert.deepEqual(await states(), ['sent']);
  });

  it('that wait join the one that goes, and end with it', async () => {
    for (const second of [0, 1, 2]) await tell(ann, `k${second}`, later(second));
    await tell(bob);
    const mails = await claim(later(10));
    const lead = mails.find(({ userId }) => userId === ann);
    assert.equal(mails.length, 2);
    const { notices } = await readAccountMail(
      suite.db.pool('mon_scheduler'),
      lead ?? assert.fail(),
    );
    assert.deepEqual(
      notices.map(({ at, notice }) => [at, notice]),
      [0, 1, 2].map((second) => [later(second), FACTOR]),
    );
    assert.deepEqual(await states(), ['joined', 'joined', 'sending']);
    await finish(lead, { kind: 'dead', error: 'refused' });
    assert.deepEqual(await states(), ['dead', 'dead', 'dead']);
  });

  it('join no mail that was tried already: each attempt says the same', async () => {
    await tell(ann, 'first');
    const [first] = await claim();
    await tell(ann, 'second', later(1));
    await finish(first, { kind: 'retry', at: later(2), error: '500' }, later(1));
    const [again] = await claim(later(2));
    assert.deepEqual([again?.id, await states()], [first?.id, ['pending', 'sending']]);
    await finish(again, sent, later(3));
    assert.equal((await claim(later(3))).length, 1);
  });

  it('wait in the order of their person, and keep nobody else waiting', async () => {
    await tell(ann, 'a1');
    const [first] = await claim();
    await finish(first, { kind: 'retry', at: later(600), error: '500' });
    await tell(ann, 'a2', later(1));
    await tell(bob, 'b1', later(2));
    assert.deepEqual(
      (await claim(later(5))).map(({ userId }) => userId),
      [bob],
    );
    assert.deepEqual(await nextAccountMailAt(suite.db.pool('mon_scheduler')), later(65));
  });

  it('of one hour are counted: six, whatever they also told of', async () => {
    const pool = suite.db.pool('mon_scheduler');
    for (let nth = 0; nth < 6; nth += 1) {
      assert.equal(await accountMailsFullUntil(pool, ann, 6, later(nth * 60)), undefined);
      for (const each of ['a', 'b']) await tell(ann, `${nth}${each}`, later(nth * 60));
      await finish((await claim(later(nth * 60)))[0], sent, later(nth * 60));
    }
    assert.deepEqual(await accountMailsFullUntil(pool, ann, 6, later(400)), later(3_600));
    assert.equal(await accountMailsFullUntil(pool, bob, 6, later(400)), undefined);
    assert.equal(await accountMailsFullUntil(pool, ann, 6, later(3_600)), undefined);
  });

  it('A9 that had joined one come along when that joins an older one, which was written later', async () => {
    await tell(ann, 'b', later(1));
    await tell(ann, 'c', later(2));
    await finish((await claim(later(2)))[0], { kind: 'defer', at: later(60), error: 'enough' });
    await tell(ann, 'a', NOON);
    const [mail] = await claim(later(60));
    const { notices } = await readAccountMail(
      suite.db.pool('mon_scheduler'),
      mail ?? assert.fail(),
    );
    assert.deepEqual(
      notices.map(({ at }) => at),
      [NOON, later(1), later(2)],
    );
    await finish(mail, sent);
    assert.deepEqual(await states(), ['sent', 'sent', 'sent']);
  });

  it('that were deferred were not tried', async () => {
    await tell(ann);
    await finish((await claim())[0], { kind: 'defer', at: later(60), error: 'enough' });
    const [again] = await claim(later(60));
    assert.deepEqual([again?.attempts, again?.firstAttemptAt], [1, later(60)]);
  });

  it('are deleted when their end is old, and never before it', async () => {
    await tell(ann, 'a');
    await tell(ann, 'b');
    const pool = suite.db.pool('mon_scheduler');
    const [lead] = await claim();
    assert.equal(await deleteAccountMails(pool, later(10_000), 100), 0);
    await finish(lead, { kind: 'notConfigured', error: 'no mail' });
    assert.equal(await deleteAccountMails(pool, NOON, 100), 0);
    assert.equal(await deleteAccountMails(pool, later(1), 100), 2);
  });

  it('go with the person', async () => {
    await tell(ann);
    await withTransaction(suite.db.pool('mon_api'), (tx) =>
      tx.query('DELETE FROM users WHERE id = $1', [ann]),
    );
    assert.deepEqual(await claim(), []);
  });

  it('tell who is shut out, once', async () => {
    for (const second of [0, 1])
      await withWorkspace(suite.db.pool('mon_api'), '_platform', (tx) =>
        disableUser(tx, ann, later(second)),
      );
    const mails = await claim(later(5));
    assert.deepEqual(
      mails.map(({ userId, kind }) => [userId, kind]),
      [[ann, 'accountDisabled']],
    );
    assert.deepEqual(await states(), ['sending']);
  });
});

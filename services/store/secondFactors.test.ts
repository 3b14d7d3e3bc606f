import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  findStepUpState,
  listFactorChanges,
  markSteppedUp,
  noteFactorChange,
  replaceRecoveryCodes,
  useRecoveryCode,
  withFactors,
} from './secondFactors.ts';
import {
  addPasskey,
  listPasskeys,
  notePasskeyUse,
  removePasskey,
  setChallenge,
  takeChallenge,
} from './secondFactorsPasskeys.ts';
import { findApp, noteAppUse, proposeApp } from './secondFactorsTotp.ts';
import { insertRow } from './testing/rows.ts';
import { storeError, useDatabase } from './testing/suite.ts';
import { withTransaction, type Tx } from './workspace.ts';

const NOON = new Date('2026-03-01T12:00:00Z');
const later = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1000);

describe('second factors in the database', () => {
  const suite = useDatabase();
  let [ann, bob]: string[] = [];
  let session: Buffer;

  beforeEach(async () => {
    [ann, bob] = [randomUUID(), randomUUID()];
    session = randomBytes(32);
    const pool = suite.db.pool('mon_api');
    for (const id of [ann, bob])
      await insertRow(pool, 'users', {
        id,
        issuer: 'local',
        subject: id,
        display_name: 'U',
        created_at: NOON,
      });
    await insertRow(pool, 'sessions', {
      id_hash: session,
      user_id: ann,
      csrf_hash: session,
      token_epoch: 0,
      created_at: NOON,
      last_used_at: NOON,
      expires_at: later(3_600),
    });
  });

  const as = <T>(
    userId: string | undefined,
    work: (tx: Tx, id: string) => Promise<T>,
  ): Promise<T> =>
    withFactors(suite.db.pool('mon_api'), userId ?? '', (tx) => work(tx, userId ?? ''));
  const passkey = (credentialId = randomUUID()) => ({
    id: randomUUID(),
    name: 'Laptop',
    credentialId,
    publicKey: randomBytes(77),
    counter: 5,
    transports: ['internal'],
    createdAt: NOON,
  });
  const app = { sealed: randomBytes(60), dataKeyId: 'k' };

  it('E1 are seen and changed by nobody but their owner', async () => {
    const own = passkey();
    await as(ann, (tx, id) => addPasskey(tx, id, own));
    await as(ann, (tx, id) => proposeApp(tx, id, app, NOON));
    assert.deepEqual(await as(bob, (tx) => listPasskeys(tx, ann ?? '')), []);
    assert.equal(await as(bob, (tx) => findApp(tx, ann ?? '')), undefined);
    assert.equal(await as(bob, (tx) => removePasskey(tx, ann ?? '', own.id)), undefined);
    await assert.rejects(
      as(bob, (tx) => addPasskey(tx, ann ?? '', passkey())),
      storeError('invalid'),
    );
    assert.equal((await as(ann, (tx, id) => listPasskeys(tx, id))).length, 1);
  });

  it('are nothing to the scheduler but how many apps lie under which data key', async () => {
    for (const asked of [
      '1 FROM passkeys',
      '1 FROM recovery_codes',
      '1 FROM factor_changes',
      'sealed FROM authenticator_apps',
      'user_id FROM authenticator_apps',
    ])
      await assert.rejects(
        withTransaction(suite.db.pool('mon_scheduler'), (tx) => tx.query(`SELECT ${asked}`)),
        storeError('invalid'),
      );
    await as(ann, (tx, id) => proposeApp(tx, id, app, NOON));
    const { rows } = await suite.db
      .pool('mon_scheduler')
      .query('SELECT data_key_id AS key FROM authenticator_apps');
    assert.ok(rows.some(({ key }) => key === app.dataKeyId));
  });

  it('of one kind belong to one person: the same passkey is not added twice', async () => {
    const own = passkey();
    assert.equal(await as(ann, (tx, id) => addPasskey(tx, id, own)), true);
    const copy = passkey(own.credentialId);
    assert.equal(await as(bob, (tx, id) => addPasskey(tx, id, copy)), false);
  });

  it('A17 never count a passkey back', async () => {
    const own = passkey();
    await as(ann, (tx, id) => addPasskey(tx, id, own));
    await as(ann, (tx, id) => notePasskeyUse(tx, id, own.id, 3, later(1)));
    const [kept] = await as(ann, (tx, id) => listPasskeys(tx, id));
    assert.deepEqual([kept?.counter, kept?.lastUsedAt], [5, later(1)]);
  });

  const challenge = { challenge: 'abc', expiresAt: later(120) };
  const take = (purpose: 'enrol' | 'step-up', seconds = 1): Promise<string | undefined> =>
    as(ann, (tx) => takeChallenge(tx, session, purpose, later(seconds)));

  it('A17 give a challenge once, in time, and for its purpose', async () => {
    const set = (): Promise<void> => as(ann, (tx) => setChallenge(tx, session, 'enrol', challenge));
    await set();
    assert.equal(await take('step-up'), undefined);
    assert.equal(await take('enrol', 121), undefined);
    await set();
    const both = await Promise.all([take('enrol'), take('enrol')]);
    assert.deepEqual(
      both.filter((found) => found !== undefined),
      ['abc'],
    );
  });

  it('A17 take a recovery code of many at once a single time', async () => {
    const hash = randomBytes(32);
    await as(ann, (tx, id) => replaceRecoveryCodes(tx, id, [hash, randomBytes(32)], NOON));
    assert.equal(await as(bob, (tx, id) => useRecoveryCode(tx, id, hash, NOON)), false);
    const uses = await Promise.all(
      Array.from({ length: 8 }, () => as(ann, (tx, id) => useRecoveryCode(tx, id, hash, NOON))),
    );
    assert.equal(uses.filter(Boolean).length, 1);
  });

  it('A17 confirm only the app whose code was looked at', async () => {
    await as(ann, (tx, id) => proposeApp(tx, id, app, NOON));
    const other = { sealed: randomBytes(60), step: 7 };
    assert.equal(await as(ann, (tx, id) => noteAppUse(tx, id, session, other, NOON)), false);
    const right = { sealed: app.sealed, step: 7 };
    assert.equal(await as(ann, (tx, id) => noteAppUse(tx, id, session, right, NOON)), true);
    assert.deepEqual((await as(ann, (tx, id) => findApp(tx, id)))?.confirmedAt, NOON);
    const again = await as(ann, (tx, id) => proposeApp(tx, id, { ...app, dataKeyId: 'x' }, NOON));
    assert.equal(again, false);
  });

  it('are of a session’s state once they count', async () => {
    const stateOf = () => as(ann, (tx, id) => findStepUpState(tx, session, id));
    const before = {
      signedInAt: NOON,
      steppedUpAt: null,
      passkeys: 0,
      hasApp: false,
      codesLeft: 0,
    };
    await as(ann, (tx, id) => proposeApp(tx, id, app, NOON));
    assert.deepEqual(await stateOf(), before);
    await as(ann, async (tx, id) => {
      await noteAppUse(tx, id, session, { sealed: app.sealed, step: 7 }, NOON);
      await addPasskey(tx, id, passkey());
      await replaceRecoveryCodes(tx, id, [randomBytes(32)], NOON);
      await markSteppedUp(tx, session, later(9));
    });
    const after = { steppedUpAt: later(9), passkeys: 1, hasApp: true, codesLeft: 1 };
    assert.deepEqual(await stateOf(), { ...before, ...after });
    assert.equal(await as(bob, (tx, id) => findStepUpState(tx, session, id)), undefined);
  });

  it('tell their changes, the newest first, and forget none', async () => {
    const ids = ['019aa000-0000-7000-8000-000000000001', '019aa000-0000-7000-8000-000000000002'];
    for (const id of ids)
      await as(ann, (tx, user) =>
        noteFactorChange(tx, user, { id, at: NOON, action: 'totp.add', name: '' }),
      );
    const changes = await as(ann, (tx, id) => listFactorChanges(tx, id, 10));
    assert.deepEqual(
      changes.map(({ id }) => id),
      ids.toReversed(),
    );
    await assert.rejects(
      as(ann, (tx) => tx.query('DELETE FROM factor_changes')),
      storeError('invalid'),
    );
  });
});

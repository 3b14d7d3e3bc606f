import assert from 'node:assert/strict';
import { systemClock } from '../../core/clock.ts';
import { newKeyEntry, type Keyring } from '../../core/keyring.ts';
import { askWorkspaceErasure } from '../../store/erasure.ts';
import type { Sql } from '../../store/pool.ts';
import { deleteSecret, putSecret } from '../../store/secrets.ts';
import { NOON } from '../../store/testing/monitors.ts';
import { storeError, untilBlocked, useDatabase } from '../../store/testing/suite.ts';
import type { Tx } from '../../store/workspace.ts';
import { SealError } from './box.ts';
import { sealSecret } from './envelope.ts';
import { createSecretReader, lockEnvelope, writeEnvelope, type SecretReader } from './reader.ts';
import { sealValues } from './seal.ts';

interface Row {
  readonly name: string;
  readonly content: Buffer;
  readonly data_key_id: string;
}
interface KeyRow {
  readonly id: string;
  readonly wrapped: Buffer;
  readonly wrapped_by: string;
  readonly versions: Buffer;
}

describe('Secrets that somebody with the database puts back', () => {
  const suite = useDatabase();
  const ring: Keyring = { keys: [newKeyEntry(NOON)] };
  let keys = ring;
  let reader: SecretReader;
  const newReader = (): SecretReader =>
    createSecretReader(suite.db.pool('mon_scheduler'), () => keys, {
      ...systemClock,
      now: () => NOON,
    });
  const superuser = () => suite.db.pool('postgres');
  beforeEach(async () => {
    await superuser().query('DELETE FROM secrets');
    await superuser().query('DELETE FROM data_keys');
    keys = ring;
    reader = newReader();
  });

  const put = (name: string, value: string, workspace = 'team', by = reader) =>
    by.put({ workspace, kind: 'Secret', name, data: { token: value }, managedBy: null });
  const read = (name: string, workspace = 'team', by = reader) =>
    by.secret(workspace, name, 'token');
  const rowOf = async (name: string): Promise<Row> => {
    const { rows } = await superuser().query<Row>(
      "SELECT name, content, data_key_id FROM secrets WHERE workspace_id = 'team' AND name = $1",
      [name],
    );
    assert.ok(rows[0]);
    return rows[0];
  };
  const keyRow = async (): Promise<KeyRow> => {
    const { rows } = await superuser().query<KeyRow>(
      "SELECT id, wrapped, wrapped_by, versions FROM data_keys WHERE workspace_id = 'team'",
    );
    assert.ok(rows[0]);
    return rows[0];
  };
  const putBack = ({ name, content, data_key_id }: Row) =>
    superuser().query(
      `INSERT INTO secrets (workspace_id, kind, name, keys, content, data_key_id, created_at, updated_at)
       VALUES ('team', 'Secret', $1, '{token}', $2, $3, now(), now())
       ON CONFLICT (workspace_id, kind, name) DO UPDATE SET content = $2, data_key_id = $3`,
      [name, content, data_key_id],
    );
  const putBackKey = ({ id, wrapped, wrapped_by, versions }: KeyRow) =>
    superuser().query(
      `UPDATE data_keys SET id = $1, wrapped = $2, wrapped_by = $3, versions = $4
       WHERE workspace_id = 'team'`,
      [id, wrapped, wrapped_by, versions],
    );
  /** As a version of the program before workspaces had keys stores one. */
  const putOlder = (name: string, value: string) =>
    suite.scheduler((tx) => {
      const sealed = sealValues(keys, { workspace: 'team', name }, { token: value });
      const meta = { kind: 'Secret', name, keys: ['token'], managedBy: null } as const;
      return putSecret(tx, 'team', { ...meta, ...sealed }, NOON);
    });

  it('E8 do not open: an older value of the same Secret', async () => {
    await put('mail', 'one');
    const old = await rowOf('mail');
    await put('mail', 'two');
    const newer = await rowOf('mail');
    await putBack(old);
    await assert.rejects(read('mail'), SealError);
    await putBack(newer);
    assert.equal(await read('mail'), 'two');
  });

  it('E8 do not open with the list of versions of that time either, where this process saw a newer one', async () => {
    await put('mail', 'one');
    const [old, oldKey] = [await rowOf('mail'), await keyRow()];
    await put('mail', 'two');
    await putBack(old);
    await putBackKey(oldKey);
    await assert.rejects(read('mail'), /if a backup was restored, start the scheduler again/);
    await assert.rejects(put('mail', 'three'), SealError);
  });

  it('E8 do not open beside a Secret that was sealed since, also for a process that saw nothing', async () => {
    await put('mail', 'one');
    const [old, oldKey] = [await rowOf('mail'), await keyRow()];
    await put('mail', 'two');
    await put('hook', 'kept');
    await putBack(old);
    await putBackKey(oldKey);
    await assert.rejects(read('hook', 'team', newReader()), SealError);
  });

  it('open for a process that saw nothing newer when the whole workspace is of that time, as after a restore', async () => {
    await put('mail', 'one');
    const [old, oldKey] = [await rowOf('mail'), await keyRow()];
    await put('mail', 'two');
    await putBack(old);
    await putBackKey(oldKey);
    assert.equal(await read('mail', 'team', newReader()), 'one');
  });

  it('E8 do not open after they were deleted, once another was stored', async () => {
    await put('mail', 'one');
    const old = await rowOf('mail');
    await suite.api((tx) => deleteSecret(tx, 'team', 'Secret', 'mail', { managedBy: null }));
    await put('hook', 'x');
    await putBack(old);
    await assert.rejects(read('mail'), /deleted and put back/);
  });

  it('E8 do not open in the older form over one of the newer', async () => {
    await putOlder('mail', 'one');
    const old = await rowOf('mail');
    assert.equal(await read('mail'), 'one');
    await put('mail', 'two');
    await putBack(old);
    await assert.rejects(read('mail'), SealError);
    await put('mail', 'three');
    assert.equal(await read('mail'), 'three');
  });

  it('E8 open in no other workspace, with its key or without', async () => {
    await put('mail', 'one');
    await put('mail', 'theirs', 'other');
    await superuser().query(
      `UPDATE secrets t SET content = s.content, data_key_id = s.data_key_id FROM secrets s
       WHERE s.workspace_id = 'team' AND t.workspace_id = 'other'`,
    );
    await assert.rejects(read('mail', 'other'), SealError);
    await superuser().query(
      `UPDATE data_keys t SET id = s.id, wrapped = s.wrapped, versions = s.versions FROM data_keys s
       WHERE s.workspace_id = 'team' AND t.workspace_id = 'other'`,
    );
    await assert.rejects(read('mail', 'other'), SealError);
  });

  it('are stored at the same time without one making the other unreadable', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `s${n}`);
    const readers = [reader, newReader()];
    await Promise.all(names.map((name, n) => put(name, name, 'team', readers[n % 2])));
    await Promise.all(names.map((name, n) => put('same', name, 'team', readers[n % 2])));
    for (const by of readers) {
      assert.deepEqual(await Promise.all(names.map((name) => read(name, 'team', by))), names);
      assert.ok(names.includes((await read('same', 'team', by)) ?? ''));
    }
  });

  it('read while another process writes, are never taken for old ones', async () => {
    const writer = newReader();
    await put('mail', '0');
    const reads = Array.from({ length: 40 }, () => read('mail'));
    for (let n = 1; n <= 20; n += 1) await put('mail', String(n), 'team', writer);
    for (const value of await Promise.all(reads)) assert.match(value ?? '', /^\d+$/);
    assert.equal(await read('mail'), '20');
  });

  it('E9 the api reads nothing of the keys, and the scheduler none of another workspace', async () => {
    await put('mail', 'one');
    for (const column of ['wrapped', 'versions', 'id'])
      await assert.rejects(
        suite.api((tx) => tx.query(`SELECT ${column} FROM data_keys`)),
        storeError('invalid'),
      );
    const { rows } = await suite.scheduler((tx) => tx.query('SELECT id FROM data_keys'), 'other');
    assert.deepEqual(rows, []);
  });

  it('E15 open nowhere once the erasure of their workspace was asked for: its key is gone', async () => {
    await superuser().query(
      `INSERT INTO workspaces (id, display_name, kind, created_at)
       VALUES ('leaving', 'Leaving', 'team', now())`,
    );
    await put('mail', 'one', 'leaving');
    const { rows: before } = await superuser().query('SELECT * FROM secrets');
    await suite.api((tx) => askWorkspaceErasure(tx, 'leaving', new Date()), 'leaving');
    const { rows } = await superuser().query('SELECT * FROM data_keys');
    assert.deepEqual([before.length, rows], [1, []]);
  });

  it('go with their workspace while another one is stored: neither is begun again', async () => {
    await put('mail', 'one', 'other');
    let begun = 0;
    const asked: Promise<void>[] = [];
    const erase = (tx: Tx): Promise<void> => {
      begun += 1;
      return askWorkspaceErasure(tx, 'other', new Date());
    };
    await suite.scheduler(async (tx) => {
      const envelope = await lockEnvelope(tx, keys, 'other', NOON);
      begun += 1;
      if (asked.length === 0) asked.push(suite.api(erase, 'other'));
      await untilBlocked(suite.db);
      const { sealed } = sealSecret(envelope, 'mail', { token: 'two' });
      const meta = { kind: 'Secret', name: 'mail', keys: ['token'], managedBy: null } as const;
      await putSecret(tx, 'other', { ...meta, ...sealed }, NOON);
    }, 'other');
    await Promise.all(asked);
    const { rows } = await superuser().query('SELECT 1 FROM secrets');
    assert.deepEqual([begun, rows], [2, []]);
  });

  it('are not all read when one of them is stored', async () => {
    await put('mail', 'one');
    const queries: string[] = [];
    await suite.scheduler(async (tx) => {
      const envelope = await lockEnvelope(tx, keys, 'team', NOON);
      const query = ((text: string, values: unknown[]) => {
        queries.push(text);
        return tx.query(text, values);
      }) as Sql['query'];
      await writeEnvelope({ query }, keys, envelope);
    });
    assert.ok(queries.some((text) => /FROM secrets/.test(text)));
    assert.ok(!queries.some((text) => /content/.test(text)));
  });

  it('with a key that is lost are stored anew once all that it sealed was deleted', async () => {
    await put('mail', 'one');
    keys = { keys: [newKeyEntry(NOON)] };
    await assert.rejects(put('hook', 'x'), /not in the key ring/);
    await suite.api((tx) => deleteSecret(tx, 'team', 'Secret', 'mail', { managedBy: null }));
    await put('hook', 'x');
    assert.equal(await read('hook'), 'x');
  });

  it('with a key that is lost stand in nobody’s way when they only keep sessions, which nobody sees', async () => {
    await put('duckmon-session-shop-0a1b2c3d', 'one');
    keys = { keys: [newKeyEntry(NOON)] };
    await put('hook', 'x');
    assert.equal(await read('hook'), 'x');
    assert.equal(await read('duckmon-session-shop-0a1b2c3d'), undefined);
  });
});

import assert from 'node:assert/strict';
import { openPool } from './pool.ts';
import { silentLog } from './log.ts';
import { storeError, useDatabase } from './testing/suite.ts';
import type { Tx } from './workspace.ts';
import { withTransaction, withUser, withWorkspace } from './workspace.ts';

const current = async (tx: Tx): Promise<unknown> =>
  (await tx.query<{ w: unknown }>('SELECT current_workspace() AS w')).rows[0]?.w;

describe('workspace', () => {
  const suite = useDatabase();
  const count = async (): Promise<number> =>
    (await suite.api((tx) => tx.query('SELECT 1 FROM channels'))).rows.length;
  const add = (tx: Tx, name: string) =>
    tx.query(
      `INSERT INTO channels (workspace_id, name, uid, spec, created_at, updated_at)
       VALUES ($1, $2, gen_random_uuid(), '{}', now(), now())`,
      [tx.workspace, name],
    );

  it('runs under the workspace it names', async () => {
    assert.equal(await suite.api(current), 'team');
  });

  it('E3 leaves nothing of the workspace on the connection', async () => {
    const pool = openPool(suite.db.url('mon_api'), {
      applicationName: 't',
      log: silentLog,
      max: 1,
    });
    await withWorkspace(pool, 'team', current);
    assert.equal(await withTransaction(pool, current), null);
    await pool.end();
  });

  it('E3 leaves nothing of the workspace on the connection after a failure', async () => {
    const pool = openPool(suite.db.url('mon_api'), {
      applicationName: 't',
      log: silentLog,
      max: 1,
    });
    await assert.rejects(withWorkspace(pool, 'team', (tx) => tx.query('SELECT 1/0')));
    assert.equal(await withTransaction(pool, current), null);
    await pool.end();
  });

  it('E3 never mixes the workspaces of transactions that run side by side', async () => {
    const names = Array.from({ length: 200 }, (_, at) => (at % 2 ? 'team' : 'other'));
    const seen = await Promise.all(names.map((name) => suite.api(current, name)));
    assert.deepEqual(seen, names);
  });

  it('commits what the work did', async () => {
    await suite.api((tx) => add(tx, 'kept'));
    assert.equal(await count(), 1);
  });

  it('undoes everything when the work throws, and throws the same error', async () => {
    const before = await count();
    const error = new Error('changed my mind');
    await assert.rejects(
      suite.api(async (tx) => {
        await add(tx, 'undone');
        throw error;
      }),
      (thrown) => thrown === error,
    );
    assert.equal(await count(), before);
  });

  for (const name of ['', "x'; DROP TABLE users; --", 'UPPER', 'a'.repeat(64), '-x'])
    it(`E2 refuses ${JSON.stringify(name)} as a workspace`, async () => {
      await assert.rejects(suite.api(current, name), storeError('invalid'));
    });

  it('E7 takes a user id as data, never as SQL', async () => {
    const evil = "x', true); DROP TABLE users; --";
    const value = await withUser(suite.db.pool('mon_api'), evil, async (tx) => {
      const { rows } = await tx.query<{ v: string }>("SELECT current_setting('mon.user') AS v");
      return rows[0]?.v;
    });
    assert.equal(value, evil);
  });

  it('F16 runs the loser of a deadlock again until both are done', async () => {
    await suite.api(async (tx) => {
      await add(tx, 'a');
      await add(tx, 'b');
    });
    let waiting = 0;
    let meet: () => void = () => undefined;
    const met = new Promise<void>((resolve) => (meet = resolve));
    const touch = (tx: Tx, name: string) =>
      tx.query('UPDATE channels SET generation = generation + 1 WHERE name = $1', [name]);
    const cross = (first: string, second: string) =>
      suite.api(async (tx) => {
        await touch(tx, first);
        waiting += 1;
        if (waiting >= 2) meet();
        await met;
        await touch(tx, second);
      });
    await Promise.all([cross('a', 'b'), cross('b', 'a')]);
    const { rows } = await suite.api((tx) =>
      tx.query("SELECT generation FROM channels WHERE name IN ('a', 'b')"),
    );
    assert.deepEqual(rows, [{ generation: 3 }, { generation: 3 }]);
    assert.equal(waiting, 3);
  });

  it('F16 gives up after four times with a conflict', async () => {
    let runs = 0;
    await assert.rejects(
      suite.api(async (tx) => {
        runs += 1;
        await tx.query("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$");
      }),
      storeError('conflict'),
    );
    assert.equal(runs, 4);
  });

  it('does not run again what failed for another reason', async () => {
    let runs = 0;
    await assert.rejects(
      suite.api(async (tx) => {
        runs += 1;
        await tx.query('SELECT 1/0');
      }),
      storeError('invalid'),
    );
    assert.equal(runs, 1);
  });

  it('throws a broken connection away and goes on with another', async () => {
    await assert.rejects(
      suite.api((tx) => tx.query('SELECT pg_terminate_backend(pg_backend_pid())')),
      storeError('unavailable'),
    );
    assert.equal(await suite.api(current), 'team');
  });

  it('says unavailable when there is no server', async () => {
    const pool = openPool('postgresql://x:y@127.0.0.1:1/z', {
      applicationName: 't',
      log: silentLog,
    });
    await assert.rejects(withWorkspace(pool, 'team', current), storeError('unavailable'));
    await pool.end();
  });
});

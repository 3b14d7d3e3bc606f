import assert from 'node:assert/strict';
import type { Pool } from 'pg';
import type { Log } from './log.ts';
import { silentLog } from './log.ts';
import { openPool } from './pool.ts';
import { useDatabase } from './testing/suite.ts';

describe('pool', () => {
  const suite = useDatabase();
  const read = async (sql: string): Promise<unknown> => {
    const { rows } = await suite.db.pool('mon_api').query<{ v: unknown }>(`SELECT ${sql} AS v`);
    return rows[0]?.v;
  };
  const withPool = async (
    options: { log?: Log; statementTimeoutMs?: number; idleTransactionTimeoutMs?: number },
    work: (pool: Pool) => Promise<void>,
  ): Promise<void> => {
    const pool = openPool(suite.db.url('mon_api'), {
      applicationName: 'pool-test',
      log: silentLog,
      ...options,
    });
    try {
      await work(pool);
    } finally {
      await pool.end();
    }
  };

  it('reads bigint as a number', async () => {
    assert.equal(await read('9007199254740991::bigint'), 9_007_199_254_740_991);
  });

  it('fails on a bigint that a number cannot hold, rather than round it', async () => {
    await assert.rejects(read('9007199254740993::bigint'), RangeError);
  });

  it('reads numeric as text, so that no cent is lost', async () => {
    assert.equal(await read("'12345678.123456'::numeric(14,6)"), '12345678.123456');
  });

  it('reads a date as its own text, in no time zone', async () => {
    assert.equal(await read("'2026-03-01'::date"), '2026-03-01');
  });

  it('reads a time as a Date', async () => {
    assert.deepEqual(
      await read("'2026-03-01T12:00:00.123+01'::timestamptz"),
      new Date('2026-03-01T11:00:00.123Z'),
    );
  });

  it('reads bytes exactly', async () => {
    assert.deepEqual(await read(String.raw`'\x00ff10'::bytea`), Buffer.from([0, 255, 16]));
  });

  it('shows its name to the operator', async () => {
    await withPool({}, async (pool) => {
      const { rows } = await pool.query('SHOW application_name');
      assert.deepEqual(rows, [{ application_name: 'pool-test' }]);
    });
  });

  it('F14 cancels a statement that takes too long', async () => {
    await withPool({ statementTimeoutMs: 50 }, async (pool) => {
      await assert.rejects(pool.query('SELECT pg_sleep(30)'), /statement timeout/);
    });
  });

  it('F15 ends a transaction that nobody goes on with', async () => {
    await withPool({ idleTransactionTimeoutMs: 50 }, async (pool) => {
      const client = await pool.connect();
      const ended = new Promise((resolve) => client.once('error', resolve));
      await client.query('BEGIN');
      assert.match(String(await ended), /idle-in-transaction timeout/);
      client.release(true);
    });
  });

  it('logs a connection that broke while idle, in the words that the operator looks for', async () => {
    let told: (line: string) => void = () => undefined;
    const line = new Promise<string>((resolve) => (told = resolve));
    await withPool(
      { log: { ...silentLog, error: (_fields, message) => told(message) } },
      async (pool) => {
        const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await suite.db.pool('postgres').query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
        assert.match(await line, /^Database connection failed; check/);
        assert.equal((await pool.query('SELECT 1')).rowCount, 1);
      },
    );
  });
});

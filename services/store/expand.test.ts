import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { readTables, type TableShape } from './dump.ts';
import { migrate, migrationsFolder, readMigrations } from './migrate.ts';
import { seedEverything } from './security/everything.ts';
import { testDatabase, type TestDatabase } from './testing/postgres.ts';
import { DAY } from './testing/rows.ts';

/** The newest migration of the version that is upgraded, or rolled back to. */
const EARLIER = '20261125000009_identity';

/** What a version may lean on: whom it may do what to, and what it calls. */
const CONTRACTS = {
  columns: `SELECT table_name, column_name, data_type, udt_name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
  rights: `SELECT grantee, table_name, column_name, privilege_type
           FROM information_schema.column_privileges WHERE table_schema = 'public'`,
  policies: `SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies`,
  functions: `SELECT proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)
              FROM pg_proc p WHERE pronamespace = 'public'::regnamespace`,
} as const;

type Row = Readonly<Record<string, unknown>>;

/** A table with its rows, as the columns of one version show them. */
interface Filled {
  readonly table: TableShape;
  readonly rows: readonly Row[];
}

const columnsOf = ({ columns }: TableShape): string =>
  columns.map(({ name }) => `"${name}"`).join(', ');

const rowsOf = async (pool: Pool, table: TableShape): Promise<Row[]> => {
  const { rows } = await pool.query<{ row: Row }>(
    `SELECT to_jsonb(t) AS row FROM (SELECT ${columnsOf(table)} FROM ${table.name}) t ORDER BY 1`,
  );
  return rows.map(({ row }) => row);
};

describe('a schema that is migrated while another version runs', function () {
  this.timeout(60_000);
  let db: TestDatabase;
  let dir: string;
  let pool: Pool;
  let filled: readonly Filled[];
  const forward = (): Promise<string[]> => migrate(db.url('duckmon_owner'));
  const contract = async (sql: string): Promise<Set<string>> =>
    new Set((await pool.query<Row>(sql)).rows.map((row) => JSON.stringify(row)));

  beforeEach(async () => {
    db = await testDatabase({ migrated: false });
    dir = mkdtempSync(path.join(os.tmpdir(), 'duckmon-expand-'));
    for (const { name } of await readMigrations())
      if (name <= EARLIER)
        cpSync(path.join(migrationsFolder, name), path.join(dir, name), { recursive: true });
    const applied = await migrate(db.url('duckmon_owner'), { dir });
    assert.equal(applied.at(-1), EARLIER);
    await db.ensureDays(DAY);
    pool = db.pool('postgres');
    for (const workspace of ['anns', 'bobs'])
      await seedEverything(pool, { workspace, user: randomUUID(), canary: `of-${workspace}` });
    const tables = await readTables(pool);
    filled = await Promise.all(
      tables.map(async (table) => ({ table, rows: await rowsOf(pool, table) })),
    );
  });
  afterEach(async () => {
    await db.close();
    rmSync(dir, { recursive: true });
  });

  it('F22 keeps every row of an earlier version as it was', async () => {
    assert.ok(filled.filter(({ rows }) => rows.length === 2).length >= 20);
    assert.ok((await forward()).length > 0);
    for (const { table, rows } of filled)
      assert.deepEqual(await rowsOf(pool, table), rows, table.name);
  });

  it('F22 takes every row as the earlier version writes it', async () => {
    await forward();
    const names = filled.map(({ table }) => table.name);
    await pool.query(`TRUNCATE ${names.join(', ')} CASCADE`);
    for (const { table, rows } of filled) {
      for (const row of rows)
        await pool.query(
          `INSERT INTO ${table.name} (${columnsOf(table)})
           SELECT ${columnsOf(table)} FROM jsonb_populate_record(NULL::${table.name}, $1)`,
          [JSON.stringify(row)],
        );
      assert.equal((await rowsOf(pool, table)).length, rows.length, table.name);
    }
  });

  for (const [what, sql] of Object.entries(CONTRACTS))
    it(`F22 takes no ${what} away from the earlier version`, async () => {
      const before = await contract(sql);
      assert.ok(before.size > 0);
      await forward();
      const after = await contract(sql);
      assert.deepEqual(
        [...before].filter((one) => !after.has(one)),
        [],
      );
    });
});

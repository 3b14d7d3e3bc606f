/** Everything that is stored, to be compared: what was refused must have changed nothing. */
import type { TestDatabase } from './postgres.ts';

/**
 * The rows of every table that a backup has, as text, by table.
 * @param narrowed tables of which less is read: by name, what is read instead.
 */
export async function stateOf(
  db: TestDatabase,
  narrowed: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, string>> {
  const pool = db.pool('mon_backup');
  const { rows } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND has_table_privilege('mon_backup', c.oid, 'SELECT')
     ORDER BY 1`,
  );
  const read = async ({ name }: { name: string }): Promise<[string, string]> => {
    const { rows: lines } = await pool.query<{ line: string }>(
      `SELECT t::text AS line FROM (${narrowed[name] ?? `SELECT * FROM ${name}`}) t ORDER BY 1`,
    );
    return [name, lines.map(({ line }) => line).join('\n')];
  };
  return new Map(await Promise.all(rows.map(read)));
}

/** What the database has of a workspace or a person, by a look that no row-level security binds. */
import type { Pool } from 'pg';
import { LEFT_OUT, WITHHELD, type ExportedRow } from '../export.ts';
import { tablesOfSomebody } from './everything.ts';

const left = new Set<string>(LEFT_OUT);

/** Every row of every table, without the columns that are in no copy; as a superuser. */
export async function kept(
  pool: Pool,
  column: 'workspace_id' | 'user_id',
  value: string,
): Promise<ExportedRow[]> {
  const expected: ExportedRow[] = [];
  for (const { name, columns } of await tablesOfSomebody(pool)) {
    const own = { workspace_id: 'workspaces', user_id: 'users' }[column] === name;
    if (left.has(name) || !(own || columns.some((each) => each.name === column))) continue;
    const shown = columns.filter((each) => !WITHHELD[name]?.includes(each.name));
    const list = shown.map((each) =>
      each.type === 'bytea'
        ? `encode("${each.name}", 'base64') AS "${each.name}"`
        : `"${each.name}"`,
    );
    const { rows } = await pool.query<Record<string, unknown>>(
      `SELECT ${list.join()} FROM ${name} WHERE ${own ? 'id' : column} = $1`,
      [value],
    );
    for (const row of rows) expected.push({ table: name, row });
  }
  return expected;
}

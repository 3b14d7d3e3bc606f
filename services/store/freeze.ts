/** The freeze: nothing is checked and nothing is sent while anybody holds it. */
import type { Sql } from './pool.ts';

/** Who froze; each lifts only its own. */
export type Freezer = 'operator' | 'api';

/** Holds or lifts the freeze of one side. */
export async function setFrozen(sql: Sql, by: Freezer, frozen: boolean): Promise<void> {
  await sql.query(
    `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value`,
    [`frozen:${by}`, String(frozen)],
  );
}

/** Who holds the freeze now. */
export async function frozenBy(sql: Sql): Promise<Freezer[]> {
  const { rows } = await sql.query<{ by: Freezer }>(
    `SELECT substr(key, 8) AS by FROM meta WHERE key IN ('frozen:operator', 'frozen:api') AND value = 'true' ORDER BY key`,
  );
  return rows.map(({ by }) => by);
}

/** Holds or lifts the freeze of the api's side, by the api's own right. */
export async function setFrozenByApi(sql: Sql, frozen: boolean): Promise<void> {
  await sql.query('SELECT set_frozen_by_api($1)', [frozen]);
}

/** When administrators asked the api for new keys; the operator makes them. */
import type { Sql } from './pool.ts';

/** `urgent` skips the overlap of the old keys with the new ones. */
export type RotationKind = 'graceful' | 'urgent';

/** Asks for new keys instead of all that are older than now. */
export async function askRotation(sql: Sql, kind: RotationKind): Promise<void> {
  await sql.query('SELECT ask_rotation($1)', [kind]);
}

/** The last times at which they were asked for, RFC 3339; undefined when they never were. */
export async function askedRotations(
  sql: Sql,
): Promise<Partial<Record<RotationKind, string>> | undefined> {
  const { rows } = await sql.query<{ kind: RotationKind; at: string }>(
    `SELECT substr(key, 16) AS kind, value AS at FROM meta
     WHERE key IN ('rotation-asked:graceful', 'rotation-asked:urgent')`,
  );
  return rows.length === 0 ? undefined : Object.fromEntries(rows.map(({ kind, at }) => [kind, at]));
}

/** Notes that a rotation was heard of in the cluster; false when this very one was noted before. */
export async function noteRotation(sql: Sql, act: string, askedAt: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO meta (key, value) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value WHERE meta.value <> EXCLUDED.value`,
    [`rotation-noted:${act}`, askedAt],
  );
  return rowCount === 1;
}

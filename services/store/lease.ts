/** Leases of claimed monitors: given back, renewed, and taken over from the dead. */
import type { StatusCondition } from '../../crds/types/monitorjob.ts';
import { StoreError, codeOf } from './errors.ts';
import type { Sql } from './pool.ts';

/** What gives a claim back without a check, and when the monitor is due again. */
export interface Release {
  readonly workspace: string;
  readonly monitor: string;
  readonly token: number;
  readonly until: Date;
}

/**
 * Gives claims back unused: at a graceful stop, or because their host must be left alone. The slot
 * stays the same. Claims whose lease is no longer theirs are left alone.
 */
export async function releaseClaims(sql: Sql, releases: readonly Release[]): Promise<void> {
  if (releases.length === 0) return;
  await sql.query(
    `UPDATE monitors m SET next_due_at = r.until, lease_until = NULL, lease_owner = NULL
     FROM jsonb_to_recordset($1::jsonb) AS r(workspace text, monitor text, token bigint, until timestamptz)
     WHERE m.workspace_id = r.workspace AND m.name = r.monitor AND m.lease_token = r.token AND m.lease_until IS NOT NULL`,
    [releaseRows(releases)],
  );
}

/** A claim that is given back for later, with what is said of it meanwhile. */
export interface PutOff extends Release {
  readonly conditions: readonly StatusCondition[];
  /** A run that was held until the one before it had ended. */
  readonly buffered: boolean;
}

/** Gives claims back as `releaseClaims`, and says on their monitors why. */
export async function putOffClaims(sql: Sql, putOffs: readonly PutOff[]): Promise<void> {
  if (putOffs.length === 0) return;
  await sql.query(
    `UPDATE monitors m SET next_due_at = r.until, lease_until = NULL, lease_owner = NULL,
       conditions = r.conditions, buffered = m.buffered OR r.buffered
     FROM jsonb_to_recordset($1::jsonb)
       AS r(workspace text, monitor text, token bigint, until timestamptz, conditions jsonb, buffered boolean)
     WHERE m.workspace_id = r.workspace AND m.name = r.monitor AND m.lease_token = r.token AND m.lease_until IS NOT NULL`,
    [JSON.stringify(putOffs)],
  );
}

const releaseRows = (releases: readonly Release[]): string =>
  JSON.stringify(
    releases.map(({ workspace, monitor, token, until }) => ({ workspace, monitor, token, until })),
  );

/**
 * Makes monitors due now that were given back for later; one that was claimed, edited or asked for
 * since then is left alone.
 */
export async function hastenClaims(
  sql: Sql,
  releases: readonly Release[],
  now: Date,
): Promise<void> {
  if (releases.length === 0) return;
  await sql.query(
    `UPDATE monitors m SET next_due_at = $2
     FROM jsonb_to_recordset($1::jsonb) AS r(workspace text, monitor text, token bigint, until timestamptz)
     WHERE m.workspace_id = r.workspace AND m.name = r.monitor AND m.lease_token = r.token AND m.lease_until IS NULL
       AND m.next_due_at = r.until AND r.until > $2`,
    [releaseRows(releases), now],
  );
}

/** Moves the ends of leases that are still theirs; a claim that lost its lease is not given it back. */
export async function renewLeases(sql: Sql, leases: readonly Release[]): Promise<void> {
  if (leases.length === 0) return;
  await sql.query(
    `UPDATE monitors m SET next_due_at = r.until, lease_until = r.until
     FROM jsonb_to_recordset($1::jsonb) AS r(workspace text, monitor text, token bigint, until timestamptz)
     WHERE m.workspace_id = r.workspace AND m.name = r.monitor AND m.lease_token = r.token AND m.lease_until IS NOT NULL`,
    [releaseRows(leases)],
  );
}

/**
 * Gives back what is leased to `owner` and not among what it holds: its commit was lost with the database.
 * Run while the owner claims nothing.
 * @returns how many
 */
export async function releaseForgotten(
  sql: Sql,
  owner: string,
  held: readonly Omit<Release, 'until'>[],
  now: Date,
): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE monitors m SET next_due_at = $2, lease_until = NULL, lease_owner = NULL
     WHERE m.lease_owner = $1 AND m.lease_until IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM jsonb_to_recordset($3::jsonb) AS h(workspace text, monitor text, token bigint)
       WHERE h.workspace = m.workspace_id AND h.monitor = m.name AND h.token = m.lease_token)`,
    [
      owner,
      now,
      JSON.stringify(held.map(({ workspace, monitor, token }) => ({ workspace, monitor, token }))),
    ],
  );
  return rowCount ?? 0;
}

/**
 * Ends the leases that a dead process of the same name left behind, so that its monitors are due at
 * once. No live process may share its name; see `holdOwner`.
 * @returns how many
 */
export async function recoverLeases(sql: Sql, owner: string, now: Date): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE monitors SET next_due_at = LEAST(next_due_at, $2), lease_until = $2
     WHERE lease_owner = $1 AND lease_until > $2`,
    [owner, now],
  );
  return rowCount ?? 0;
}

/** The advisory locks of owners' names, apart from those of migrations and partitions. */
const OWNER_LOCKS = 72_707_371;

/**
 * Owners of leases, deliveries, mails about accounts and reservations whose name nobody holds now. One that lives
 * is without its name for moments, while its connection is made again.
 * @param own left out
 */
export async function namelessOwners(sql: Sql, own: string): Promise<string[]> {
  const { rows } = await sql.query<{ owner: string }>(
    `SELECT o.owner FROM (
       SELECT lease_owner AS owner FROM monitors WHERE lease_until IS NOT NULL
       UNION SELECT lease_owner FROM deliveries WHERE lease_until IS NOT NULL
       UNION SELECT lease_owner FROM account_mails WHERE lease_until IS NOT NULL
       UNION SELECT owner FROM budget_reservations) o
     WHERE o.owner IS NOT NULL AND o.owner <> $1 AND NOT EXISTS (
       SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
       WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = $2::bigint::oid
         AND l.objid = (hashtext(o.owner)::bigint & 4294967295)::oid)
     ORDER BY o.owner`,
    [own, OWNER_LOCKS],
  );
  return rows.map(({ owner }) => owner);
}

/** SQLSTATE lock_not_available. */
const LOCK_TIMEOUT = '55P03';

/**
 * Holds the name `owner` for as long as this one connection lives.
 * @param waitMs how long to wait for one that holds it already; a process that died is gone sooner.
 * @throws StoreError `conflict` when another process has it still
 */
export async function holdOwner(connection: Sql, owner: string, waitMs: number): Promise<void> {
  await connection.query(`SELECT set_config('lock_timeout', $1, false)`, [`${waitMs}ms`]);
  try {
    await connection.query('SELECT pg_advisory_lock($1, hashtext($2))::text', [OWNER_LOCKS, owner]);
  } catch (error) {
    if (codeOf(error) !== LOCK_TIMEOUT) throw error;
    throw new StoreError('conflict', `Another process named ${owner} uses this database.`, {
      cause: error,
    });
  }
}

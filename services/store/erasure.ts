/**
 * Deletes a workspace or a person for good. What was asked to be erased is remembered by a hash of its id:
 * whatever such a hash names and is there, from a backup or because a process ended half-way, is erased.
 */
import type pg from 'pg';
import { historyWindows } from './dump.ts';
import { StoreError } from './errors.ts';
import { planUserErasure, type ErasureRights } from './erasurePlan.ts';
import type { Sql } from './pool.ts';
import { withTransaction, withWorkspace, type Tx } from './workspace.ts';

export interface Erasure {
  readonly kind: 'workspace' | 'user';
  /** SHA-256 of the id, hex. */
  readonly keyHash: string;
  /** What was made later under the same id is something else. */
  readonly askedAt: Date;
}

/** Remembers erasures; of two of one id the later one counts. */
export async function rememberErasures(sql: Sql, erasures: readonly Erasure[]): Promise<void> {
  await sql.query(
    `INSERT INTO erasures AS e (kind, key_hash, asked_at)
     SELECT r.kind, decode(r."keyHash", 'hex'), max(r."askedAt")
     FROM jsonb_to_recordset($1::jsonb) AS r(kind text, "keyHash" text, "askedAt" timestamptz)
     GROUP BY 1, 2
     ON CONFLICT (kind, key_hash) DO UPDATE SET asked_at = greatest(e.asked_at, excluded.asked_at)`,
    [JSON.stringify(erasures)],
  );
}

/** All erasures that were ever asked for; none in a database that knows of no erasures yet. */
export async function listErasures(sql: Sql): Promise<Erasure[]> {
  const { rows: known } = await sql.query<{ known: boolean }>(
    "SELECT to_regclass('public.erasures') IS NOT NULL AS known",
  );
  if (!known[0]?.known) return [];
  const { rows } = await sql.query<Erasure>(
    `SELECT kind, encode(key_hash, 'hex') AS "keyHash", asked_at AS "askedAt" FROM erasures
     ORDER BY asked_at, kind, key_hash`,
  );
  return rows;
}

const ask = (sql: Sql, kind: Erasure['kind'], id: string, now: Date) =>
  sql.query(
    `INSERT INTO erasures AS e (kind, key_hash, asked_at) VALUES ($1, sha256(convert_to($2, 'UTF8')), $3)
     ON CONFLICT (kind, key_hash) DO UPDATE SET asked_at = greatest(e.asked_at, excluded.asked_at)`,
    [kind, id, now],
  );

/**
 * Without these nobody gets in, nothing is checked and nothing is sent. Invitations go before
 * members: who is just accepting one is waited for, and goes as well. The key goes before the Secrets: whoever
 * seals one locks them in this order, too.
 */
const SHUT = [
  'invitations',
  'memberships',
  'api_tokens',
  'feeds',
  'deliveries',
  'monitors',
  'channels',
  'data_keys',
  'secrets',
];

/**
 * Asks for the erasure of the workspace that the transaction runs under, and shuts it: from the commit on it
 * has no members, tokens, monitors, channels and mails. The rest goes with `eraseWorkspaces`.
 * @throws StoreError `notFound`
 */
export async function askWorkspaceErasure(tx: Sql, workspace: string, now: Date): Promise<void> {
  const { rowCount } = await tx.query('SELECT 1 FROM workspaces WHERE id = $1', [workspace]);
  if (rowCount !== 1) throw new StoreError('notFound', `There is no workspace ${workspace}.`);
  await ask(tx, 'workspace', workspace, now);
  for (const table of SHUT)
    await tx.query(`DELETE FROM ${table} WHERE workspace_id = $1`, [workspace]);
}

/**
 * Nothing is ever made anew under the name of a personal workspace, but by word of the operator that was under
 * way: that goes as well.
 */
const AFTERWARDS_MS = 15 * 60_000;

/**
 * Erases a person with sessions, tokens, memberships and factors, and asks for the erasure of the personal
 * workspaces; runs under `withUser` of that person. Audits keep the id, which is then nobody's.
 * @returns the workspaces that go as well
 * @throws StoreError as `planUserErasure`
 */
export async function eraseUser(
  tx: Sql,
  userId: string,
  now: Date,
  rights: ErasureRights,
): Promise<string[]> {
  const gone = await planUserErasure(tx, userId, rights);
  for (const workspace of gone) {
    await tx.query("SELECT set_config('mon.workspace', $1, true)", [workspace]);
    await askWorkspaceErasure(tx, workspace, new Date(now.getTime() + AFTERWARDS_MS));
  }
  await ask(tx, 'user', userId, now);
  await tx.query('DELETE FROM users WHERE id = $1', [userId]);
  return gone;
}

/** Ids of workspaces that are there and were asked to be erased. */
async function namedWorkspaces(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT w.id FROM workspaces w JOIN erasures e ON e.kind = 'workspace'
       AND e.key_hash = sha256(convert_to(w.id, 'UTF8')) AND e.asked_at >= w.created_at ORDER BY w.id`,
  );
  return rows.map(({ id }) => id);
}

const HISTORY = ['checks', 'snapshots', 'verdicts', 'value_points'];

/** Deletes the history of a workspace, each of the runs of `inTransaction` a few days of it. */
async function eraseHistory(
  workspace: string,
  sql: Sql,
  inTransaction: (work: (tx: Sql) => Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  for (const table of HISTORY)
    for (const where of await historyWindows(sql, table))
      await inTransaction((tx) =>
        tx.query(`DELETE FROM ${table} WHERE workspace_id = $1 AND ${where}`, [workspace]),
      );
}

/**
 * Erases the workspaces that were asked to be: first the history, in many short transactions, then all else.
 * What a call that was cut off has left is erased by the next one. `pool` is the scheduler's.
 * @returns which are gone
 */
export async function eraseWorkspaces(pool: pg.Pool): Promise<string[]> {
  const gone: string[] = [];
  for (const workspace of await withTransaction(pool, namedWorkspaces)) {
    await eraseHistory(workspace, pool, (work) => withWorkspace(pool, workspace, work));
    const { rows } = await withTransaction(pool, (tx: Tx) =>
      tx.query<{ erased: boolean }>('SELECT erase_workspace($1) AS erased', [workspace]),
    );
    if (rows[0]?.erased) gone.push(workspace);
  }
  return gone;
}

/** Of rows that no reference takes along when the workspace goes. */
const BESIDE = ['audit', 'audit_heads', 'one_time_tokens'];

/**
 * Erases from data that just came back whatever was erased since; as the owner of tables that bind the owner
 * to no rows at the moment. Each statement is a transaction, for the locks.
 */
export async function eraseAgain(owner: Sql, erasures: readonly Erasure[]): Promise<void> {
  for (const { kind, keyHash, askedAt } of erasures) {
    const id = kind === 'user' ? 'id::text' : 'id';
    const table = kind === 'user' ? 'users' : 'workspaces';
    const { rows } = await owner.query<{ id: string }>(
      `SELECT id::text AS id FROM ${table}
       WHERE sha256(convert_to(${id}, 'UTF8')) = decode($1, 'hex') AND created_at <= $2`,
      [keyHash, askedAt],
    );
    for (const found of rows) {
      if (kind === 'workspace') {
        await eraseHistory(found.id, owner, (work) => work(owner));
        for (const beside of BESIDE)
          await owner.query(`DELETE FROM ${beside} WHERE workspace_id = $1`, [found.id]);
      }
      await owner.query(`DELETE FROM ${table} WHERE id::text = $1`, [found.id]);
    }
  }
}

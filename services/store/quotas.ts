/** How many monitors a workspace may have, and what it may spend in a month. */
import { formatUsd, parseUsd } from '../domain/budget.ts';
import { StoreError } from './errors.ts';
import type { Sql } from './pool.ts';

/** What a workspace has of what it may have. */
export interface MonitorQuota {
  /** Null is without limit. */
  readonly most: number | null;
  readonly used: number;
}

/** Deleted monitors, whose history stays, do not count. */
export async function monitorQuota(tx: Sql, workspace: string): Promise<MonitorQuota> {
  const { rows } = await tx.query<MonitorQuota>(
    `SELECT max_monitors AS most, (SELECT count(*)::int FROM monitors m
       WHERE m.workspace_id = w.id AND m.deleted_at IS NULL) AS used
     FROM workspaces w WHERE w.id = $1`,
    [workspace],
  );
  if (!rows[0]) throw new StoreError('notFound', `There is no workspace ${workspace}.`);
  return rows[0];
}

/**
 * Sets how many monitors a workspace may have, null for any number. Those that it has stay, however many.
 * @throws StoreError `notFound`, or `invalid` for a number below 0
 */
export async function setMonitorQuota(
  tx: Sql,
  workspace: string,
  most: number | null,
): Promise<void> {
  const { rowCount } = await tx.query('UPDATE workspaces SET max_monitors = $2 WHERE id = $1', [
    workspace,
    most,
  ]);
  if (rowCount !== 1) throw new StoreError('notFound', `There is no workspace ${workspace}.`);
}

/**
 * Refuses what the transaction has just made when it is more than the workspace may have. Where there is a
 * limit, whoever else makes monitors there waits until the transaction ends: of two, one sees the other.
 * @throws StoreError `invalid`
 */
export async function checkMonitorQuota(tx: Sql, workspace: string): Promise<void> {
  const limited = await tx.query(
    'SELECT 1 FROM workspaces WHERE id = $1 AND max_monitors IS NOT NULL',
    [workspace],
  );
  if (limited.rowCount === 0) return;
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('monitors of ' || $1, 0))", [
    workspace,
  ]);
  const { most, used } = await monitorQuota(tx, workspace);
  if (most === null || used <= most) return;
  throw new StoreError(
    'invalid',
    `The workspace ${workspace} may have ${most} monitors, and would have ${used}; delete some first, or ask an administrator to raise its limit.`,
  );
}

/** What a workspace may spend in a month; null where what holds for all workspaces holds for it. */
export interface SpendingQuota {
  readonly microUsd: bigint | null;
  readonly tokens: number | null;
}

/** @returns nulls for a workspace that is not there */
export async function spendingQuota(sql: Sql, workspace: string): Promise<SpendingQuota> {
  const { rows } = await sql.query<{ usd: string | null; tokens: number | null }>(
    `SELECT max_usd_per_month::text AS usd, max_tokens_per_month AS tokens FROM workspaces WHERE id = $1`,
    [workspace],
  );
  const { usd = null, tokens = null } = rows[0] ?? {};
  return { microUsd: usd === null ? null : parseUsd(usd), tokens };
}

const DEFAULTS = 'quota:workspace';

/** Says what every workspace without a limit of its own may spend in a month; the scheduler, which enforces it. */
export async function publishDefaultSpending(
  sql: Sql,
  { microUsd, tokens }: SpendingQuota,
): Promise<void> {
  const value = { usd: microUsd === null ? null : formatUsd(microUsd), tokens };
  await sql.query(
    `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value`,
    [DEFAULTS, JSON.stringify(value)],
  );
}

/** @returns nulls where no scheduler has said it yet */
export async function defaultSpending(sql: Sql): Promise<SpendingQuota> {
  const { rows } = await sql.query<{ usd: string | null; tokens: number | null }>(
    `SELECT value::jsonb->>'usd' AS usd, (value::jsonb->>'tokens')::bigint AS tokens FROM meta WHERE key = $1`,
    [DEFAULTS],
  );
  const { usd = null, tokens = null } = rows[0] ?? {};
  return { microUsd: usd === null ? null : parseUsd(usd), tokens };
}

/** What is enforced: the workspace's own limit, be it more or less, else that of all. */
export async function enforcedSpending(sql: Sql, workspace: string): Promise<SpendingQuota> {
  const own = await spendingQuota(sql, workspace);
  const all = await defaultSpending(sql);
  return { microUsd: own.microUsd ?? all.microUsd, tokens: own.tokens ?? all.tokens };
}

/** All limits of a workspace; money as a decimal. */
export interface Limits {
  readonly monitors: number | null;
  readonly usdPerMonth: string | null;
  readonly tokensPerMonth: number | null;
  readonly checksPerHour: number | null;
  readonly mailsPerHour: number | null;
}

/**
 * Sets all limits of a workspace. What it has and has spent stays, however much.
 * @returns what they were
 * @throws StoreError `notFound`, or `invalid` for a number below 0, or below `LEAST_MAILS` of mails
 */
export async function setLimits(tx: Sql, workspace: string, limits: Limits): Promise<Limits> {
  const { rows } = await tx.query<Limits>(
    `SELECT max_monitors AS monitors, trim_scale(max_usd_per_month)::text AS "usdPerMonth",
       max_tokens_per_month AS "tokensPerMonth", max_checks_per_hour AS "checksPerHour",
       max_mails_per_hour AS "mailsPerHour" FROM workspaces WHERE id = $1 FOR UPDATE`,
    [workspace],
  );
  if (!rows[0]) throw new StoreError('notFound', `There is no workspace ${workspace}.`);
  await tx.query(
    `UPDATE workspaces SET max_monitors = $2, max_usd_per_month = $3, max_tokens_per_month = $4,
       max_checks_per_hour = $5, max_mails_per_hour = $6
     WHERE id = $1`,
    [
      workspace,
      limits.monitors,
      limits.usdPerMonth,
      limits.tokensPerMonth,
      limits.checksPerHour,
      limits.mailsPerHour,
    ],
  );
  return rows[0];
}

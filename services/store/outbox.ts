/** Deliveries as a state machine: claimed with a lease, sent in their order, never lost. */
import type pg from 'pg';
import type { SecretProblem } from '../core/contracts/channelSecret.ts';
import { noteSecretProblem } from './channelSecrets.ts';
import { notifyEvent } from './events.ts';
import type { Sql } from './pool.ts';
import { hasConfirmed } from './recipients.ts';
import { withWorkspace } from './workspace.ts';

/** One delivery in the hands of one dispatcher. */
export interface DeliveryClaim {
  readonly workspace: string;
  readonly id: string;
  readonly monitor: string;
  readonly channel: string;
  /** Who is asked to confirm; null for an alert. */
  readonly recipient: string | null;
  readonly createdAt: Date;
  /** What is known of each address that the mail went to, in lower case. */
  readonly receipts: Receipts;
  /** `unknown`: a send was begun and its outcome was never written; it is asked for, not sent. */
  readonly state: 'sending' | 'unknown';
  readonly attempts: number;
  readonly firstAttemptAt: Date;
  readonly unknownSince: Date | null;
  readonly resent: boolean;
  readonly token: number;
  /** contracts/notification `alertMessage`; null where a recipient is asked to confirm. */
  readonly message: Readonly<Record<string, unknown>> | null;
}

/** By address: a mail server took the mail, or the provider said what became of it. */
export type Receipt = 'taken' | 'delivered' | 'bounced';
export type Receipts = Readonly<Record<string, Receipt>>;

export interface DeliveryClaimOptions {
  readonly now: Date;
  readonly leaseMs: number;
  readonly limit: number;
  readonly owner: string;
}

/** Alerts of one monitor leave for a channel one after the other; questions wait for nothing. */
const IS_NEXT = `(d.recipient IS NOT NULL OR NOT EXISTS (
  SELECT 1 FROM deliveries o WHERE o.workspace_id = d.workspace_id AND o.monitor = d.monitor
    AND o.channel = d.channel AND o.state IN ('pending', 'sending', 'unknown')
    AND (o.created_at, o.id) < (d.created_at, d.id)))`;

/**
 * Claims due deliveries, the oldest of each (monitor, channel) only, so that their order is kept. One
 * whose lease ended while it was being sent comes back as `unknown`.
 */
export async function claimDeliveries(
  sql: Sql,
  { now, leaseMs, limit, owner }: DeliveryClaimOptions,
): Promise<DeliveryClaim[]> {
  const { rows } = await sql.query<DeliveryClaim>(
    `WITH due AS MATERIALIZED (
       SELECT d.workspace_id, d.id FROM deliveries d
       WHERE d.next_attempt_at <= $1 AND (d.lease_until IS NULL OR d.lease_until <= $1)
         AND ${IS_NEXT}
       ORDER BY d.next_attempt_at, d.id LIMIT $4 FOR UPDATE SKIP LOCKED
     ), taken AS (
       UPDATE deliveries d SET lease_token = d.lease_token + 1, lease_until = $2, lease_owner = $3, next_attempt_at = $2,
         attempts = d.attempts + CASE d.state WHEN 'pending' THEN 1 ELSE 0 END,
         unknown_since = CASE d.state WHEN 'sending' THEN $1 WHEN 'pending' THEN NULL ELSE d.unknown_since END,
         state = CASE d.state WHEN 'pending' THEN 'sending' ELSE 'unknown' END,
         first_attempt_at = COALESCE(d.first_attempt_at, $1), updated_at = $1
       FROM due WHERE d.workspace_id = due.workspace_id AND d.id = due.id RETURNING d.*)
     SELECT t.workspace_id AS workspace, t.id, t.monitor, t.channel, t.recipient, t.state, t.attempts,
       t.created_at AS "createdAt", t.receipts, t.first_attempt_at AS "firstAttemptAt", t.unknown_since AS "unknownSince", t.resent, t.lease_token AS token,
       a.message
     FROM taken t LEFT JOIN alerts a ON a.workspace_id = t.workspace_id AND a.id = t.alert_id
     ORDER BY t.created_at, t.id`,
    [now, new Date(now.getTime() + leaseMs), owner, limit],
  );
  return rows;
}

interface Failed {
  readonly error: string;
  /** Addresses that have it; only the others are tried again. */
  readonly taken?: readonly string[];
  /** What it waits for. */
  readonly secret?: SecretProblem;
}

/** What became of a claimed delivery. */
export type DeliveryOutcome =
  /** `final`: the provider tells no more about it, so it counts as delivered. */
  | { readonly kind: 'accepted'; readonly providerId: string | null; readonly final: boolean }
  | ({ readonly kind: 'retry'; readonly at: Date } & Failed)
  | ({ readonly kind: 'dead' } & Failed)
  /** It may or may not have been sent; asked for again at `at`. */
  | ({ readonly kind: 'unknown'; readonly at: Date } & Failed)
  /** The outcome stayed unknown: sent once more. */
  | { readonly kind: 'resend'; readonly at: Date }
  /** Not tried: its channel is suspended or at its hourly limit. `held`: nobody there has confirmed. */
  | { readonly kind: 'defer'; readonly at: Date; readonly error: string; readonly held?: true }
  /** Nobody needs to be asked any more: it goes. */
  | { readonly kind: 'drop' };

interface DeliveryPatch {
  state: string;
  nextAttemptAt?: Date;
  providerId?: string | null;
  error?: string;
  unknown?: boolean;
  resent?: boolean;
  untried?: boolean;
}

function patchOf(outcome: Exclude<DeliveryOutcome, { kind: 'drop' }>): DeliveryPatch {
  switch (outcome.kind) {
    case 'accepted':
      return { state: outcome.final ? 'delivered' : 'accepted', providerId: outcome.providerId };
    case 'retry':
      return { state: 'pending', nextAttemptAt: outcome.at, error: outcome.error };
    case 'dead':
      return { state: 'dead', error: outcome.error };
    case 'unknown':
      return { state: 'unknown', nextAttemptAt: outcome.at, error: outcome.error, unknown: true };
    case 'resend':
      return { state: 'pending', nextAttemptAt: outcome.at, resent: true };
    case 'defer':
      return { state: 'pending', nextAttemptAt: outcome.at, error: outcome.error, untried: true };
    default:
      return outcome satisfies never;
  }
}

const MAX_ERROR = 500;

/**
 * Writes what became of a delivery, fenced by its token, and tells listeners.
 * @returns false when another dispatcher holds it by now; then nothing was written
 */
export async function finishDelivery(
  pool: pg.Pool,
  claim: Pick<DeliveryClaim, 'workspace' | 'id' | 'token' | 'channel' | 'monitor'>,
  outcome: DeliveryOutcome,
  now: Date,
): Promise<boolean> {
  return withWorkspace(pool, claim.workspace, async (tx) => {
    if (outcome.kind === 'drop') return dropDelivery(tx, claim);
    const patch = patchOf(outcome);
    if ('held' in outcome && (await hasConfirmed(tx, claim.workspace, claim.channel)))
      patch.nextAttemptAt = now;
    const { rowCount } = await tx.query(
      `UPDATE deliveries SET state = $4, next_attempt_at = $5, lease_until = NULL, lease_owner = NULL,
         provider_id = COALESCE($6, provider_id), last_error = $7,
         unknown_since = CASE WHEN $8 THEN COALESCE(unknown_since, $9) WHEN $4 = 'unknown' THEN unknown_since END,
         resent = resent OR $10, attempts = attempts - $11, updated_at = $9,
         first_attempt_at = CASE WHEN $11 = 1 AND attempts = 1 THEN NULL ELSE first_attempt_at END,
         receipts = $12::jsonb || receipts
       WHERE workspace_id = $1 AND id = $2 AND lease_token = $3 AND state IN ('sending', 'unknown')`,
      [
        claim.workspace,
        claim.id,
        claim.token,
        patch.state,
        patch.nextAttemptAt ?? null,
        patch.providerId ?? null,
        patch.error?.slice(0, MAX_ERROR) ?? null,
        patch.unknown ?? false,
        now,
        patch.resent ?? false,
        patch.untried ? 1 : 0,
        Object.fromEntries(takenOf(outcome).map((address) => [address.toLowerCase(), 'taken'])),
      ],
    );
    if (rowCount !== 1) return false;
    if (outcome.kind !== 'defer')
      await tx.query(
        'UPDATE channels SET last_delivery_at = $3, last_delivery_result = $4 WHERE workspace_id = $1 AND name = $2',
        [claim.workspace, claim.channel, now, patch.state],
      );
    if ('secret' in outcome && outcome.secret)
      await noteSecretProblem(tx, claim.workspace, claim.channel, outcome.secret, now);
    await notifyEvent(tx, {
      workspace: claim.workspace,
      kind: 'delivery',
      monitor: claim.monitor,
      id: claim.id,
    });
    return true;
  });
}

const takenOf = (outcome: DeliveryOutcome): readonly string[] =>
  'taken' in outcome ? (outcome.taken ?? []) : [];

async function dropDelivery(
  tx: Sql,
  { workspace, id, token }: Pick<DeliveryClaim, 'workspace' | 'id' | 'token'>,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'DELETE FROM deliveries WHERE workspace_id = $1 AND id = $2 AND lease_token = $3',
    [workspace, id, token],
  );
  return rowCount === 1;
}

/** When the channel's newest `limit` sends of the last hour leave room again; undefined: there is room. */
export async function channelFullUntil(
  tx: Sql,
  workspace: string,
  channel: string,
  limit: number,
  now: Date,
): Promise<Date | undefined> {
  const hour = 3_600_000;
  const { rows } = await tx.query<{ at: Date }>(
    `SELECT updated_at AS at FROM deliveries WHERE workspace_id = $1 AND channel = $2
       AND state IN ('accepted', 'delivered', 'bounced') AND updated_at > $3
     ORDER BY updated_at DESC OFFSET $4 LIMIT 1`,
    [workspace, channel, new Date(now.getTime() - hour), Math.max(0, limit - 1)],
  );
  return rows[0] && new Date(rows[0].at.getTime() + hour);
}

/**
 * Ends the leases that a dead dispatcher of the same name left behind. What it was sending has an
 * unknown outcome.
 * @returns how many
 */
export async function recoverDeliveries(sql: Sql, owner: string, now: Date): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE deliveries SET lease_until = $2, next_attempt_at = LEAST(next_attempt_at, $2)
     WHERE lease_owner = $1 AND lease_until > $2`,
    [owner, now],
  );
  return rowCount ?? 0;
}

/** When the next delivery is due, if any is; one that waits for an older one does not count. */
export async function nextDeliveryAt(sql: Sql): Promise<Date | undefined> {
  const { rows } = await sql.query<{ at: Date }>(
    `SELECT d.next_attempt_at AS at FROM deliveries d
     WHERE d.next_attempt_at IS NOT NULL AND ${IS_NEXT} ORDER BY d.next_attempt_at LIMIT 1`,
  );
  return rows[0]?.at;
}

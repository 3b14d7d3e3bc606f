/** Deliveries: one alert to one channel, or one question to one recipient; reading, sending again by hand. */
import { StoreError } from './errors.ts';
import { notifyEvent } from './events.ts';
import type { Page, PageRequest } from './paging.ts';
import { micros, newestFirstAfter, pageLimit, pageOf } from './paging.ts';
import type { Sql } from './pool.ts';

export type DeliveryState =
  | 'pending'
  | 'sending'
  | 'accepted'
  | 'delivered'
  | 'bounced'
  | 'unknown'
  | 'dead';

export interface Delivery {
  readonly id: string;
  /** Null for a mail that asks a recipient to confirm. */
  readonly alertId: string | null;
  /** Empty where there is no alert. */
  readonly monitor: string;
  readonly channel: string;
  /** Who is asked to confirm; null for an alert. */
  readonly recipient: string | null;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly firstAttemptAt: Date | null;
  readonly providerId: string | null;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `id, alert_id AS "alertId", monitor, channel, recipient, state, attempts,
  next_attempt_at AS "nextAttemptAt", first_attempt_at AS "firstAttemptAt",
  provider_id AS "providerId", last_error AS "lastError", created_at AS "createdAt",
  updated_at AS "updatedAt"`;

export interface DeliveryFilter extends PageRequest {
  readonly monitor?: string | undefined;
  readonly alertId?: string | undefined;
  /** The check whose alerts they carry. */
  readonly checkId?: string | undefined;
  readonly channel?: string | undefined;
  readonly state?: DeliveryState | undefined;
}

/** A page of deliveries, newest first. */
export async function listDeliveries(
  tx: Sql,
  workspace: string,
  filter: DeliveryFilter = {},
): Promise<Page<Delivery>> {
  const limit = pageLimit(filter);
  const [at, id] = newestFirstAfter(filter.cursor);
  const { rows } = await tx.query<Delivery & { cursorAt: string }>(
    `SELECT ${columns}, ${micros('created_at')} AS "cursorAt" FROM deliveries
     WHERE workspace_id = $1
       AND ($2::text IS NULL OR monitor = $2) AND ($3::uuid IS NULL OR alert_id = $3)
       AND ($4::text IS NULL OR channel = $4) AND ($5::text IS NULL OR state = $5)
       AND ($9::text IS NULL OR alert_id IN (SELECT a.id FROM alerts a
             WHERE a.workspace_id = $1 AND a.message->>'checkId' = $9))
       AND ($6::timestamptz IS NULL OR created_at < $6 OR (created_at = $6 AND id > $7::uuid))
     ORDER BY created_at DESC, id LIMIT $8`,
    [
      workspace,
      filter.monitor ?? null,
      filter.alertId ?? null,
      filter.channel ?? null,
      filter.state ?? null,
      at,
      id,
      limit + 1,
      filter.checkId ?? null,
    ],
  );
  const keyOf = (row: { cursorAt: string; id: string }): string[] => [row.cursorAt, row.id];
  return pageOf(rows, limit, keyOf, ({ cursorAt: _cursor, ...delivery }): Delivery => delivery);
}

async function read(tx: Sql, workspace: string, id: string, lock: '' | 'FOR UPDATE') {
  const { rows } = await tx.query<Delivery>(
    `SELECT ${columns} FROM deliveries WHERE workspace_id = $1 AND id = $2 ${lock}`,
    [workspace, id],
  );
  if (!rows[0]) throw new StoreError('notFound', `There is no delivery ${id}.`);
  return rows[0];
}

/** @throws StoreError `notFound` */
export const getDelivery = (tx: Sql, workspace: string, id: string): Promise<Delivery> =>
  read(tx, workspace, id, '');

/** States from which a person may send again: it did not arrive, or nobody knows. */
const resendable: readonly DeliveryState[] = ['dead', 'bounced', 'unknown'];

/**
 * Puts a delivery back in the queue with fresh attempts, for the addresses that do not have it. The
 * fencing token is raised, so that a send that is still under way cannot write its outcome over this.
 * @throws StoreError `notFound`, or `invalid` when it is on its way or has arrived, or asks to confirm.
 */
export async function resendDelivery(
  tx: Sql,
  workspace: string,
  id: string,
  now: Date,
): Promise<Delivery> {
  const before = await read(tx, workspace, id, 'FOR UPDATE');
  if (before.recipient !== null)
    throw new StoreError(
      'invalid',
      `This mail asks ${before.recipient} to confirm; ask again by the recipients of the channel ${before.channel}.`,
    );
  if (!resendable.includes(before.state))
    throw new StoreError('invalid', `A delivery that is ${before.state} cannot be sent again.`);
  await tx.query(
    `UPDATE deliveries SET state = 'pending', attempts = 0, next_attempt_at = $3,
       first_attempt_at = NULL, lease_until = NULL, lease_token = lease_token + 1,
       unknown_since = NULL, resent = false, provider_id = NULL, last_error = NULL, updated_at = $3,
       receipts = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(receipts) WHERE value <> '"bounced"')
     WHERE workspace_id = $1 AND id = $2`,
    [workspace, id, now],
  );
  await notifyEvent(tx, { workspace, kind: 'delivery', monitor: before.monitor, id });
  return read(tx, workspace, id, '');
}

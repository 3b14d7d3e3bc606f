/** What a mail provider's events tell about deliveries and recipients; each event counts once. */
import type { DeliveryState } from './deliveries.ts';
import { notifyEvent } from './events.ts';
import type { Receipt, Receipts } from './outbox.ts';
import type { Sql } from './pool.ts';
import { moveAddress } from './recipients.ts';

export interface MailEvent {
  /** The provider's id of the event. */
  readonly id: string;
  readonly deliveryId: string;
  readonly address: string;
  readonly what:
    /** The provider has the mail. */
    | 'taken'
    | 'delivered'
    /** This mail was refused, the address may be good. */
    | 'blocked'
    /** The address takes no mail. */
    | 'bounced'
    | 'unsubscribed';
  readonly reason: string;
}

export interface MailedDelivery {
  readonly state: DeliveryState;
  readonly resent: boolean;
  readonly receipts: Receipts;
}

/** States in which the provider's word decides; the others were not sent, or a person gave them up. */
const open: readonly DeliveryState[] = ['sending', 'unknown', 'accepted', 'delivered', 'bounced'];

/**
 * The delivery after an event, or undefined when it changes nothing. The order of events does not
 * matter: for an address a bounce outweighs a delivery, for the mail one delivery outweighs bounces.
 */
export function afterMailEvent(
  delivery: MailedDelivery,
  { address, what }: Pick<MailEvent, 'address' | 'what'>,
): MailedDelivery | undefined {
  // one that is about to be sent once more because nobody knew: now somebody does
  if (!open.includes(delivery.state) && !(delivery.state === 'pending' && delivery.resent))
    return undefined;
  const receipts = { ...delivery.receipts };
  const key = address.toLowerCase();
  if (what === 'delivered' && receipts[key] !== 'bounced') receipts[key] = 'delivered';
  if (what === 'bounced' || what === 'blocked') receipts[key] = 'bounced';
  return { ...delivery, state: stateOf(delivery.state, Object.values(receipts)), receipts };
}

function stateOf(before: DeliveryState, told: readonly Receipt[]): DeliveryState {
  if (told.includes('delivered')) return 'delivered';
  if (told.includes('bounced')) return 'bounced';
  return before === 'delivered' ? 'delivered' : 'accepted';
}

const STATE_OF: Readonly<Record<MailEvent['what'], 'Bounced' | 'Unsubscribed' | undefined>> = {
  taken: undefined,
  delivered: undefined,
  blocked: undefined,
  bounced: 'Bounced',
  unsubscribed: 'Unsubscribed',
};

/** Longer than a provider may send the same event again. */
export const EVENT_LIFE_MS = 26 * 3_600_000;

/**
 * Takes in events about deliveries of the workspace; those about deliveries that it does not have,
 * and those taken in before, change nothing.
 * @returns how many counted
 */
export async function takeMailEvents(
  tx: Sql,
  workspace: string,
  events: readonly MailEvent[],
  now: Date,
): Promise<number> {
  await tx.query('DELETE FROM mail_events WHERE workspace_id = $1 AND at < $2', [
    workspace,
    new Date(now.getTime() - EVENT_LIFE_MS),
  ]);
  let counted = 0;
  for (const event of events) if (await takeMailEvent(tx, workspace, event, now)) counted += 1;
  return counted;
}

async function takeMailEvent(
  tx: Sql,
  workspace: string,
  event: MailEvent,
  now: Date,
): Promise<boolean> {
  const { rows } = await tx.query<MailedDelivery & { monitor: string }>(
    `SELECT state, resent, receipts, monitor FROM deliveries WHERE workspace_id = $1 AND id = $2 FOR UPDATE`,
    [workspace, event.deliveryId],
  );
  const before = rows[0];
  if (!before) return false;
  const { rowCount } = await tx.query(
    'INSERT INTO mail_events (workspace_id, id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [workspace, event.id, now],
  );
  if (rowCount === 0) return false;
  const after = afterMailEvent(before, event);
  if (after) await writeDelivery(tx, workspace, event, before, after, now);
  const state = STATE_OF[event.what];
  if (state) await moveAddress(tx, workspace, event.address, state, now);
  return true;
}

const MAX_ERROR = 500;

/**
 * Ends a lease that stands: whoever holds it then writes nothing. A mail that arrives keeps the time of
 * its send, by which the channel's limit counts.
 */
async function writeDelivery(
  tx: Sql,
  workspace: string,
  { deliveryId, reason }: MailEvent,
  before: MailedDelivery & { readonly monitor: string },
  after: MailedDelivery,
  now: Date,
): Promise<void> {
  await tx.query(
    `UPDATE deliveries SET state = $3, receipts = $4, next_attempt_at = NULL, lease_until = NULL,
       lease_owner = NULL, unknown_since = NULL, last_error = CASE WHEN $3 = 'bounced' THEN $6 END,
       updated_at = CASE WHEN state = 'accepted' AND $3 = 'delivered' OR state = $3 THEN updated_at ELSE $5 END
     WHERE workspace_id = $1 AND id = $2`,
    [workspace, deliveryId, after.state, after.receipts, now, reason.slice(0, MAX_ERROR)],
  );
  if (before.state === after.state) return;
  await tx.query(
    `UPDATE channels c SET last_delivery_at = $3, last_delivery_result = d.state FROM deliveries d
     WHERE c.workspace_id = $1 AND d.workspace_id = $1 AND d.id = $2 AND c.name = d.channel`,
    [workspace, deliveryId, now],
  );
  await notifyEvent(tx, { workspace, kind: 'delivery', monitor: before.monitor, id: deliveryId });
}

/** Who receives the mail of a channel: added by its spec, and written to only once they have confirmed. */
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import { StoreError } from './errors.ts';
import { notifyEvent } from './events.ts';
import type { Sql } from './pool.ts';
import { askRecipients, forgetQuestions } from './recipientsAsked.ts';

export type RecipientState = 'Pending' | 'Confirmed' | 'Bounced' | 'Unsubscribed';

export interface Recipient {
  readonly channel: string;
  readonly address: string;
  readonly state: RecipientState;
  /** When it came into this state. */
  readonly updatedAt: Date;
}

/** A recipient with what its unsubscribe link is made of. */
export interface SecretRecipient extends Recipient {
  readonly id: string;
  readonly secret: Buffer;
}

const columns = 'channel, address, state, updated_at AS "updatedAt"';

/** The recipients of a channel, or of all channels of the workspace, by channel and address. */
export async function listRecipients(
  tx: Sql,
  workspace: string,
  channel?: string,
): Promise<Recipient[]> {
  const { rows } = await tx.query<Recipient>(
    `SELECT ${columns} FROM channel_recipients
     WHERE workspace_id = $1 AND ($2::text IS NULL OR channel = $2) ORDER BY channel, address`,
    [workspace, channel ?? null],
  );
  return rows;
}

/** As `listRecipients`, for those who send the mail. */
export async function listSecretRecipients(
  tx: Sql,
  workspace: string,
  channel: string,
): Promise<SecretRecipient[]> {
  const { rows } = await tx.query<SecretRecipient>(
    `SELECT ${columns}, id, secret FROM channel_recipients
     WHERE workspace_id = $1 AND channel = $2 ORDER BY address`,
    [workspace, channel],
  );
  return rows;
}

/** @throws StoreError `notFound` */
export async function getRecipient(
  tx: Sql,
  workspace: string,
  channel: string,
  address: string,
): Promise<Recipient> {
  const { rows } = await tx.query<Recipient>(
    `SELECT ${columns} FROM channel_recipients
     WHERE workspace_id = $1 AND channel = $2 AND address = $3 FOR UPDATE`,
    [workspace, channel, address],
  );
  if (!rows[0])
    throw new StoreError('notFound', `The channel ${channel} has no recipient ${address}.`);
  return rows[0];
}

/** The recipient of an unsubscribe link; its secret is to be checked before anything is done. */
export async function findRecipientById(
  tx: Sql,
  workspace: string,
  id: string,
): Promise<SecretRecipient | undefined> {
  const { rows } = await tx.query<SecretRecipient>(
    `SELECT ${columns}, id, secret FROM channel_recipients WHERE workspace_id = $1 AND id = $2`,
    [workspace, id],
  );
  return rows[0];
}

/**
 * Makes the recipients those of the spec: who is new is pending and asked by mail, who is gone is
 * forgotten, who stays keeps their state.
 */
export async function syncRecipients(
  tx: Sql,
  workspace: string,
  channel: string,
  spec: NotificationChannelSpec,
  now: Date,
): Promise<void> {
  const wanted = [...new Set(spec.email?.to ?? [])];
  const gone = await tx.query<{ address: string }>(
    `DELETE FROM channel_recipients
     WHERE workspace_id = $1 AND channel = $2 AND NOT address = ANY($3::text[]) RETURNING address`,
    [workspace, channel, wanted],
  );
  await forgetQuestions(tx, workspace, channel, addressesOf(gone.rows));
  const added = await tx.query<{ address: string }>(
    `INSERT INTO channel_recipients (workspace_id, channel, address, state, updated_at)
     SELECT $1, $2, address, 'Pending', $4 FROM unnest($3::text[]) address
     ON CONFLICT DO NOTHING RETURNING address`,
    [workspace, channel, wanted, now],
  );
  await askRecipients(tx, workspace, channel, addressesOf(added.rows), now);
}

const addressesOf = (rows: readonly { readonly address: string }[]): string[] =>
  rows.map(({ address }) => address);

/** The states that lead to a new one: a person's no is not undone by a bounce, nor by a late yes. */
const LEADS: Readonly<Record<RecipientState, readonly RecipientState[]>> = {
  Pending: ['Bounced'],
  Confirmed: ['Pending'],
  Bounced: ['Pending', 'Confirmed'],
  Unsubscribed: ['Pending', 'Confirmed', 'Bounced'],
};

/**
 * Moves an address to a state in every channel of the workspace, or in one, where its state allows
 * that. What waited for it is looked at again; an address that need not be asked is not.
 * @returns the channels where it moved
 */
export async function moveAddress(
  tx: Sql,
  workspace: string,
  address: string,
  state: RecipientState,
  now: Date,
  channel?: string,
): Promise<string[]> {
  const { rows } = await tx.query<{ channel: string; address: string }>(
    `UPDATE channel_recipients SET state = $3, updated_at = $4
     WHERE workspace_id = $1 AND lower(address) = lower($2) AND state = ANY($5::text[])
       AND ($6::text IS NULL OR channel = $6) RETURNING channel, address`,
    [workspace, address, state, now, LEADS[state], channel ?? null],
  );
  for (const moved of rows) {
    if (state !== 'Pending') await forgetQuestions(tx, workspace, moved.channel, [moved.address]);
    if (state === 'Confirmed') await releaseHeld(tx, workspace, moved.channel, now);
    await notifyEvent(tx, { workspace, kind: 'channel', id: moved.channel });
  }
  return rows.map((row) => row.channel).sort();
}

/**
 * Whether somebody of the channel has confirmed. Who is about to confirm waits for the end of the
 * transaction, and then finds what was held in it.
 */
export async function hasConfirmed(tx: Sql, workspace: string, channel: string): Promise<boolean> {
  const { rows } = await tx.query<{ state: RecipientState }>(
    'SELECT state FROM channel_recipients WHERE workspace_id = $1 AND channel = $2 FOR SHARE',
    [workspace, channel],
  );
  return rows.some(({ state }) => state === 'Confirmed');
}

/** Alerts that were put off without a try are due. */
async function releaseHeld(tx: Sql, workspace: string, channel: string, now: Date): Promise<void> {
  await tx.query(
    `UPDATE deliveries SET next_attempt_at = $3 WHERE workspace_id = $1 AND channel = $2
       AND state = 'pending' AND recipient IS NULL AND attempts = 0 AND next_attempt_at > $3`,
    [workspace, channel, now],
  );
}

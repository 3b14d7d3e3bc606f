/** NotificationChannels: create-or-update, reading, deleting, and how their deliveries went. */
import type { NotificationChannelSpec } from '../../crds/types/notificationchannel.ts';
import { plain, sameJson } from './canonical.ts';
import { StoreError } from './errors.ts';
import { notifyEvent } from './events.ts';
import type { EditGuard } from './monitors.ts';
import { checkGuard } from './monitors.ts';
import type { Page, PageRequest } from './paging.ts';
import { decodeCursor, pageLimit, pageOf } from './paging.ts';
import type { Sql } from './pool.ts';
import { syncRecipients } from './recipients.ts';
import { forgetQuestions } from './recipientsAsked.ts';

export interface Channel {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly resourceVersion: number;
  readonly spec: NotificationChannelSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly managedBy: string | null;
  /** Of a channel of a cluster, where its Secrets lie. */
  readonly namespace: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastDeliveryAt: Date | null;
  readonly lastDeliveryResult: string | null;
}

export interface ChannelInput {
  readonly name: string;
  readonly spec: NotificationChannelSpec;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface ChannelResult {
  readonly channel: Channel;
  readonly outcome: 'created' | 'configured' | 'unchanged';
}

const columns = `name, uid, generation, resource_version AS "resourceVersion", spec, labels,
  annotations, managed_by AS "managedBy", namespace, created_at AS "createdAt", updated_at AS "updatedAt",
  last_delivery_at AS "lastDeliveryAt", last_delivery_result AS "lastDeliveryResult"`;

async function find(tx: Sql, workspace: string, name: string, lock: '' | 'FOR UPDATE') {
  const { rows } = await tx.query<Channel>(
    `SELECT ${columns} FROM channels WHERE workspace_id = $1 AND name = $2 ${lock}`,
    [workspace, name],
  );
  return rows[0];
}

/** The channel of this name, or undefined. */
export const findChannel = (
  tx: Sql,
  workspace: string,
  name: string,
): Promise<Channel | undefined> => find(tx, workspace, name, '');

/** @throws StoreError `notFound` */
export async function getChannel(tx: Sql, workspace: string, name: string): Promise<Channel> {
  const channel = await findChannel(tx, workspace, name);
  if (!channel) throw new StoreError('notFound', `There is no channel named ${name}.`);
  return channel;
}

/** A page of the channels, by name. */
export async function listChannels(
  tx: Sql,
  workspace: string,
  request: PageRequest = {},
): Promise<Page<Channel>> {
  const limit = pageLimit(request);
  const after = request.cursor ? decodeCursor(request.cursor, [/^.{1,63}$/])[0] : '';
  const { rows } = await tx.query<Channel>(
    `SELECT ${columns} FROM channels WHERE workspace_id = $1 AND name > $2 ORDER BY name LIMIT $3`,
    [workspace, after, limit + 1],
  );
  return pageOf(
    rows,
    limit,
    ({ name }) => [name],
    (row) => row,
  );
}

async function insert(
  tx: Sql,
  workspace: string,
  input: ChannelInput,
  guard: EditGuard,
  deps: { readonly now: Date; readonly newUid: () => string },
): Promise<boolean> {
  if (guard.ifMatch !== undefined)
    throw new StoreError('notFound', `There is no channel named ${input.name}.`);
  const { rowCount } = await tx.query(
    `INSERT INTO channels (workspace_id, name, uid, spec, labels, annotations, managed_by,
       created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT DO NOTHING`,
    [
      workspace,
      input.name,
      deps.newUid(),
      plain(input.spec),
      input.labels ?? {},
      input.annotations ?? {},
      guard.managedBy,
      deps.now,
    ],
  );
  return rowCount === 1;
}

async function update(
  tx: Sql,
  workspace: string,
  input: ChannelInput,
  guard: EditGuard,
  before: Channel,
  now: Date,
): Promise<boolean> {
  const { labels = before.labels, annotations = before.annotations } = input;
  const edited = !sameJson(before.spec, input.spec);
  const kept =
    sameJson([before.labels, before.annotations], [labels, annotations]) &&
    before.managedBy === guard.managedBy;
  if (!edited && kept) return false;
  await tx.query(
    `UPDATE channels SET spec = $3, labels = $4, annotations = $5, managed_by = $6, updated_at = $7,
       generation = generation + $8, resource_version = resource_version + 1
     WHERE workspace_id = $1 AND name = $2`,
    [
      workspace,
      input.name,
      plain(input.spec),
      labels,
      annotations,
      guard.managedBy,
      now,
      edited ? 1 : 0,
    ],
  );
  return true;
}

/**
 * Creates or updates a channel; the rules are those of `applyMonitor`. Mail addresses that are new are
 * asked to confirm.
 * @throws StoreError `conflict` by the guard, `notFound` when `ifMatch` names one that is gone.
 */
export async function applyChannel(
  tx: Sql,
  workspace: string,
  input: ChannelInput,
  guard: EditGuard,
  deps: { readonly now: Date; readonly newUid: () => string },
): Promise<ChannelResult> {
  let before = await find(tx, workspace, input.name, 'FOR UPDATE');
  const created = !before && (await insert(tx, workspace, input, guard, deps));
  // Somebody else created it between our look and our insert: now it is there to be updated.
  if (!created) before ??= await find(tx, workspace, input.name, 'FOR UPDATE');
  if (before) checkGuard(`The channel ${input.name}`, before, guard);
  const changed = before && (await update(tx, workspace, input, guard, before, deps.now));
  const outcome = created ? 'created' : changed ? 'configured' : 'unchanged';
  if (input.spec.type === 'Email')
    await syncRecipients(tx, workspace, input.name, input.spec, deps.now);
  if (outcome !== 'unchanged')
    await notifyEvent(tx, { workspace, kind: 'channel', id: input.name });
  return { channel: await getChannel(tx, workspace, input.name), outcome };
}

/** @throws StoreError `notFound`, or `conflict` by the guard. */
export async function deleteChannel(
  tx: Sql,
  workspace: string,
  name: string,
  guard: EditGuard,
): Promise<void> {
  const before = await find(tx, workspace, name, 'FOR UPDATE');
  if (!before) throw new StoreError('notFound', `There is no channel named ${name}.`);
  checkGuard(`The channel ${name}`, before, guard);
  await tx.query('DELETE FROM channels WHERE workspace_id = $1 AND name = $2', [workspace, name]);
  await forgetQuestions(tx, workspace, name);
  await notifyEvent(tx, { workspace, kind: 'channel', id: name });
}

/** How many deliveries of each channel failed since a time: dead or bounced. */
export async function countFailed(
  tx: Sql,
  workspace: string,
  since: Date,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await tx.query<{ channel: string; failed: number }>(
    `SELECT channel, count(*)::int AS failed FROM deliveries
     WHERE workspace_id = $1 AND state IN ('dead', 'bounced') AND updated_at > $2 GROUP BY channel`,
    [workspace, since],
  );
  return new Map(rows.map(({ channel, failed }) => [channel, failed]));
}

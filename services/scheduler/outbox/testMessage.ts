/** Sends a test message through a channel, at once and without a row in the outbox. */
import {
  DELIVER_PATH,
  deliverResult,
  type AlertMessage,
  type DeliverResult,
  type DeliveryTarget,
} from '../../core/contracts/notification.ts';
import { messageOf } from '../../core/errors.ts';
import { getChannel, type Channel } from '../../store/channels.ts';
import { listSecretRecipients } from '../../store/recipients.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { addressTo } from './addressees.ts';
import type { DispatchDeps } from './dispatch.ts';
import { mailsOf, takenBy } from './parcel.ts';
import { resolveTarget } from './target.ts';

export interface TestResult {
  readonly kind: DeliverResult['kind'];
  readonly reason: string | null;
}

const SEND_MS = 30_000;

/** @throws StoreError `notFound` when there is no such channel */
export async function testChannel(
  { workspace, channel: name }: { readonly workspace: string; readonly channel: string },
  deps: Pick<
    DispatchDeps,
    'pool' | 'secrets' | 'notification' | 'clock' | 'quotas' | 'settings'
  > & {
    readonly newId: () => string;
  },
): Promise<TestResult> {
  const channel = await withWorkspace(deps.pool, workspace, (tx) =>
    getChannel(tx, workspace, name),
  );
  const resolved = await resolveTarget(workspace, channel, deps.secrets);
  if (resolved.kind === 'missing') return { kind: 'rejected', reason: resolved.message };
  const target = await confirmedOnly(resolved.target, workspace, channel, deps);
  if (target === undefined)
    return {
      kind: 'rejected',
      reason: `No recipient of the channel ${name} has confirmed; each of them got a mail with a link`,
    };
  const count = mailsOf(target);
  const mails = await deps.quotas.takeMails(workspace, count);
  if (mails.kind === 'full') return { kind: 'rejected', reason: mails.why };
  const body = {
    deliveryId: deps.newId(),
    attempt: 1,
    channel: { name, target },
    ...(channel.spec.template ? { template: channel.spec.template } : {}),
    message: testMessage(workspace, name, deps),
    timeoutMs: SEND_MS,
  };
  try {
    const result = await deps.notification.post(DELIVER_PATH, body, deliverResult, {
      timeoutMs: SEND_MS + 5_000,
    });
    if (result.kind === 'retry' || result.kind === 'rejected')
      await mails.giveBack(count - takenBy(result));
    return { kind: result.kind, reason: result.kind === 'accepted' ? null : result.reason };
  } catch (error) {
    return { kind: 'retry', reason: messageOf(error) };
  }
}

/** A mail goes to those who confirmed; undefined when nobody has. */
async function confirmedOnly(
  target: DeliveryTarget,
  workspace: string,
  { name, spec }: Pick<Channel, 'name' | 'spec'>,
  { pool, settings }: Pick<DispatchDeps, 'pool' | 'settings'>,
): Promise<DeliveryTarget | undefined> {
  if (spec.type !== 'Email') return target;
  const all = await withWorkspace(pool, workspace, (tx) =>
    listSecretRecipients(tx, workspace, name),
  );
  const confirmed = all.filter(({ state }) => state === 'Confirmed');
  if (confirmed.length === 0) return undefined;
  return addressTo(target, confirmed, workspace, settings.publicUrl);
}

function testMessage(
  workspace: string,
  channel: string,
  {
    clock,
    settings,
    newId,
  }: Pick<DispatchDeps, 'clock' | 'settings'> & { readonly newId: () => string },
): AlertMessage {
  return {
    id: newId(),
    kind: 'test',
    workspace,
    monitor: 'test',
    severity: 'info',
    title: 'Test message from duckmon',
    summary: `If you read this, the channel "${channel}" works.`,
    claims: [],
    verdict: null,
    why: null,
    findingId: null,
    checkId: null,
    occurredAt: clock.now().toISOString(),
    link: settings.publicUrl,
    acknowledgeLink: null,
  };
}

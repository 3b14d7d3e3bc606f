/** Sends a test message through a channel, at once and without a row in the outbox. */
import {
  DELIVER_PATH,
  deliverResult,
  type AlertMessage,
  type DeliverResult,
} from '../../core/contracts/notification.ts';
import { messageOf } from '../../core/errors.ts';
import { getChannel } from '../../store/channels.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { DispatchDeps } from './dispatch.ts';
import { resolveTarget } from './target.ts';

export interface TestResult {
  readonly kind: DeliverResult['kind'];
  readonly reason: string | null;
}

const SEND_MS = 30_000;

/** @throws StoreError `notFound` when there is no such channel */
export async function testChannel(
  { workspace, channel: name }: { readonly workspace: string; readonly channel: string },
  deps: Pick<DispatchDeps, 'pool' | 'secrets' | 'notification' | 'clock' | 'settings'> & {
    readonly newId: () => string;
  },
): Promise<TestResult> {
  const channel = await withWorkspace(deps.pool, workspace, (tx) =>
    getChannel(tx, workspace, name),
  );
  const resolved = await resolveTarget(workspace, channel.spec, deps.secrets);
  if (resolved.kind === 'missing') return { kind: 'rejected', reason: resolved.message };
  const body = {
    deliveryId: deps.newId(),
    attempt: 1,
    channel: { name, target: resolved.target },
    ...(channel.spec.template ? { template: channel.spec.template } : {}),
    message: testMessage(workspace, name, deps),
    timeoutMs: SEND_MS,
  };
  try {
    const result = await deps.notification.post(DELIVER_PATH, body, deliverResult, {
      timeoutMs: SEND_MS + 5_000,
    });
    return { kind: result.kind, reason: result.kind === 'accepted' ? null : result.reason };
  } catch (error) {
    return { kind: 'retry', reason: messageOf(error) };
  }
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

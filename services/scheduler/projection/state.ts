/** What the store knows of monitors and channels, in the words of the contract. Pure. */
import type { ChannelState, MonitorState, OUTCOMES } from '../../core/contracts/projection.ts';
import type { ChannelReport } from '../../store/channelStates.ts';
import type { FedMonitor } from '../../store/statusFeed.ts';

type LastCheck = NonNullable<MonitorState['lastCheck']>;

/** What an operator may know of a monitor; the message is cut to what a status may hold. */
export function monitorStateOf(row: FedMonitor): MonitorState {
  return {
    workspace: row.workspace,
    name: row.name,
    uid: row.uid,
    generation: row.generation,
    lastCheck: lastCheckOf(row),
    lastChange: row.lastChangeAt?.toISOString() ?? null,
    nextCheck: row.nextCheckAt?.toISOString() ?? null,
    consecutiveFailures: row.consecutiveFailures,
    openFindings: row.openFindings,
    monthCostUsd: row.monthCostUsd,
    goalVersion: row.goalVersion,
    lastHandledRunRequest: row.lastHandledRunRequest,
    conditions: row.conditions.map((condition) => ({
      type: condition.type,
      status: condition.status,
      reason: condition.reason,
      message: condition.message ?? '',
      lastTransitionTime: condition.lastTransitionTime,
    })),
  };
}

function lastCheckOf(row: FedMonitor): LastCheck | null {
  if (row.lastCheckAt === null || row.lastOutcome === null) return null;
  return {
    time: row.lastCheckAt.toISOString(),
    outcome: row.lastOutcome as (typeof OUTCOMES)[number],
    verdict: row.lastVerdict as LastCheck['verdict'],
    relevance: row.lastRelevance,
    message: row.lastMessage?.slice(0, 256) ?? null,
  };
}

/** How a channel is doing. */
export const channelStateOf = (row: ChannelReport): ChannelState => ({
  workspace: row.workspace,
  name: row.name,
  uid: row.uid,
  generation: row.generation,
  recipients: [...row.recipients],
  lastDelivery:
    row.lastDeliveryAt === null || row.lastDeliveryResult === null
      ? null
      : {
          time: row.lastDeliveryAt.toISOString(),
          result: row.lastDeliveryResult.slice(0, 64),
        },
  failed24h: row.failed24h,
  secret: row.secret,
});

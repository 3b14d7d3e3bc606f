/** Keeps what no model could judge, and says when it is tried again and when that is over. */
import type { Decision } from '../../domain/decision.ts';
import { blobHash } from '../../store/blobs.ts';
import type { PendingJudgement, PendingSource } from '../../store/memory.ts';
import type { PendingChanges } from '../../store/commit.ts';
import type { ConcludeInput } from './conclude.ts';
import type { Remembered } from './memory.ts';
import { soonMs } from './outage.ts';

/** For so long a change is tried again; then it is told as not judged. */
export const RETRY_FOR_MS = 24 * 3_600_000;
const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 3_600_000;

/** When the attempt after so many is made: a minute, doubling to an hour. */
export const retryDelayMs = (attempts: number): number =>
  Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1));

/** The next attempt; sooner when it was our own llm service that did not answer. */
export function nextAttemptAt(
  { claim, judged, now }: Pick<ConcludeInput, 'claim' | 'judged' | 'now'>,
  attempts: number,
): Date {
  const ms = judged?.unreached ? soonMs(attempts, claim.uid) : retryDelayMs(attempts);
  return new Date(now.getTime() + ms);
}

/** Whether trying again is over. */
export const isExpired = (pending: Pick<PendingJudgement, 'createdAt'>, now: Date): boolean =>
  now.getTime() - pending.createdAt.getTime() >= RETRY_FOR_MS;

/** A new waiting judgement when the decision says so. */
export function pendingAfter(
  input: ConcludeInput,
  decision: Decision | undefined,
  remembered: readonly Remembered[],
): PendingChanges {
  if (decision?.kind !== 'retryLater') return { put: [], done: [] };
  const { claim, decided, now, checkId } = input;
  const snapshots = new Map(remembered.map((each) => [each.state.source, each.snapshotId]));
  const sources = decided.checked.flatMap((each): PendingSource[] => {
    const { compared } = each;
    const seen = 'seen' in each.look ? each.look.seen : undefined;
    if (!compared || !decided.items.includes(compared) || !seen) return [];
    return [
      {
        source: compared.source,
        title: compared.title,
        finalUrl: compared.finalUrl,
        afterHash: compared.after.hash,
        beforeBlob: each.base?.textBlob ?? EMPTY_BLOB,
        afterBlob: seen.textBlob,
        afterSnapshot: snapshots.get(compared.source) ?? '',
      },
    ];
  });
  const put: PendingJudgement = {
    id: input.newId(),
    checkId,
    goalVersion: claim.goalVersion,
    createdAt: now,
    attempts: 1,
    nextAttemptAt: nextAttemptAt(input, 1),
    sources,
  };
  return { put: [put], done: [] };
}

/** Stands for a page that was never seen before. */
export const EMPTY_BLOB = blobHash(Buffer.alloc(0));

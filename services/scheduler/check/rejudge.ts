/** Judges again what no model could judge, from the stored texts. */
import type { Source } from '../../../crds/types/monitorjob.ts';
import type { FindingContext } from '../../domain/finding.ts';
import { diffTexts } from '../../domain/diff.ts';
import { looksLikeInstruction } from '../../domain/instruction.ts';
import { normalise } from '../../domain/normalise.ts';
import type { Claim } from '../../store/claim.ts';
import type { PendingJudgement } from '../../store/memory.ts';
import type { CheckRecord, PendingChanges } from '../../store/commit.ts';
import type { Known } from '../../store/telling.ts';
import type { Compared } from './compare.ts';
import { deskFor, type ConcludeInput } from './conclude.ts';
import { suppressedBy, worstStop } from './funnel.ts';
import { planNext } from './plan.ts';
import { changeOf } from './report.ts';
import { EMPTY_BLOB, isExpired, nextAttemptAt } from './retry.ts';
import { tellVerdict, type VerdictOutcome } from './verdict.ts';
import { wakesOf } from './wakes.ts';

/** The changes of a waiting judgement, as the judge sees them; conditions were told long ago. */
export function itemsOf(
  { spec }: Pick<Claim, 'spec'>,
  pending: PendingJudgement,
  texts: ReadonlyMap<string, string>,
): Compared[] {
  return pending.sources.flatMap((stored): Compared[] => {
    const source = spec.sources.find((each) => each.name === stored.source);
    const beforeText = stored.beforeBlob === EMPTY_BLOB ? '' : texts.get(stored.beforeBlob);
    const afterText = texts.get(stored.afterBlob);
    if (!source || beforeText === undefined || afterText === undefined) return [];
    return [itemOf(stored, source, { before: beforeText, after: afterText })];
  });
}

/** One stored change as the judge sees it, by what the source ignores now. */
export function itemOf(
  { source, title, finalUrl }: Pick<Compared, 'source' | 'title' | 'finalUrl'>,
  { ignore }: Pick<Source, 'ignore'>,
  texts: { readonly before: string; readonly after: string },
): Compared {
  const options = { ignore: ignore?.text ?? [] };
  const [before, after] = [normalise(texts.before, options), normalise(texts.after, options)];
  return {
    source,
    title,
    finalUrl,
    before,
    after,
    change: diffTexts(before, after),
    conditions: [],
    instructionInPage: looksLikeInstruction(after.text) || looksLikeInstruction(before.text),
    stop: undefined,
  };
}

export interface RejudgeInput extends Omit<ConcludeInput, 'plan' | 'decided' | 'keepUntil'> {
  readonly pending: PendingJudgement;
  readonly items: readonly Compared[];
  readonly context: FindingContext;
}

/** The record of a re-judgement: a verdict and what it tells; baselines stay as they are. */
export function concludeRejudge(input: RejudgeInput, known: Known): CheckRecord {
  const { claim, items, judged, pending, checkId, now } = input;
  const desk = deskFor(input, known);
  const verdictId = judged ? input.newId() : null;
  const outcome = tellVerdict(desk, {
    spec: claim.spec,
    context: input.context,
    origin: { checkId, verdictId },
    items,
    stopped: [],
    judged,
    retryExpired: isExpired(pending, now),
  });
  const stops = [...outcome.stops.values()];
  const worst = worstStop(stops);
  const changes = pendingAfter(input, outcome);
  const others = claim.pending.filter((each) => each.id !== pending.id);
  const next = planNext({
    spec: claim.spec,
    seed: claim.uid,
    slot: claim.slot,
    ranSlot: undefined,
    now,
    wakes: wakesOf({ ...claim, pending: [...others, ...changes.put] }),
    notBefore: input.notBefore,
  });
  return {
    check: {
      id: checkId,
      at: now,
      trigger: 'rejudge',
      slot: null,
      generation: claim.generation,
      goalVersion: claim.goalVersion,
      runRequest: null,
      ...worst,
      message: null,
      sources: items.map((item) => ({
        source: item.source,
        ...(outcome.stops.get(item.source) ?? worst),
      })),
      verdict: judged?.verdict.verdict ?? null,
      relevance: judged?.verdict.relevance ?? null,
      durationMs: input.durationMs,
      tokensIn: judged?.tokensIn ?? 0,
      tokensOut: judged?.tokensOut ?? 0,
      costUsd: judged ? judged.costUsd : '0',
    },
    monitor: {
      wakeAt: next.wakeAt,
      nextSlot: next.nextSlot,
      missed: 0,
      changed: false,
      consecutiveFailures: claim.consecutiveFailures,
      failureAlerted: claim.failureAlerted,
      deaths: 0,
      conditions: claim.conditions,
      retry: claim.retry,
    },
    states: [],
    blobs: [],
    snapshots: [],
    values: [],
    baselines: [],
    verdict:
      judged && verdictId !== null
        ? {
            id: verdictId,
            verdict: judged.verdict,
            provenance: judged.provenance,
            change: items.map((item) =>
              changeOf(
                item,
                null,
                pending.sources.find((each) => each.source === item.source)?.afterSnapshot ?? null,
              ),
            ),
            suppressed: worst.outcome === 'Alerted' ? null : suppressedBy(worst),
          }
        : null,
    pending: changes,
    telling: desk.done(),
  };
}

function pendingAfter(input: RejudgeInput, { decision }: VerdictOutcome): PendingChanges {
  const { pending } = input;
  if (decision?.kind !== 'retryLater') return { put: [], done: [pending.id] };
  const attempts = pending.attempts + 1;
  return {
    put: [{ ...pending, attempts, nextAttemptAt: nextAttemptAt(input, attempts) }],
    done: [],
  };
}

/** The short way of a check that found nothing new: no text is stored, many commit together. */
import type { Clock } from '../../core/clock.ts';
import { retentionClass, type UnchangedRow } from '../../store/commit.ts';
import { isPutOff } from './conditions.ts';
import type { Checked } from './decide.ts';
import type { ConcludeInput } from './conclude.ts';
import { planNext } from './plan.ts';
import { extractorOf } from './look.ts';
import { describeValues } from './report.ts';
import { newestValidators } from './state.ts';
import { pointsOf, readsAsKnown } from './values.ts';

/** Whether a check leaves nothing behind but its own row and the monitor's next time. */
export function isPlain({ claim, decided }: Pick<ConcludeInput, 'claim' | 'decided'>): boolean {
  const healthy = (type: string): boolean =>
    claim.conditions.some((condition) => condition.type === type && condition.status === 'True');
  return (
    decided.checked.every((each) => isPlainSource(each) && readsAsKnown(claim.spec.values, each)) &&
    claim.consecutiveFailures === 0 &&
    !claim.failureAlerted &&
    claim.pending.length === 0 &&
    claim.deaths === 0 &&
    claim.retry === null &&
    !claim.conditions.some(isPutOff) &&
    healthy('Scheduled') &&
    healthy('Healthy')
  );
}

const isPlainSource = ({ look, fetched, memory, confirmation }: Checked): boolean =>
  look.kind === 'unchanged' &&
  !look.seen &&
  !confirmation &&
  fetched.needsJavaScript === undefined &&
  memory.state?.consecutiveFailures === 0 &&
  memory.state.pending === undefined;

/** The row of a plain check, or undefined when its schedule has a problem that must be said. */
export function plainRow(input: ConcludeInput): UnchangedRow | undefined {
  const { claim, plan, decided, now } = input;
  const next = planNext({
    spec: claim.spec,
    seed: claim.uid,
    slot: claim.slot,
    ranSlot: plan.slot,
    now,
    wakes: [],
    notBefore: input.notBefore,
  });
  if (next.problem) return undefined;
  const reason = decided.checked[0]?.look;
  const values = decided.checked.flatMap((each) => pointsOf(claim.spec.values, each));
  return {
    workspace: claim.workspace,
    monitor: claim.monitor,
    token: claim.token,
    id: input.checkId,
    at: now,
    retention: retentionClass(claim.spec.retention.days),
    slot: plan.slot ?? null,
    trigger: plan.trigger,
    generation: claim.generation,
    goal: claim.goalVersion,
    outcome: 'Unchanged',
    stage: 'valid',
    reason: reason?.kind === 'unchanged' ? reason.reason : null,
    sources: decided.checked.map(({ fetched, look, memory }) => ({
      source: fetched.source.name,
      outcome: 'Unchanged',
      stage: 'valid',
      reason: look.kind === 'unchanged' ? look.reason : null,
      extractor: extractorOf(look) ?? memory.state?.extractor ?? null,
      ...describeValues(values.filter(({ source }) => source === fetched.source.name)),
    })),
    duration: input.durationMs,
    wake: next.wakeAt,
    nextSlot: next.nextSlot,
    missed: plan.missed + next.missed,
    handled: claim.runRequest ?? null,
    values,
    validators: Object.fromEntries(decided.checked.flatMap(newestValidators)),
  };
}

export interface PlainCommitter {
  /** Resolves when the row is committed; false when another claim holds the monitor. */
  commit(row: UnchangedRow): Promise<boolean>;
}

/** Most rows of one statement. */
const MAX_BATCH = 200;

interface Waiting {
  readonly row: UnchangedRow;
  readonly resolve: (written: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Commits begin no faster than this one after the other. */
const GATHER_MS = 15;

/** Writes rows in one transaction; the ids of those whose claim still held come back. */
export type WriteRows = (rows: readonly UnchangedRow[]) => Promise<ReadonlySet<string>>;

/**
 * Commits rows as they come, but never sooner than 15 ms after the last commit began: what comes
 * meanwhile goes together. So a single check waits for nobody, and a thousand cost a few statements.
 */
export function createPlainCommitter(write: WriteRows, clock: Clock): PlainCommitter {
  let waiting: Waiting[] = [];
  let busy = false;
  let lastAt = -Infinity;
  const drain = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const early = lastAt + GATHER_MS - clock.monotonic();
      if (early > 0) await clock.sleep(early);
      lastAt = clock.monotonic();
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      try {
        const written = await write(batch.map((each) => each.row));
        for (const { row, resolve } of batch) resolve(written.has(row.id));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    busy = false;
  };
  return {
    commit: (row) => {
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      waiting.push({ row, resolve, reject });
      if (!busy) void drain();
      return promise;
    },
  };
}

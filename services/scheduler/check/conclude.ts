/** Concludes a check: one record of all that it found, from plain data, ready to be committed. */
import {
  failureFinding,
  findingsOf,
  notJudgedFinding,
  type FindingContext,
} from '../../domain/finding.ts';
import type { Claim } from '../../store/claim.ts';
import type { CheckRecord, VerdictRow } from '../../store/commit.ts';
import type { Known } from '../../store/telling.ts';
import { openDesk, type Desk } from '../tell/desk.ts';
import { monitorAfter, nextOf } from './after.ts';
import type { Checked, Decided } from './decide.ts';
import { tellFailures } from './failures.ts';
import { countOutcomes, suppressedBy, worstStop, type Stop } from './funnel.ts';
import type { Judged } from './judge.ts';
import { remember, type Remembered } from './memory.ts';
import type { Plan } from './plan.ts';
import { changeOf, describeSource, problemOf } from './report.ts';
import { pendingAfter } from './retry.ts';
import { pointsOf } from './values.ts';
import { tellVerdict, type VerdictOutcome } from './verdict.ts';

export interface ConcludeInput {
  readonly claim: Claim;
  readonly plan: Extract<Plan, { kind: 'check' }>;
  readonly decided: Decided;
  readonly judged: Judged | undefined;
  readonly checkId: string;
  readonly now: Date;
  readonly durationMs: number;
  readonly publicUrl: string;
  readonly keepUntil: Date;
  /** What the page's host or the budget asks for. */
  readonly notBefore: Date | undefined;
  readonly newId: () => string;
  readonly newToken: () => string;
}

/** The context by which all findings of one job are told apart from others. */
export const findingContext = ({
  workspace,
  monitor,
  spec,
}: Pick<Claim, 'workspace' | 'monitor' | 'spec'>): FindingContext => ({
  job: `${workspace}/${monitor}`,
  goalKind: spec.goal.kind,
  severity: spec.alerting.severity,
});

/** Fingerprints of all that a check may tell, so that findings of long ago are known again. */
export function fingerprintsOf(
  claim: Claim,
  checked: readonly Pick<Checked, 'compared'>[],
  judged: Judged | undefined,
): string[] {
  const context = findingContext(claim);
  const items = checked.flatMap((each) => each.compared ?? []);
  const conditions = items.flatMap((item) => item.conditions);
  return [
    ...findingsOf(context, judged?.verdict, conditions),
    ...items.map((item) => notJudgedFinding(context, item.source, item.after.hash, 'insufficient')),
    ...claim.spec.sources.map((source) => failureFinding(context, source.name, '', 1)),
  ].map((candidate) => candidate.fingerprint);
}

/** The desk on which a check of this claim tells. */
export const deskFor = (
  input: Pick<ConcludeInput, 'claim' | 'checkId' | 'now' | 'publicUrl' | 'newId' | 'newToken'>,
  known: Known,
): Desk =>
  openDesk({
    known,
    alerting: input.claim.spec.alerting,
    context: {
      workspace: input.claim.workspace,
      monitor: input.claim.monitor,
      publicUrl: input.publicUrl,
      now: input.now,
      checkId: input.checkId,
    },
    newId: input.newId,
    newToken: input.newToken,
  });

/** All that one check writes. */
export function concludeCheck(input: ConcludeInput, known: Known): CheckRecord {
  const { claim, decided, judged, checkId } = input;
  const { spec } = claim;
  const desk = deskFor(input, known);
  const verdictId = judged ? input.newId() : null;
  const context = findingContext(claim);
  const outcome = tellVerdict(desk, {
    spec,
    context,
    origin: { checkId, verdictId },
    items: decided.items,
    stopped: decided.checked.flatMap((each) =>
      each.compared?.stop && !each.confirmation ? [each.compared] : [],
    ),
    judged,
    retryExpired: false,
  });
  const again = input.plan.trigger === 'retry';
  const failures = tellFailures(desk, decided.checked, { context, spec, checkId, again });
  const stops = decided.checked.map((each) => stopOf(each, outcome));
  const remembered = decided.checked.map((each) =>
    remember(each, {
      spec,
      now: input.now,
      newId: input.newId,
      keepUntil: input.keepUntil,
      told: outcome.toldSources.has(each.fetched.source.name),
      again,
    }),
  );
  const pending = pendingAfter(input, outcome.decision, remembered);
  const worst = worstStop(stops);
  const next = nextOf(input, remembered, pending);
  return {
    check: {
      id: checkId,
      at: input.now,
      trigger: input.plan.trigger,
      slot: input.plan.slot ?? null,
      generation: claim.generation,
      goalVersion: claim.goalVersion,
      runRequest: claim.runRequest ?? null,
      ...worst,
      message: messageOf(decided.checked, stops, worst),
      sources: decided.checked.map((each, index) =>
        describeSource(
          each,
          stops[index] ?? worst,
          remembered[index]?.snapshotId ?? null,
          decided.items,
          spec.values,
        ),
      ),
      verdict: judged?.verdict.verdict ?? null,
      relevance: judged?.verdict.relevance ?? null,
      durationMs: input.durationMs,
      tokensIn: judged?.tokensIn ?? 0,
      tokensOut: judged?.tokensOut ?? 0,
      costUsd: judged ? judged.costUsd : '0',
    },
    monitor: monitorAfter(input, stops, next, failures.alerted),
    states: remembered.map((each) => each.state),
    blobs: remembered.flatMap((each) => each.blobs),
    snapshots: remembered.flatMap((each) => each.snapshots),
    values: decided.checked.flatMap((each) => pointsOf(spec.values, each)),
    baselines: remembered.flatMap((each) => each.baselines),
    verdict: verdictRow(input, verdictId, outcome, remembered),
    pending,
    telling: desk.done(),
  };
}

/** Where one source stopped. */
export function stopOf(checked: Checked, outcome: Pick<VerdictOutcome, 'stops'>): Stop {
  const { look, confirmation } = checked;
  if (confirmation)
    return {
      outcome: 'Suppressed',
      stage: 'diffed',
      reason: confirmation.kind === 'wait' ? 'awaitingConfirmation' : 'notConfirmed',
    };
  const told = outcome.stops.get(checked.fetched.source.name);
  if (told) return told;
  switch (look.kind) {
    case 'unchanged':
      return { outcome: 'Unchanged', stage: 'valid', reason: look.reason };
    case 'baseline':
      return { outcome: 'Unchanged', stage: 'valid', reason: `${look.why}Baseline` };
    case 'changed':
      return { outcome: 'Changed', stage: 'changed', reason: null };
    case 'notJudgeable':
      return { outcome: 'NotJudgeable', stage: 'fetched', reason: look.why };
    case 'failed':
      return { outcome: 'Failed', stage: 'fetched', reason: look.error.code };
    default:
      return look satisfies never;
  }
}

/** For people: what the worst source says, and the counts when there are several. */
function messageOf(
  checked: readonly Checked[],
  stops: readonly Stop[],
  worst: Stop,
): string | null {
  const index = stops.findIndex(
    (stop) => stop.outcome === worst.outcome && stop.stage === worst.stage,
  );
  const detail = checked[index] && problemOf(checked[index]);
  return [countOutcomes(stops), detail].filter((part) => part).join('; ') || null;
}

function verdictRow(
  { decided, judged }: ConcludeInput,
  id: string | null,
  outcome: VerdictOutcome,
  remembered: readonly Remembered[],
): VerdictRow | null {
  if (!judged || id === null) return null;
  const snapshots = new Map(remembered.map((each) => [each.state.source, each.snapshotId]));
  const bases = new Map(
    decided.checked.map((each) => [each.fetched.source.name, each.base?.snapshotId ?? null]),
  );
  const stops = decided.items.flatMap((item) => outcome.stops.get(item.source) ?? []);
  const told = stops.some((stop) => stop.outcome === 'Alerted');
  return {
    id,
    verdict: judged.verdict,
    provenance: judged.provenance,
    change: decided.items.map((item) =>
      changeOf(item, bases.get(item.source) ?? null, snapshots.get(item.source) ?? null),
    ),
    suppressed: told ? null : suppressedBy(worstStop(stops)),
  };
}

/** Turns a verdict into what is told of each changed source; shared by checks and re-judgements. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import { decide, type Decision } from '../../domain/decision.ts';
import {
  findingsOf,
  notJudgedFinding,
  type Candidate,
  type FindingContext,
} from '../../domain/finding.ts';
import type { SuppressReason } from '../../domain/types.ts';
import { resolveFindings, tellCandidate, type Origin, type Telled } from '../tell/candidates.ts';
import type { Desk } from '../tell/desk.ts';
import type { Compared } from './compare.ts';
import type { Stop } from './funnel.ts';
import type { Judged } from './judge.ts';

export interface VerdictInput {
  readonly spec: MonitorJobSpec;
  readonly context: FindingContext;
  readonly origin: Origin;
  /** Changes that were judged, or that conditions alone decide when there is no prompt. */
  readonly items: readonly Compared[];
  /** Changes that stopped before the judge; only their conditions are told. */
  readonly stopped: readonly Compared[];
  readonly judged: Judged | undefined;
  readonly retryExpired: boolean;
}

export interface VerdictOutcome {
  readonly decision: Decision | undefined;
  /** How each changed source ended. */
  readonly stops: ReadonlyMap<string, Stop>;
  /** Sources of which somebody was told now, or will be. */
  readonly toldSources: ReadonlySet<string>;
}

/** Tells what the verdict and the conditions call for, and resolves what is over. */
export function tellVerdict(desk: Desk, input: VerdictInput): VerdictOutcome {
  const { items, stopped } = input;
  const decision = items.length > 0 ? decideItems(desk, input) : undefined;
  const ofItems = decision ? candidatesOf(input, decision) : [];
  const fired = stopped.flatMap((item) => findingsOf(input.context, undefined, item.conditions));
  const telled = [...ofItems, ...fired].map((candidate) => ({
    source: candidate.source,
    result: tellCandidate(desk, candidate, input.origin),
  }));
  const all = [...items, ...stopped];
  resolveFindings(desk, new Set(all.map((item) => item.source)), {
    goalKind: input.spec.goal.kind,
    verdict: items.length > 0 ? input.judged?.verdict : undefined,
    conditions: all.flatMap((item) => item.conditions),
    candidates: [...ofItems, ...fired],
  });
  const stops = new Map(
    all.map((item) => [
      item.source,
      stopOf(
        item,
        decision,
        input.judged,
        telled.filter((each) => each.source === item.source).map((each) => each.result),
      ),
    ]),
  );
  const toldSources = new Set(
    telled.filter((each) => each.result === 'told').map((each) => each.source),
  );
  return { decision, stops, toldSources };
}

function decideItems(
  desk: Desk,
  { spec, context, items, judged, retryExpired }: VerdictInput,
): Decision {
  const conditions = items.flatMap((item) => item.conditions);
  return decide({
    goal: spec.goal,
    verdict: judged?.verdict,
    requirements: conditions.filter((result) => result.then === 'Require'),
    candidates: findingsOf(context, judged?.verdict, []),
    fired: findingsOf(context, undefined, conditions),
    stateIsTold: desk
      .findings()
      .some(
        (finding) =>
          finding.origin === 'claim' &&
          finding.state !== 'resolved' &&
          finding.lastAlertAt !== null,
      ),
    retryExpired,
  });
}

/** What is told: the decision's candidates and, where nothing could judge, one "not judged" a source. */
function candidatesOf({ context, items }: VerdictInput, decision: Decision): Candidate[] {
  const notJudged =
    decision.kind === 'changedNotJudged'
      ? items.map((item) => notJudgedFinding(context, item.source, item.after.hash, decision.why))
      : [];
  return [...decision.candidates, ...notJudged];
}

function stopOf(
  item: Compared,
  decision: Decision | undefined,
  judged: Judged | undefined,
  results: readonly Telled[],
): Stop {
  if (results.includes('told')) {
    const why = decision?.kind === 'changedNotJudged' ? decision.why : null;
    return { outcome: 'Alerted', stage: 'alerted', reason: why };
  }
  const held = results.find((result) => result !== 'told' && result !== 'knownFinding');
  if (held !== undefined) return { outcome: 'Suppressed', stage: 'deduped', reason: held };
  if (results.length > 0)
    return { outcome: 'Suppressed', stage: 'relevant', reason: 'knownFinding' };
  if (item.stop) return { outcome: 'Suppressed', ...item.stop };
  return { outcome: 'Suppressed', stage: stageOf(judged), reason: reasonOf(decision) };
}

/** How far a judged change came that nobody is told about. */
function stageOf(judged: Judged | undefined): Stop['stage'] {
  if (!judged) return 'conditions';
  if (!judged.provenance) return 'diffed';
  return judged.verdict.verdict === 'undetermined' ? 'judged' : 'evidence';
}

function reasonOf(decision: Decision | undefined): SuppressReason {
  if (decision?.kind === 'suppress') return decision.reason;
  // told about another source of the same check: this one's difference did not matter
  return decision?.kind === 'retryLater' ? 'undeterminedRetry' : 'noMatch';
}

/** Decides what a verdict leads to: telling, silence with a reason, another try, or "not judged". */
import type { Goal } from '../../crds/types/monitorjob.ts';
import type { ConditionResult } from './condition.ts';
import type { Candidate } from './finding.ts';
import type { SuppressReason, UndeterminedWhy, Verdict } from './types.ts';

/** `candidates` are told now, whatever else the decision says. */
export type Decision =
  | { readonly kind: 'tell'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'suppress'; readonly reason: SuppressReason; readonly candidates: readonly [] }
  | {
      readonly kind: 'retryLater';
      readonly why: UndeterminedWhy;
      readonly candidates: readonly Candidate[];
    }
  | {
      readonly kind: 'changedNotJudged';
      readonly why: UndeterminedWhy;
      readonly candidates: readonly Candidate[];
    };

export interface DecisionInput {
  readonly goal: Pick<Goal, 'threshold' | 'onUndetermined' | 'kind'>;
  /** Undefined when the goal has no prompt: conditions alone decide. */
  readonly verdict: Verdict | undefined;
  /** Results of the conditions that say Require. */
  readonly requirements: readonly ConditionResult[];
  /** Candidates of the verdict. */
  readonly candidates: readonly Candidate[];
  /** Candidates of conditions that say Alert: told with no model. */
  readonly fired: readonly Candidate[];
  /** State goals: a finding of this source's claims is open already. */
  readonly stateIsTold: boolean;
  /** The time for judging this change again is over: say that it was not judged. */
  readonly retryExpired: boolean;
}

/** What the verdict alone would lead to. */
type Step =
  | { readonly kind: 'tell' }
  | { readonly kind: 'suppress'; readonly reason: SuppressReason }
  | { readonly kind: 'retryLater' | 'changedNotJudged'; readonly why: UndeterminedWhy };

type Policy = (input: DecisionInput) => Step | undefined;

/** The first policy that has an opinion decides; without one the change is told as not judged. */
const policies: readonly Policy[] = [
  requirementsMustHold, //   a Require condition that is false; one that cannot be read decides nothing
  conditionsDecideAlone, //  no prompt: there is nothing that a model could add
  noMatchIsSilent, //        a judged no, from a page that did not talk to the model
  weakMatchIsSilent, //      below the threshold; never for a page that talks to the model
  toldStateIsKnown, //       still true, and somebody was told when it became true
  matchIsTold,
  heldIsForTheDashboard, //  onUndetermined: Hold
  passingIsRetried, //       onUndetermined: Retry, for what may pass by itself
];

/** Runs the chain; conditions that fired are told beside whatever it says. */
export function decide(input: DecisionInput): Decision {
  const step = firstStep(input);
  switch (step.kind) {
    case 'tell':
      return { kind: 'tell', candidates: [...input.candidates, ...input.fired] };
    case 'suppress':
      return input.fired.length > 0
        ? { kind: 'tell', candidates: input.fired }
        : { kind: 'suppress', reason: step.reason, candidates: [] };
    case 'retryLater':
    case 'changedNotJudged':
      return { kind: step.kind, why: step.why, candidates: input.fired };
    default:
      return step satisfies never;
  }
}

/**
 * Whether the judge may be asked: `unmet` stops the check, `unknown` (a value could not be read)
 * does not, because a parse error must never look like "not important".
 */
export function requirementsOf(results: readonly ConditionResult[]): 'met' | 'unmet' | 'unknown' {
  const required = results.filter((result) => result.then === 'Require');
  if (required.some((result) => !result.holds && result.problem === null)) return 'unmet';
  return required.some((result) => result.problem !== null) ? 'unknown' : 'met';
}

function firstStep(input: DecisionInput): Step {
  for (const policy of policies) {
    const step = policy(input);
    if (step) return step;
  }
  return toldAsNotJudged(input.verdict);
}

function requirementsMustHold({ requirements }: DecisionInput): Step | undefined {
  return requirementsOf(requirements) === 'unmet'
    ? { kind: 'suppress', reason: 'requirementNotMet' }
    : undefined;
}

function conditionsDecideAlone({ verdict, requirements, fired }: DecisionInput): Step | undefined {
  if (verdict) return undefined;
  if (fired.length === 0 && requirementsOf(requirements) === 'unknown')
    return { kind: 'changedNotJudged', why: 'insufficient' };
  return { kind: 'suppress', reason: 'noMatch' };
}

function noMatchIsSilent({ verdict }: DecisionInput): Step | undefined {
  return verdict?.verdict === 'no_match' && !verdict.instructionInPage
    ? { kind: 'suppress', reason: 'noMatch' }
    : undefined;
}

function weakMatchIsSilent({ verdict, goal }: DecisionInput): Step | undefined {
  return verdict?.verdict === 'match' &&
    verdict.relevance < goal.threshold &&
    !verdict.instructionInPage
    ? { kind: 'suppress', reason: 'belowThreshold' }
    : undefined;
}

function toldStateIsKnown({ verdict, goal, stateIsTold }: DecisionInput): Step | undefined {
  const isStillTrue = verdict?.verdict === 'match' && verdict.code === 'still_true';
  return isStillTrue && goal.kind === 'State' && stateIsTold && !verdict.instructionInPage
    ? { kind: 'suppress', reason: 'knownFinding' }
    : undefined;
}

function matchIsTold({ verdict, goal, candidates }: DecisionInput): Step | undefined {
  if (verdict?.verdict !== 'match' || candidates.length === 0) return undefined;
  // a weak match gets here only from a page that talks to the model
  return verdict.relevance < goal.threshold ? undefined : { kind: 'tell' };
}

function heldIsForTheDashboard({ goal }: DecisionInput): Step | undefined {
  return goal.onUndetermined === 'Hold'
    ? { kind: 'suppress', reason: 'undeterminedHeld' }
    : undefined;
}

function passingIsRetried({ goal, verdict, retryExpired }: DecisionInput): Step | undefined {
  const why = verdict?.why;
  const mayPass = why === 'model_unavailable' || why === 'invalid_answer';
  return goal.onUndetermined === 'Retry' && mayPass && !retryExpired
    ? { kind: 'retryLater', why }
    : undefined;
}

/** Never a silent no. */
function toldAsNotJudged(verdict: Verdict | undefined): Step {
  const why = verdict?.why ?? (verdict?.instructionInPage ? 'instruction_in_page' : 'no_evidence');
  return { kind: 'changedNotJudged', why };
}

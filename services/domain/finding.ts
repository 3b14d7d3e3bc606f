/** Makes findings: facts worth telling, each with the fingerprint by which it is told once. */
import { createHash } from 'node:crypto';
import type { Alerting, Goal } from '../../crds/types/monitorjob.ts';
import { severityOf } from './alert.ts';
import { canonicalValue } from './canonical.ts';
import type { ConditionResult } from './condition.ts';
import { cutText, describeFact, type Fact } from './describe.ts';
import { cleanProse } from './prose.ts';
import { subjectKey } from './subject.ts';
import type {
  ClaimKind,
  SeverityWord,
  UndeterminedWhy,
  Verdict,
  VerdictKind,
  VerifiedClaim,
} from './types.ts';

/** A fact worth telling, before it is known whether it was told already. */
export interface Candidate {
  readonly fingerprint: string;
  readonly origin: 'claim' | 'condition' | 'changedNotJudged' | 'failure';
  readonly source: string;
  readonly subject: string;
  readonly kind: ClaimKind | 'failure';
  readonly value: string | null;
  readonly severity: SeverityWord;
  readonly title: string;
  readonly summary: string;
  readonly claims: readonly VerifiedClaim[];
  readonly verdict: VerdictKind | null;
  readonly why: string | null;
}

/** What all candidates of one check share. */
export interface FindingContext {
  /** Stable identity of the job inside the installation: workspace/name. */
  readonly job: string;
  readonly goalKind: Goal['kind'];
  readonly severity: Alerting['severity'];
}

const MAX_TITLE = 200;

/**
 * All candidates of one check: one a fact of a match, one a condition that holds and says Alert.
 * @param verdict undefined when nothing was judged; only a match tells anything
 */
export function findingsOf(
  context: FindingContext,
  verdict: Verdict | undefined,
  conditions: readonly ConditionResult[],
): Candidate[] {
  const claims = verdict?.verdict === 'match' ? claimCandidates(context, verdict) : [];
  const fired = conditions.filter((result) => result.then === 'Alert' && result.holds);
  const all = [...claims, ...fired.map((result) => conditionCandidate(context, result))];
  return [...new Map(all.map((candidate) => [candidate.fingerprint, candidate])).values()];
}

/** "Changed, not judged": one for each source and text, with the reason why nobody could judge. */
export function notJudgedFinding(
  context: FindingContext,
  source: string,
  afterHash: string,
  why: UndeterminedWhy,
): Candidate {
  return {
    fingerprint: fingerprintOf(context.job, 'notJudged', source, afterHash),
    origin: 'changedNotJudged',
    source,
    subject: source,
    kind: 'changed',
    value: null,
    severity: severityOf(context.severity, 'warning'),
    title: cutText(`${source} changed, not judged`, MAX_TITLE),
    summary: `The page changed, and it could not be judged whether it matters: ${explainWhy(why)}.`,
    claims: [],
    verdict: 'undetermined',
    why,
  };
}

/** A source that failed so often in a row that somebody should know. */
export function failureFinding(
  context: FindingContext,
  source: string,
  why: string,
  inARow: number,
): Candidate {
  return {
    fingerprint: fingerprintOf(context.job, 'failure', source),
    origin: 'failure',
    source,
    subject: source,
    kind: 'failure',
    value: null,
    severity: severityOf(context.severity, 'warning'),
    title: cutText(`${source} could not be checked ${inARow} times in a row`, MAX_TITLE),
    summary: cleanProse(why),
    claims: [],
    verdict: null,
    why,
  };
}

/** One sentence part for people: why a change could not be judged. */
export function explainWhy(why: UndeterminedWhy): string {
  switch (why) {
    case 'model_unavailable':
      return 'the model did not answer';
    case 'invalid_answer':
      return "the model's answer could not be used";
    case 'model_not_configured':
      return 'no model is configured';
    case 'budget_exhausted':
      return 'the budget for this month is used up';
    case 'no_evidence':
      return "nothing in the page proves the model's answer";
    case 'instruction_in_page':
      return 'the page contains text that tries to instruct the model';
    case 'insufficient':
      return 'there was not enough to judge by';
    case 'not_judgeable':
      return 'the model found the page not judgeable';
    case 'canary_leaked':
      return "the model's answer was blocked, because it revealed its instructions";
    default:
      return why satisfies never;
  }
}

function claimCandidates(context: FindingContext, verdict: Verdict): Candidate[] {
  const facts = Map.groupBy(verdict.claims, (claim) => claimFingerprint(context, claim));
  return [...facts].flatMap(([fingerprint, claims]) => {
    const [claim] = claims;
    return claim ? [claimCandidate(context, verdict, claim, fingerprint, claims)] : [];
  });
}

function claimCandidate(
  context: FindingContext,
  verdict: Verdict,
  claim: VerifiedClaim,
  fingerprint: string,
  claims: readonly VerifiedClaim[],
): Candidate {
  return {
    fingerprint,
    origin: 'claim',
    source: claim.source,
    subject: claim.subject,
    kind: claim.kind,
    value: factOf(claim),
    severity: severityOf(context.severity, verdict.severity),
    title: describeFact(claim),
    summary: verdict.summary,
    claims,
    verdict: verdict.verdict,
    why: null,
  };
}

function conditionCandidate(context: FindingContext, result: ConditionResult): Candidate {
  const value = factOf(result);
  return {
    fingerprint:
      context.goalKind === 'State'
        ? fingerprintOf(context.job, 'condition', result.source, subjectKey(result.name))
        : fingerprintOf(
            context.job,
            'condition',
            result.source,
            subjectKey(result.name),
            result.kind,
            canonical(value),
          ),
    origin: 'condition',
    source: result.source,
    subject: result.subject,
    kind: result.kind,
    value,
    severity: severityOf(context.severity, 'warning'),
    title: describeFact(result),
    summary: cutText(summaryOf(result), MAX_TITLE),
    claims: result.evidence === '' ? [] : [claimOf(result)],
    verdict: null,
    why: null,
  };
}

const summaryOf = ({ name, evidence }: ConditionResult): string =>
  evidence === ''
    ? `Condition "${name}" holds.`
    : `Condition "${name}" holds: ${cleanProse(evidence)}`;

/** The matched text is the evidence; it was read from the page by code. */
const claimOf = ({
  kind,
  subject,
  before,
  after,
  evidence,
  source,
}: ConditionResult): VerifiedClaim => ({
  kind,
  subject,
  before,
  after,
  quote: evidence,
  side: kind === 'removed' ? 'before' : 'after',
  source,
});

/** A State's fact is that it is true, whatever the page says in detail: value and kind stay out. */
function claimFingerprint(context: FindingContext, claim: VerifiedClaim): string {
  const subject = subjectKey(claim.subject);
  return context.goalKind === 'State'
    ? fingerprintOf(context.job, 'claim', subject)
    : fingerprintOf(context.job, 'claim', subject, claim.kind, canonical(factOf(claim)));
}

/** What was removed has no after value: the removed text itself tells two removals apart. */
const factOf = (fact: Fact): string | null => (fact.kind === 'removed' ? fact.before : fact.after);

const canonical = (value: string | null): string | null =>
  value === null ? null : canonicalValue(value);

/** The identity of a fact: parts are quoted as JSON, so that no two lists of parts read the same. */
export const fingerprintOf = (...parts: readonly (string | null)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

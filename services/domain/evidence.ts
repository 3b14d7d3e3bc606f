/** The wall between a model's answer and an alert: a claim that the page does not prove is dropped. */
import { canonicalValue } from './canonical.ts';
import { checkClaim } from './claim.ts';
import { indexSource, type SourceEvidence } from './place.ts';
import { cleanProse } from './prose.ts';
import { checkSummary } from './summary.ts';
import type {
  Claim,
  DroppedClaim,
  JudgeAnswer,
  UndeterminedWhy,
  Verdict,
  VerdictKind,
  VerifiedClaim,
} from './types.ts';

export type { SourceEvidence } from './place.ts';

/** What the answer is checked against. */
export interface Evidence {
  readonly sources: readonly SourceEvidence[];
  /** Some text of the pages reads like an instruction to a model. */
  readonly instructionInPage: boolean;
}

/**
 * Checks every claim of an answer against the pages (design 4.6). It holds for a model that obeys
 * the page completely: a match is left only with claims whose quote is in the page and whose values
 * are whole tokens that the difference marks; a no from a page that talks to the model is not
 * believed.
 */
export function verifyAnswer(answer: JudgeAnswer, evidence: Evidence): Verdict {
  const sources = evidence.sources.map(indexSource);
  const kept: VerifiedClaim[] = [];
  const dropped: DroppedClaim[] = [];
  for (const claim of answer.claims) {
    const result = checkClaim(claim, sources);
    if (result.ok)
      kept.push({ ...claim, subject: cleanProse(claim.subject), source: result.source });
    else dropped.push({ claim, why: result.why });
  }
  const claims = withoutRepeats(kept);
  const outcome = outcomeOf(answer, claims, evidence.instructionInPage);
  return {
    ...outcome,
    relevance: answer.relevance,
    summary:
      outcome.verdict === 'match'
        ? checkSummary(answer.summary, claims)
        : cleanProse(answer.summary),
    severity: answer.severity,
    claims,
    droppedClaims: dropped,
    reason: cleanProse(answer.reason),
    code: answer.code,
    instructionInPage: evidence.instructionInPage || answer.code === 'instruction_in_page',
  };
}

interface Outcome {
  readonly verdict: VerdictKind;
  readonly why?: UndeterminedWhy;
}

function outcomeOf(
  answer: JudgeAnswer,
  claims: readonly VerifiedClaim[],
  instructed: boolean,
): Outcome {
  switch (answer.verdict) {
    case 'match':
      return claims.length > 0
        ? { verdict: 'match' }
        : { verdict: 'undetermined', why: 'no_evidence' };
    case 'no_match':
      return instructed || answer.code === 'instruction_in_page'
        ? { verdict: 'undetermined', why: 'instruction_in_page' }
        : { verdict: 'no_match' };
    case 'undetermined':
      return { verdict: 'undetermined', why: whyOf(answer, instructed) };
    default:
      return answer.verdict satisfies never;
  }
}

function whyOf(answer: JudgeAnswer, instructed: boolean): UndeterminedWhy {
  if (answer.code === 'not_judgeable') return 'not_judgeable';
  return instructed || answer.code === 'instruction_in_page'
    ? 'instruction_in_page'
    : 'insufficient';
}

/** A model that says one thing twice has said it once. */
function withoutRepeats(claims: readonly VerifiedClaim[]): VerifiedClaim[] {
  return [...new Map(claims.map((claim) => [keyOf(claim), claim])).values()];
}

const keyOf = ({
  kind,
  subject,
  before,
  after,
  source,
}: Claim & { readonly source: string }): string =>
  JSON.stringify([
    source,
    kind,
    canonicalValue(subject),
    canonicalValue(before ?? ''),
    canonicalValue(after ?? ''),
  ]);

/** The findings of a change that a judge would not tell and a person does. Pure. */
import { severityOf } from './alert.ts';
import { cutText, describeFact } from './describe.ts';
import { findingsOf, fingerprintOf, type Candidate, type FindingContext } from './finding.ts';
import type { Hunk, Verdict, VerifiedClaim } from './types.ts';

/** The part of a stored change that is looked at. */
export interface StoredChange {
  readonly source: string;
  readonly hunks: readonly Hunk[];
}

const MAX_QUOTE = 300;

/**
 * What is told: the proven claims of the verdict, whatever it made of them, or where it has none the first piece
 * of each source that changed, as it stands in the page.
 */
export function findingsByHand(
  context: FindingContext,
  verdict: Verdict,
  changes: readonly StoredChange[],
): Candidate[] {
  const proven = findingsOf(context, { ...verdict, verdict: 'match' }, []);
  const found =
    proven.length > 0 ? proven : changes.flatMap((each) => ofChange(context, verdict, each));
  return found.map((candidate) => ({ ...candidate, verdict: verdict.verdict }));
}

function ofChange(
  context: FindingContext,
  verdict: Verdict,
  { source, hunks }: StoredChange,
): Candidate[] {
  const [hunk] = hunks;
  if (!hunk) return [];
  const claim = claimOf(source, hunk);
  return [
    {
      fingerprint: fingerprintOf(context.job, 'byHand', source, hunk.before, hunk.after),
      origin: 'claim',
      source,
      subject: source,
      kind: claim.kind,
      value: claim.after ?? claim.before,
      severity: severityOf(context.severity, verdict.severity),
      title: describeFact(claim),
      summary: 'Somebody looked at a change that was kept silent and found that it should be told.',
      claims: [claim],
      verdict: verdict.verdict,
      why: null,
    },
  ];
}

/** The text of a hunk is the page's own, so it proves itself. */
function claimOf(source: string, { kind, before, after }: Hunk): VerifiedClaim {
  const quote = cut(kind === 'removed' ? before : after);
  return {
    source,
    subject: source,
    kind,
    before: before === '' ? null : cut(before),
    after: after === '' ? null : cut(after),
    quote,
    side: kind === 'removed' ? 'before' : 'after',
  };
}

const cut = (text: string): string => cutText(text, MAX_QUOTE);

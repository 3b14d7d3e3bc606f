/** Decides whether a finding's fact is still true (design 4.7: resolved, reopened). */
import type { Goal } from '../../crds/types/monitorjob.ts';
import type { FindingRecord } from './alert.ts';
import type { ConditionResult } from './condition.ts';
import type { Candidate } from './finding.ts';
import { subjectKey } from './subject.ts';
import type { SeverityWord, Verdict } from './types.ts';

/** What one check of the finding's source has shown. */
export interface Observation {
  readonly goalKind: Goal['kind'];
  /** Undefined when nothing was judged. */
  readonly verdict: Verdict | undefined;
  readonly conditions: readonly ConditionResult[];
  /** What the check found worth telling. */
  readonly candidates: readonly Candidate[];
}

/** What a finding is decided by. */
export type Resolvable = Pick<
  FindingRecord,
  'fingerprint' | 'origin' | 'source' | 'subject' | 'state' | 'lastAlertAt'
>;

export type Resolution =
  | { readonly kind: 'keep' }
  /** `alert`: tell, with severity info, that it is over. */
  | { readonly kind: 'resolve'; readonly alert: boolean; readonly severity: SeverityWord };

const KEEP: Resolution = { kind: 'keep' };
const silently: Resolution = { kind: 'resolve', alert: false, severity: 'info' };

/**
 * State goals resolve on the way back and say so if anybody was told; Change goals resolve what a
 * newer value replaced, silently, so that the old value can be news again.
 */
export function decideResolution(finding: Resolvable, seen: Observation): Resolution {
  if (finding.state === 'resolved') return KEEP;
  if (seen.candidates.some((candidate) => candidate.fingerprint === finding.fingerprint))
    return KEEP;
  switch (finding.origin) {
    case 'claim':
      return resolveClaim(finding, seen);
    case 'condition':
      return resolveCondition(finding, seen);
    case 'changedNotJudged':
      return seen.verdict && seen.verdict.verdict !== 'undetermined' ? silently : KEEP;
    case 'failure':
      // whether the page works again is decided by `decideFailure`
      return KEEP;
    default:
      return finding.origin satisfies never;
  }
}

function resolveClaim(finding: Resolvable, seen: Observation): Resolution {
  if (seen.goalKind === 'Change') return isReplaced(finding, seen) ? silently : KEEP;
  const { verdict } = seen;
  const isOver =
    verdict?.verdict === 'no_match' &&
    // a page that talks to the model cannot close a finding; an unrelated change says nothing
    !verdict.instructionInPage &&
    (verdict.code === 'disappeared' || verdict.code === 'changed');
  return isOver ? told(finding) : KEEP;
}

function resolveCondition(finding: Resolvable, seen: Observation): Resolution {
  if (isReplaced(finding, seen)) return silently;
  const result = seen.conditions.find(
    (condition) =>
      condition.source === finding.source &&
      subjectKey(condition.subject) === subjectKey(finding.subject),
  );
  if (!result || result.problem !== null || result.isTrue) return KEEP;
  return seen.goalKind === 'State' ? told(finding) : silently;
}

const isReplaced = (finding: Resolvable, seen: Observation): boolean =>
  seen.candidates.some(
    (candidate) =>
      candidate.origin === finding.origin &&
      candidate.source === finding.source &&
      subjectKey(candidate.subject) === subjectKey(finding.subject),
  );

const told = (finding: Resolvable): Resolution => ({
  kind: 'resolve',
  alert: finding.lastAlertAt !== null,
  severity: 'info',
});

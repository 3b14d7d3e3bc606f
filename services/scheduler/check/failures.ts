/** Tells when a source could not be read so often in a row that somebody should know, and when it can again. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import { decideFailure } from '../../domain/failure.ts';
import { failureFinding, type FindingContext } from '../../domain/finding.ts';
import { resolveFinding, tellCandidate } from '../tell/candidates.ts';
import type { Desk } from '../tell/desk.ts';
import type { Checked } from './decide.ts';
import { problemOf } from './report.ts';

interface FailureContext {
  readonly context: FindingContext;
  readonly spec: MonitorJobSpec;
  readonly checkId: string;
  /** A try between slots: that it failed was said at the slot, and is not counted once more. */
  readonly again: boolean;
}

/** Decides for each source by itself, so that a good one never hides a bad one. */
export function tellFailures(
  desk: Desk,
  checked: readonly Checked[],
  { context, spec, checkId, again }: FailureContext,
): { readonly alerted: boolean } {
  for (const each of checked) {
    const source = each.fetched.source.name;
    const problem = problemOf(each);
    if (again && problem !== null) continue;
    const open = openFailure(desk, source);
    const before = each.memory.state?.consecutiveFailures ?? 0;
    const decision = decideFailure({
      failed: problem !== null,
      before,
      after: spec.alerting.onFailure.after,
      alerted: open !== undefined,
    });
    if (decision.kind === 'alert')
      tellCandidate(desk, failureFinding(context, source, problem ?? '', decision.inARow), {
        checkId,
        verdictId: null,
      });
    if (decision.kind === 'recovered' && open) {
      resolveFinding(desk, open);
      desk.tell(open, 'resolved', { severity: 'info', title: `${source} can be checked again` });
    }
  }
  return { alerted: desk.findings().some(isOpenFailure) };
}

const openFailure = (desk: Desk, source: string) =>
  desk.findings().find((finding) => isOpenFailure(finding) && finding.source === source);

const isOpenFailure = (finding: { readonly origin: string; readonly state: string }): boolean =>
  finding.origin === 'failure' && finding.state !== 'resolved';

/** Writes what became of a claim, counts it, and tells how it ended. */
import type { Claim } from '../../store/claim.ts';
import {
  commitCheck,
  retentionClass,
  type CheckRecord,
  type CommitResult,
  type UnchangedRow,
} from '../../store/commit.ts';
import type { Known } from '../../store/telling.ts';
import type { SchedulerDeps } from '../deps.ts';
import { dropDocuments } from './documents.ts';
import type { Stop } from './funnel.ts';

/**
 * `unchanged`: committed, and nothing besides the check's row; `stale`: the lease was lost, and
 * nothing was written.
 */
export type RunResult = 'committed' | 'unchanged' | 'stale' | 'released';

/** Commits a check that found nothing new, together with others. */
export async function commitPlain(row: UnchangedRow, deps: SchedulerDeps): Promise<RunResult> {
  await deps.failpoint('check.before-commit');
  const written = await deps.plain.commit(row);
  await deps.failpoint('check.after-commit');
  if (!written) return stale(deps);
  count(deps, row.outcome, row.trigger, row.sources);
  const { workspace, monitor, values: points, at: now, wake: next } = row;
  deps.metrics.values.note({ workspace, monitor, points, now, next });
  deps.load.checked(false);
  return 'unchanged';
}

/** Commits a check in a transaction of its own. */
export async function commit(
  claim: Claim,
  deps: SchedulerDeps,
  conclude: (known: Known) => CheckRecord,
  fingerprints: readonly string[],
): Promise<RunResult> {
  await deps.failpoint('check.before-commit');
  const target = {
    workspace: claim.workspace,
    monitor: claim.monitor,
    token: claim.token,
    generation: claim.generation,
    retention: retentionClass(claim.spec.retention.days),
    now: deps.clock.now(),
    fingerprints,
  };
  const result: CommitResult = await commitCheck(deps.pool, target, conclude);
  await deps.failpoint('check.after-commit');
  if (result.kind === 'stale') return stale(deps);
  const { check, telling, states } = result.record;
  await dropDocuments(claim, states, deps);
  count(deps, check.outcome, check.trigger, check.sources);
  deps.load.checked(check.verdict !== null);
  const { workspace, monitor } = claim;
  const { values: points, monitor: after } = result.record;
  deps.metrics.values.note({ workspace, monitor, points, now: check.at, next: after.wakeAt });
  for (const alert of telling.alerts) deps.metrics.alerts.inc({ kind: alert.kind });
  return 'committed';
}

function count(
  { metrics }: SchedulerDeps,
  outcome: string,
  trigger: string,
  sources: readonly object[],
): void {
  metrics.checks.inc({ outcome, trigger });
  for (const { stage, reason } of sources as readonly Stop[])
    metrics.stops.inc({ stage, reason: reason ?? '' });
}

function stale({ metrics }: SchedulerDeps): 'stale' {
  metrics.stale.inc();
  return 'stale';
}

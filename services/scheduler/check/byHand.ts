/** What a person asks of a stored check: to judge it once more, or to tell of it anyway. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import type { MonitorWorkers } from '../../core/contracts/projection.ts';
import type {
  RejudgeRequest,
  RejudgeResult,
  TellRequest,
  TellResult,
} from '../../core/contracts/scheduler.ts';
import { findingsByHand, type StoredChange } from '../../domain/byHand.ts';
import { getCheck } from '../../store/checks.ts';
import { retentionClass } from '../../store/commit.ts';
import { insertVerdict } from '../../store/commitRows.ts';
import { StoreError } from '../../store/errors.ts';
import { notifyEvent } from '../../store/events.ts';
import type { Sql } from '../../store/pool.ts';
import { loadKnown, writeTelling } from '../../store/telling.ts';
import { getVerdict, unsuppressVerdict, type StoredVerdict } from '../../store/verdicts.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { SchedulerDeps } from '../deps.ts';
import { tellCandidate } from '../tell/candidates.ts';
import { openDesk, type Desk } from '../tell/desk.ts';
import { changesOf, readItems } from './byHandTexts.ts';
import { judgeItems } from './judging.ts';
import { changeOf } from './report.ts';

interface JobNow {
  readonly spec: MonitorJobSpec;
  readonly goalVersion: number;
  readonly workers: MonitorWorkers | null;
}

/** The job as it is now. @throws StoreError `notFound` */
async function readJob(
  tx: Sql,
  workspace: string,
  monitor: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<JobNow> {
  const { rows } = await tx.query<JobNow>(
    `SELECT spec, goal_version AS "goalVersion", workers FROM monitors
     WHERE workspace_id = $1 AND name = $2 AND deleted_at IS NULL ${lock}`,
    [workspace, monitor],
  );
  if (!rows[0]) throw new StoreError('notFound', `The monitor ${monitor} was deleted.`);
  return rows[0];
}

/**
 * Judges the change of a stored check by the goal, the models and the budget of now. The verdict is stored beside
 * the others of the check; it tells nobody.
 * @throws StoreError `notFound`; `invalid` where there is nothing (any more) to judge
 */
export async function rejudgeCheck(
  { workspace, check: id }: RejudgeRequest,
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<RejudgeResult> {
  const { check, job, items } = await withWorkspace(deps.pool, workspace, async (tx) => {
    const found = await getCheck(tx, workspace, id);
    const now = await readJob(tx, workspace, found.monitor);
    const changes = await changesOf(tx, workspace, found);
    return { check: found, job: now, items: await readItems(tx, workspace, now.spec, changes) };
  });
  const claim = { workspace, monitor: check.monitor, ...job };
  const judged = await judgeItems(
    claim,
    id,
    items.map(({ item }) => item),
    deps,
    signal,
  );
  if (!judged)
    throw new StoreError('invalid', 'The goal has no words, so there is nothing to ask a model.');
  const verdict = deps.newId();
  await withWorkspace(deps.pool, workspace, async (tx) => {
    const target = {
      workspace,
      monitor: check.monitor,
      retention: retentionClass(job.spec.retention.days),
    };
    await insertVerdict(tx, target, {
      check: { id, at: deps.clock.now(), goalVersion: job.goalVersion },
      verdict: {
        id: verdict,
        verdict: judged.verdict,
        provenance: judged.provenance,
        change: items.map(({ item, before, after }) => changeOf(item, before, after)),
        suppressed: 'judgedByHand',
      },
    });
    await notifyEvent(tx, { workspace, kind: 'check', monitor: check.monitor, id });
  });
  return { verdict };
}

/** No limit of the job keeps silent what a person wants to be told. */
const UNLIMITED = { cooldown: '0s', maxPerHour: 1_000_000 } as const;

/**
 * Makes the finding and the alert of a change that was kept silent. The same fact is told once.
 * @throws StoreError `notFound`; `conflict` for what was told before; `invalid` for a verdict about nothing
 */
export async function tellAnyway(
  { workspace, verdict: id, actor }: TellRequest,
  deps: SchedulerDeps,
): Promise<TellResult> {
  return withWorkspace(deps.pool, workspace, async (tx) => {
    const { monitor } = await getVerdict(tx, workspace, id);
    // as a commit does, so that two who ask at once do not both tell
    const job = await readJob(tx, workspace, monitor, 'FOR UPDATE');
    const row = await getVerdict(tx, workspace, id);
    if (row.suppressed === null) throw toldBefore();
    const { candidates, desk } = await openFor(tx, workspace, row, job, deps);
    const origin = { checkId: row.checkId, verdictId: id };
    const results = candidates.map((candidate) => tellCandidate(desk, candidate, origin));
    const telling = desk.done();
    if (!results.includes('told') && !results.includes('hourlyLimit')) throw toldBefore();
    for (const finding of telling.findings) desk.note(finding.id, 'toldByHand', { by: actor });
    const now = desk.now;
    await writeTelling(tx, { workspace, monitor }, desk.done(), now);
    await unsuppressVerdict(tx, workspace, row);
    await notifyEvent(tx, { workspace, kind: 'check', monitor, id: row.checkId });
    for (const alert of telling.alerts) deps.metrics.alerts.inc({ kind: alert.kind });
    return {
      kind: results.includes('told') ? 'told' : 'held',
      findings: telling.findings.map((finding) => finding.id),
    };
  });
}

const toldBefore = (): StoreError =>
  new StoreError('conflict', 'This was told before; see the findings of the monitor.');

async function openFor(
  tx: Sql,
  workspace: string,
  row: StoredVerdict,
  { spec }: JobNow,
  deps: SchedulerDeps,
): Promise<{ candidates: ReturnType<typeof findingsByHand>; desk: Desk }> {
  const { monitor, verdict, checkId } = row;
  const { severity } = spec.alerting;
  const context = { job: `${workspace}/${monitor}`, goalKind: spec.goal.kind, severity };
  const candidates = findingsByHand(context, verdict, row.change as readonly StoredChange[]);
  if (candidates.length === 0)
    throw new StoreError('invalid', 'Nothing of this change is kept that could be told.');
  const now = deps.clock.now();
  const fingerprints = candidates.map(({ fingerprint }) => fingerprint);
  const desk = openDesk({
    known: await loadKnown(tx, { workspace, monitor }, now, fingerprints),
    alerting: { ...spec.alerting, ...UNLIMITED },
    context: { workspace, monitor, publicUrl: deps.settings.publicUrl, now, checkId },
    newId: deps.newId,
    newToken: deps.newToken,
  });
  return { candidates, desk };
}

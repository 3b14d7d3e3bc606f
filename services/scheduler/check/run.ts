/** Runs one claimed monitor through the line: fetch, look, compare, judge, conclude, commit. */
import { messageOf } from '../../core/errors.ts';
import { monthKey } from '../../domain/budget.ts';
import { IgnoreInvalid } from '../../domain/normalise.ts';
import type { Claim } from '../../store/claim.ts';
import { retentionClass, type CheckRecord } from '../../store/commit.ts';
import { StoreError } from '../../store/errors.ts';
import { releaseClaims } from '../../store/lease.ts';
import type { Known } from '../../store/telling.ts';
import type { SchedulerDeps } from '../deps.ts';
import { NoPodError } from '../workers/errors.ts';
import { commit, commitPlain, type RunResult } from './commit.ts';
import { concludeCheck, findingContext, fingerprintsOf, type ConcludeInput } from './conclude.ts';
import type { Decided } from './decide.ts';
import type { Judged } from './judge.ts';
import { judgeItems } from './judging.ts';
import { lookAndCompare, readTexts } from './looking.ts';
import { planClaim, type Plan } from './plan.ts';
import { concludeRejudge, itemsOf } from './rejudge.ts';
import { concludeBroken, concludeMissed, concludeQuarantine } from './setAside.ts';
import { isPlain, plainRow } from './unchanged.ts';
import { wakesOf } from './wakes.ts';

const DAY_MS = 86_400_000;

/** Does what a claim is for. Only a database that does not answer is an error. */
export async function runClaim(
  claim: Claim,
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<RunResult> {
  await deps.failpoint('check.after-claim');
  try {
    return await runPlan(claim, planClaim(claim, deps.clock.now()), deps, signal);
  } finally {
    deps.workers.leave(claim);
  }
}

async function runPlan(
  claim: Claim,
  plan: Plan,
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<RunResult> {
  switch (plan.kind) {
    case 'check':
      return runCheck(claim, plan, deps, signal);
    case 'rejudge':
      return runRejudge(claim, plan, deps, signal);
    case 'missed':
      return missClaim(claim, plan, deps);
    case 'quarantine':
      deps.metrics.quarantined.inc();
      return commit(
        claim,
        deps,
        (known) => concludeQuarantine(claim, plan, { ...base(claim, deps), known }),
        fingerprintsOf(claim, [], undefined),
      );
    case 'idle':
      await releaseClaims(deps.pool, [{ ...claim, until: idleUntil(claim, deps.clock.now()) }]);
      return 'released';
    default:
      return plan satisfies never;
  }
}

/** Nothing is due by now, so that what waits is yet to come. */
const idleUntil = (claim: Claim, now: Date): Date => {
  const wakes = wakesOf(claim).filter((wake) => wake > now);
  return new Date(Math.min(claim.slot.getTime(), ...wakes.map((wake) => wake.getTime())));
};

/** Counts a slot that nobody makes up for; no page is touched. */
export async function missClaim(
  claim: Claim,
  plan: Extract<Plan, { kind: 'missed' }>,
  deps: SchedulerDeps,
): Promise<RunResult> {
  const now = deps.clock.now();
  deps.metrics.missed.inc(plan.missed);
  return commit(claim, deps, () => concludeMissed(claim, plan, { now, newId: deps.newId }), []);
}

/** What every conclusion is given. */
const base = (claim: Claim, deps: SchedulerDeps) => ({
  claim,
  checkId: deps.newId(),
  now: deps.clock.now(),
  publicUrl: deps.settings.publicUrl,
  newId: deps.newId,
  newToken: deps.newToken,
});

async function runCheck(
  claim: Claim,
  plan: CheckPlan,
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<RunResult> {
  const checkId = deps.newId();
  if (plan.slot) {
    const lateMs = deps.clock.now().getTime() - plan.slot.getTime();
    deps.metrics.lateness.observe(Math.max(0, lateMs) / 1000);
  }
  try {
    return await walk(claim, plan, checkId, deps, signal);
  } catch (error) {
    if (error instanceof NoPodError) return turnAway(claim, deps);
    // a stop of the service and a database that does not answer say nothing about the page
    if (signal.aborted || error instanceof StoreError) throw error;
    deps.log.error(
      { err: error, workspace: claim.workspace, monitor: claim.monitor },
      'a check failed',
    );
    const rule = error instanceof IgnoreInvalid;
    const broken = { ...base(claim, deps), checkId, plan, message: messageOf(error), rule };
    const conclude = (known: Known): CheckRecord => concludeBroken({ ...broken, known });
    return commit(claim, deps, conclude, fingerprintsOf(claim, [], undefined));
  }
}

/** A check that no pod took has not begun: it waits, and its slot with it. */
async function turnAway(claim: Claim, deps: SchedulerDeps): Promise<RunResult> {
  const away = deps.workers.turnAway(claim);
  if (away.kind === 'missed') return missClaim(claim, away.plan, deps);
  await releaseClaims(deps.pool, [away.release]);
  return 'released';
}

/** The line itself, from the fetch to the commit. */
async function walk(
  claim: Claim,
  plan: CheckPlan,
  checkId: string,
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<RunResult> {
  const started = deps.clock.monotonic();
  const decided = await lookAndCompare(claim, plan, checkId, deps, signal);
  const judged = await judgeItems(claim, checkId, decided.items, deps, signal);
  const now = deps.clock.now();
  const input: ConcludeInput = {
    ...base(claim, deps),
    checkId,
    plan,
    decided,
    judged,
    now,
    durationMs: Math.round(deps.clock.monotonic() - started),
    keepUntil: new Date(now.getTime() + (retentionClass(claim.spec.retention.days) + 1) * DAY_MS),
    notBefore: notBefore(decided, judged, now),
  };
  const row = isPlain(input) ? plainRow(input) : undefined;
  if (row) return commitPlain(row, deps);
  const conclude = (known: Known): CheckRecord => concludeCheck(input, known);
  return commit(claim, deps, conclude, fingerprintsOf(claim, decided.checked, judged));
}

type CheckPlan = Extract<Plan, { kind: 'check' }>;

/** What the page's host asked for, and next month when the job pauses at the end of its budget. */
function notBefore(decided: Decided, judged: Judged | undefined, now: Date): Date | undefined {
  const waits = decided.checked.flatMap(({ look }) =>
    look.kind === 'failed' && look.error.retryAfterSeconds !== undefined
      ? [now.getTime() + look.error.retryAfterSeconds * 1000]
      : [],
  );
  if (judged?.budget === 'pause') waits.push(nextMonth(now).getTime());
  return waits.length > 0 ? new Date(Math.max(...waits)) : undefined;
}

function nextMonth(now: Date): Date {
  const [year, month] = monthKey(now).split('-').map(Number);
  return new Date(Date.UTC(year ?? 0, month ?? 0, 1));
}

async function runRejudge(
  claim: Claim,
  { pending }: Extract<Plan, { kind: 'rejudge' }>,
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<RunResult> {
  const started = deps.clock.monotonic();
  const blobs = pending.sources.flatMap((each) => [each.beforeBlob, each.afterBlob]);
  const items = itemsOf(claim, pending, await readTexts(claim, blobs, deps));
  const given = base(claim, deps);
  const judged = await judgeItems(claim, given.checkId, items, deps, signal);
  const input = {
    ...given,
    now: deps.clock.now(),
    durationMs: Math.round(deps.clock.monotonic() - started),
    pending,
    items,
    judged,
    context: findingContext(claim),
    notBefore: undefined,
  };
  const compared = items.map((item) => ({ compared: item }));
  return commit(
    claim,
    deps,
    (known) => concludeRejudge(input, known),
    fingerprintsOf(claim, compared, judged),
  );
}

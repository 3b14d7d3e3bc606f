/** Concludes checks that were not made: missed slots, quarantined monitors, failures of our own. */
import { failureFinding } from '../../domain/finding.ts';
import type { Claim } from '../../store/claim.ts';
import type { CheckRecord, CheckRow, MonitorAfter } from '../../store/commit.ts';
import type { Known } from '../../store/telling.ts';
import { tellCandidate } from '../tell/candidates.ts';
import { conditionsAfter } from './conditions.ts';
import { deskFor, findingContext, type ConcludeInput } from './conclude.ts';
import type { Stop } from './funnel.ts';
import { retryAfter } from './outage.ts';
import { planNext, type Plan } from './plan.ts';
import { pointsOfNoPage } from './values.ts';
import { wakesOf } from './wakes.ts';

type Base = Pick<
  ConcludeInput,
  'claim' | 'checkId' | 'now' | 'publicUrl' | 'newId' | 'newToken'
> & {
  readonly known: Known;
};

/**
 * A slot that nobody makes up for: counted, and said in the history. It says nothing about the page;
 * but a monitor that nobody has looked at for want of a pod is not healthy.
 */
export function concludeMissed(
  claim: Claim,
  plan: Extract<Plan, { kind: 'missed' }>,
  { now, newId }: { readonly now: Date; readonly newId: () => string },
): CheckRecord {
  const stop: Stop = { outcome: 'Missed', stage: 'fetched', reason: plan.reason };
  const isDue = claim.slot <= now;
  // what is tried again is tried until its next slot
  const retry = isDue ? null : claim.retry;
  const next = planNext({
    spec: claim.spec,
    seed: claim.uid,
    slot: claim.slot,
    ranSlot: isDue ? now : undefined,
    now,
    wakes: wakesOf({ ...claim, retry }),
    notBefore: undefined,
  });
  return {
    ...nothing(claim, newId),
    check: checkRow(claim, {
      id: newId(),
      at: now,
      stop,
      trigger: isDue ? 'schedule' : triggerOf(claim),
      message: plan.why ?? `${plan.missed} missed`,
    }),
    monitor: {
      ...kept(claim),
      wakeAt: next.wakeAt,
      nextSlot: next.nextSlot,
      missed: plan.missed,
      retry,
      conditions: conditionsAfter(claim, now, {
        problem: next.problem,
        failed: plan.why === undefined ? undefined : stop,
        why: plan.why,
        budget: undefined,
      }).filter(
        (condition) =>
          condition.type !== 'Healthy' ||
          plan.why !== undefined ||
          claim.conditions.some((each) => each.type === 'Healthy'),
      ),
    },
  };
}

/** Why a check was due before its slot. */
const triggerOf = ({ runRequest, buffered, retry }: Claim): CheckRow['trigger'] =>
  retry && runRequest === undefined && !buffered ? 'retry' : 'manual';

/** A monitor whose checks end the process is left alone for a while, and somebody is told. */
export function concludeQuarantine(
  claim: Claim,
  plan: Extract<Plan, { kind: 'quarantine' }>,
  base: Base,
): CheckRecord {
  const message = `The check ended its process ${claim.deaths} times in a row; it is tried again at ${plan.until.toISOString()}`;
  const stop: Stop = { outcome: 'Failed', stage: 'fetched', reason: 'quarantined' };
  return aside(base, {
    stop,
    message,
    trigger: 'schedule',
    ranSlot: base.now,
    notBefore: plan.until,
    tellAfter: 0,
    missed: 0,
    retry: null,
  });
}

/** A failure on our own side or in the job's own rules: said, counted, never taken for "unchanged". */
export function concludeBroken(
  input: Base & {
    readonly plan: Extract<Plan, { kind: 'check' }>;
    readonly message: string;
    /** A rule of the job cannot be run: trying again changes nothing. */
    readonly rule: boolean;
  },
): CheckRecord {
  const { plan, claim, now, rule } = input;
  const sources = plan.sources ?? claim.spec.sources.map((source) => source.name);
  const tried = sources.map((source) => ({ source, ours: !rule }));
  return aside(input, {
    stop: { outcome: 'Failed', stage: 'fetched', reason: 'internal' },
    message: input.message,
    trigger: plan.trigger,
    ranSlot: plan.slot,
    notBefore: undefined,
    tellAfter: claim.spec.alerting.onFailure.after,
    missed: plan.missed,
    retry: retryAfter(claim, tried, now),
  });
}

interface Aside {
  readonly stop: Stop;
  readonly message: string;
  readonly trigger: CheckRow['trigger'];
  readonly ranSlot: Date | undefined;
  readonly notBefore: Date | undefined;
  /** Failures in a row after which somebody is told. */
  readonly tellAfter: number;
  readonly missed: number;
  readonly retry: Claim['retry'];
}

function aside(
  base: Base,
  { stop, message, trigger, ranSlot, notBefore, tellAfter, missed, retry }: Aside,
): CheckRecord {
  const { claim, now, checkId } = base;
  const desk = deskFor(base, base.known);
  // a try between slots is the same failure once more
  const isAgain = trigger === 'retry';
  const inARow = claim.consecutiveFailures + (isAgain ? 0 : 1);
  const isTold = !isAgain && inARow >= tellAfter;
  const source = claim.spec.sources[0]?.name ?? '';
  if (isTold && !claim.failureAlerted)
    tellCandidate(desk, failureFinding(findingContext(claim), source, message, inARow), {
      checkId,
      verdictId: null,
    });
  const next = planNext({
    spec: claim.spec,
    seed: claim.uid,
    slot: claim.slot,
    ranSlot,
    now,
    wakes: wakesOf({ ...claim, retry }).filter((wake) => wake > now),
    notBefore,
  });
  // in quarantine no other wake counts: whatever is due would end the process again
  const wakeAt = notBefore && next.wakeAt && next.wakeAt < notBefore ? notBefore : next.wakeAt;
  return {
    ...nothing(claim, base.newId),
    check: checkRow(claim, { id: checkId, at: now, stop, trigger, message }),
    monitor: {
      ...kept(claim),
      wakeAt,
      nextSlot: next.nextSlot,
      missed: missed + next.missed,
      consecutiveFailures: inARow,
      failureAlerted: claim.failureAlerted || isTold,
      deaths: claim.deaths,
      retry,
      conditions: conditionsAfter(claim, now, {
        problem: next.problem,
        failed: stop,
        budget: undefined,
      }),
    },
    telling: desk.done(),
  };
}

const kept = (
  claim: Claim,
): Omit<MonitorAfter, 'wakeAt' | 'nextSlot' | 'missed' | 'conditions' | 'retry'> => ({
  changed: false,
  consecutiveFailures: claim.consecutiveFailures,
  failureAlerted: claim.failureAlerted,
  deaths: 0,
});

const nothing = ({ spec }: Claim, newId: () => string): Omit<CheckRecord, 'check' | 'monitor'> => ({
  states: [],
  blobs: [],
  snapshots: [],
  values: pointsOfNoPage(spec),
  baselines: [],
  verdict: null,
  pending: { put: [], done: [] },
  telling: { findings: [], events: [], alerts: [], tokens: [], newId },
});

function checkRow(
  claim: Claim,
  row: {
    readonly id: string;
    readonly at: Date;
    readonly stop: Stop;
    readonly trigger: CheckRow['trigger'];
    readonly message: string;
  },
): CheckRow {
  const sources = claim.spec.sources.map((source) => ({
    source: source.name,
    ...row.stop,
    message: row.message,
  }));
  return {
    id: row.id,
    at: row.at,
    trigger: row.trigger,
    slot: claim.slot,
    generation: claim.generation,
    goalVersion: claim.goalVersion,
    runRequest: claim.runRequest ?? null,
    ...row.stop,
    message: row.message,
    sources,
    verdict: null,
    relevance: null,
    durationMs: 0,
    tokensIn: 0,
    tokensOut: 0,
    costUsd: '0',
  };
}

/** What a monitor's row says after a check: when it is due again, and how it does. */
import type { StatusCondition } from '../../../crds/types/monitorjob.ts';
import type { Claim } from '../../store/claim.ts';
import type { MonitorAfter, PendingChanges } from '../../store/commit.ts';
import type { ConcludeInput } from './conclude.ts';
import { conditionsAfter } from './conditions.ts';
import { worstStop, type Stop } from './funnel.ts';
import type { Remembered } from './memory.ts';
import { isOurs, retryAfter } from './outage.ts';
import { planNext, type Next } from './plan.ts';
import { wakesOf } from './wakes.ts';

/** The next slot, or an earlier wake for what waits. */
export function nextOf(
  input: ConcludeInput,
  remembered: readonly Remembered[],
  { put }: PendingChanges,
): Next & Pick<Claim, 'retry'> {
  const { claim, plan, now } = input;
  const looked = new Set(remembered.map((each) => each.state.source));
  const states = [
    ...remembered.map((each) => each.state),
    ...claim.states.filter((state) => !looked.has(state.source)),
  ];
  const retry = retryOf(input);
  const next = planNext({
    spec: claim.spec,
    seed: claim.uid,
    slot: claim.slot,
    ranSlot: plan.slot,
    now,
    wakes: wakesOf({ states, pending: [...claim.pending, ...put], retry }),
    notBefore: input.notBefore,
  });
  return { ...next, retry };
}

function retryOf({ claim, decided, judged, now }: ConcludeInput): Claim['retry'] {
  // a job that pauses at the end of its budget looks at nothing until then
  if (judged?.budget === 'pause') return null;
  const tried = decided.checked.map(({ fetched, look }) => ({
    source: fetched.source.name,
    ours: isOurs(look),
  }));
  return retryAfter(claim, tried, now);
}

/** Crashes of the page's own browser count as deaths: they end in the same quarantine. */
const CRASHES = new Set(['browserCrashed', 'outOfMemory']);

/** The monitor's own part of the commit. */
export function monitorAfter(
  input: ConcludeInput,
  stops: readonly Stop[],
  next: ReturnType<typeof nextOf>,
  failureAlerted: boolean,
): MonitorAfter {
  const { claim, decided, judged, plan, now } = input;
  const failed = stops.some((stop) => stop.outcome === 'Failed' || stop.outcome === 'NotJudgeable');
  const crashed = decided.checked.some(
    ({ look }) => look.kind === 'failed' && CRASHES.has(look.error.code),
  );
  return {
    wakeAt: next.wakeAt,
    nextSlot: next.nextSlot,
    missed: plan.missed + next.missed,
    changed: decided.checked.some(({ look }) => look.kind === 'changed'),
    consecutiveFailures: failuresAfter(input, failed),
    failureAlerted,
    deaths: crashed ? claim.deaths + 1 : 0,
    conditions: conditionsAfter(claim, now, {
      problem: next.problem,
      failed: failed ? worstStop(stops) : hasFailingOthers(input) ? 'elsewhere' : undefined,
      budget: judged?.budget,
    }) satisfies readonly StatusCondition[],
    retry: next.retry,
  };
}

/** A try between slots is the same failure once more; and a good source says nothing about others. */
function failuresAfter(input: ConcludeInput, failed: boolean): number {
  const { claim, plan } = input;
  if (failed) return claim.consecutiveFailures + (plan.trigger === 'retry' ? 0 : 1);
  return hasFailingOthers(input) ? claim.consecutiveFailures : 0;
}

/** Whether a source fails that this check did not look at. */
function hasFailingOthers({ claim, decided }: ConcludeInput): boolean {
  const looked = new Set(decided.checked.map((each) => each.fetched.source.name));
  const others = claim.spec.sources.filter((source) => !looked.has(source.name));
  const names = new Set(others.map((source) => source.name));
  return claim.states.some((state) => names.has(state.source) && state.consecutiveFailures > 0);
}

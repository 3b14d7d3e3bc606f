/** What a monitor's row says after a check: when it is due again, and how it does. */
import type { StatusCondition } from '../../../crds/types/monitorjob.ts';
import type { MonitorAfter } from '../../store/commit.ts';
import type { ConcludeInput } from './conclude.ts';
import { conditionsAfter } from './conditions.ts';
import { worstStop, type Stop } from './funnel.ts';
import type { Remembered } from './memory.ts';
import { planNext, type Next } from './plan.ts';

/** The next slot, or an earlier wake for what waits. */
export function nextOf(
  input: ConcludeInput,
  remembered: readonly Remembered[],
  retries: readonly Date[],
): Next {
  const { claim, plan, now } = input;
  const looked = new Set(remembered.map((each) => each.state.source));
  const states = [
    ...remembered.map((each) => each.state),
    ...claim.states.filter((state) => !looked.has(state.source)),
  ];
  const confirmations = states.flatMap((state) =>
    state.pending ? [new Date(state.pending.nextAt)] : [],
  );
  return planNext({
    spec: claim.spec,
    seed: claim.uid,
    slot: claim.slot,
    ranSlot: plan.slot,
    now,
    wakes: [...confirmations, ...retries, ...claim.pending.map((entry) => entry.nextAttemptAt)],
    notBefore: input.notBefore,
  });
}

/** Crashes of the page's own browser count as deaths: they end in the same quarantine. */
const CRASHES = new Set(['browserCrashed', 'outOfMemory']);

/** The monitor's own part of the commit. */
export function monitorAfter(
  input: ConcludeInput,
  stops: readonly Stop[],
  next: Next,
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
    consecutiveFailures: failed ? claim.consecutiveFailures + 1 : 0,
    failureAlerted,
    deaths: crashed ? claim.deaths + 1 : 0,
    conditions: conditionsAfter(claim, now, {
      problem: next.problem,
      failed: failed ? worstStop(stops) : undefined,
      budget: judged?.budget,
    }) satisfies readonly StatusCondition[],
  };
}

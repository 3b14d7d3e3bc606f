/** Decides what a claim is for, and when its monitor is due again. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import { nextSlot, planCheck, slotsMissed, type ScheduleProblem } from '../../domain/schedule.ts';
import type { Claim } from '../../store/claim.ts';
import type { PendingJudgement } from '../../store/memory.ts';
import type { CheckTrigger } from '../../store/commit.ts';

/** What one claim does. */
export type Plan =
  /** Fetch and compare; `sources` names those that are looked at, all when undefined. */
  | {
      readonly kind: 'check';
      readonly trigger: CheckTrigger;
      readonly slot: Date | undefined;
      readonly missed: number;
      readonly sources: readonly string[] | undefined;
    }
  /** Judge again what no model could judge, from stored snapshots. */
  | { readonly kind: 'rejudge'; readonly pending: PendingJudgement }
  /** The slot came too late or outside of the windows: counted, not run. */
  | {
      readonly kind: 'missed';
      readonly reason: 'deadline' | 'outsideWindow' | 'overlap';
      readonly missed: number;
      /** What kept it from running, where that was not its own schedule. */
      readonly why?: string;
    }
  /** Its checks ended the process again and again: left alone for a while. */
  | { readonly kind: 'quarantine'; readonly until: Date }
  /** Woken for nothing that is still due. */
  | { readonly kind: 'idle' };

/** Deaths in a row after which a monitor is left alone. */
export const QUARANTINE_AFTER = 3;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long a monitor is left alone after so many deaths: an hour, doubling to a day. */
export const quarantineMs = (deaths: number): number =>
  Math.min(DAY_MS, HOUR_MS * 2 ** Math.max(0, deaths - QUARANTINE_AFTER));

/** What is due of a claimed monitor, the most urgent first. */
export function planClaim(claim: Claim, now: Date): Plan {
  if (claim.died && claim.deaths >= QUARANTINE_AFTER && claim.runRequest === undefined)
    return { kind: 'quarantine', until: new Date(now.getTime() + quarantineMs(claim.deaths)) };
  const asked = claim.runRequest !== undefined || claim.buffered;
  const due = claim.slot <= now;
  if (asked || due) return planSlot(claim, now, asked, due);
  const pending = claim.pending.find((entry) => entry.nextAttemptAt <= now);
  if (pending) return { kind: 'rejudge', pending };
  const waiting = claim.states.filter(
    (state) => state.pending && new Date(state.pending.nextAt) <= now,
  );
  if (waiting.length > 0)
    return again(
      'confirm',
      waiting.map((state) => state.source),
    );
  if (claim.retry && new Date(claim.retry.at) <= now) return again('retry', claim.retry.sources);
  return { kind: 'idle' };
}

const again = (trigger: 'confirm' | 'retry', sources: readonly string[]): Plan => ({
  kind: 'check',
  trigger,
  slot: undefined,
  missed: 0,
  sources,
});

function planSlot(claim: Claim, now: Date, asked: boolean, due: boolean): Plan {
  if (!due)
    return { kind: 'check', trigger: 'manual', slot: undefined, missed: 0, sources: undefined };
  const plan = planCheck({
    schedule: claim.spec.schedule,
    slot: claim.slot,
    now,
    inFlight: false,
    runRequested: asked,
    seed: claim.uid,
  });
  switch (plan.kind) {
    case 'run':
      return {
        kind: 'check',
        trigger: asked ? 'manual' : 'schedule',
        slot: plan.slot,
        missed: plan.missed,
        sources: undefined,
      };
    case 'skip':
      return { kind: 'missed', reason: plan.reason, missed: plan.missed };
    case 'buffer':
      return { kind: 'idle' };
    default:
      return plan satisfies never;
  }
}

/** When a monitor is due again. */
export interface Next {
  readonly wakeAt: Date | null;
  readonly nextSlot: Date | null;
  /** Slots that passed while the check ran and that nobody makes up for. */
  readonly missed: number;
  readonly problem: ScheduleProblem | undefined;
}

export interface NextInput {
  readonly spec: MonitorJobSpec;
  readonly seed: string;
  /** The slot of the claim, and the one that was run or counted; undefined when none was due. */
  readonly slot: Date;
  readonly ranSlot: Date | undefined;
  readonly now: Date;
  /** Earlier wakes: confirmations, and what is tried again. */
  readonly wakes: readonly Date[];
  /** Not before: what the page's host, the budget or a quarantine asks for. */
  readonly notBefore: Date | undefined;
}

/**
 * The next slot and the next wake. Slots that came while the check ran are counted (overlap Skip) or
 * made up for by one run at once (BufferOne).
 */
export function planNext(input: NextInput): Next {
  const { slot, missed } = followingSlot(input);
  if (!(slot instanceof Date)) return { wakeAt: null, nextSlot: null, missed, problem: slot };
  const held = input.notBefore && input.notBefore > slot ? input.notBefore : slot;
  const wakeAt = new Date(Math.min(held.getTime(), ...input.wakes.map((wake) => wake.getTime())));
  return { wakeAt, nextSlot: slot, missed, problem: undefined };
}

function followingSlot(input: NextInput): { slot: Date | ScheduleProblem; missed: number } {
  const { spec, seed, ranSlot, now } = input;
  if (ranSlot === undefined) return { slot: input.slot, missed: 0 };
  if (spec.schedule.overlap === 'BufferOne')
    return { slot: nextSlot(spec.schedule, ranSlot, seed), missed: 0 };
  return {
    slot: nextSlot(spec.schedule, now, seed),
    missed: now > ranSlot ? slotsMissed(spec.schedule, ranSlot, now, seed) : 0,
  };
}

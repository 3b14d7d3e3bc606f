/** How many pods a pool needs, from the specs of its jobs, before their load comes. Pure. */
import type { MonitorJobSpec } from '../../../../crds/types/monitorjob.ts';
import type { CapacityReport } from '../../../../services/core/contracts/projection.ts';
import { nextRun } from '../../../../services/domain/cron.ts';
import { parseDuration } from '../../../../services/domain/duration.ts';

/** Durations while the scheduler has measured none: cautious, so that the first minutes are not late. */
const ASSUMED_MS = { http: 1_500, browser: 8_000, judge: 8_000 } as const;
/** Share of checks that come to a model, while nothing was measured. */
const ASSUMED_JUDGED = 0.1;
/** Occurrences of a cron over which its mean interval is taken. */
const LOOK_AHEAD = 24;
/** A pool grows or shrinks only when the need leaves this band around what it has. */
const HYSTERESIS = 0.2;
/** A queue this late doubles the need. */
const LATE_MS = 60_000;
/** Kubernetes' own least for a cron that comes true once in a blue moon. */
const LONGEST_MS = 744 * 3_600_000;

/** Mean time between two checks of a schedule, in ms. Windows are not counted: peaks are what matters. */
export function meanIntervalMs(schedule: MonitorJobSpec['schedule'], now: Date): number {
  if (schedule.interval !== undefined) return parseDuration(schedule.interval);
  let last = now;
  let runs = 0;
  while (runs < LOOK_AHEAD) {
    const next = nextRun(schedule.cron ?? '', schedule.timeZone, last);
    if (!(next instanceof Date)) break;
    last = next;
    runs += 1;
  }
  return runs === 0 ? LONGEST_MS : Math.max(60_000, (last.getTime() - now.getTime()) / runs);
}

/** Mean time between two checks of a schedule, in ms. */
export type IntervalOf = (schedule: MonitorJobSpec['schedule']) => number;

/** What of a report is known; undefined when the scheduler could not be asked. */
export type Measured = CapacityReport | undefined;

type Source = MonitorJobSpec['sources'][number];

/** Auto pages are mostly read over HTTP, but nobody knows before the first look. */
const fetchMs = (source: Source, measured: Measured): number => {
  const http = measured?.p95Ms.http ?? ASSUMED_MS.http;
  const browser = measured?.p95Ms.browser ?? ASSUMED_MS.browser;
  if (source.fetch === 'Http') return http;
  if (source.fetch === 'Browser' || source.screenshot === 'Always') return browser;
  return (http + browser) / 2;
};

const isChecked = ({ suspend }: MonitorJobSpec): boolean => !suspend;

/** The order of the jobs must not matter, and the last bits of a sum depend on it. */
const rounded = (slots: number): number => Math.round(slots * 1e6) / 1e6;

/** Slots of a browser pool: the sum over all pages of fetch time through interval. */
export function browserSlots(
  specs: readonly MonitorJobSpec[],
  measured: Measured,
  intervalOf: IntervalOf,
): number {
  const slots = specs.filter(isChecked).reduce((sum, spec) => {
    const work = spec.sources.reduce((ms, source) => ms + fetchMs(source, measured), 0);
    return sum + work / intervalOf(spec.schedule);
  }, 0);
  return rounded(slots);
}

/** Slots of an LLM pool: checks a second that come to a model, times how long it takes. */
export function judgeSlots(
  specs: readonly MonitorJobSpec[],
  measured: Measured,
  intervalOf: IntervalOf,
): number {
  const share = measured?.judgedShare ?? ASSUMED_JUDGED;
  const ms = measured?.judgeP95Ms ?? ASSUMED_MS.judge;
  const slots = specs
    .filter(isChecked)
    .reduce((sum, spec) => sum + (share * ms) / intervalOf(spec.schedule), 0);
  return rounded(slots);
}

export interface PoolShape {
  readonly slotsPerPod: number;
  readonly targetUtilizationPercent: number;
  readonly min: number;
  readonly max: number;
}

/** Pods for so many slots, within the bounds; without any need the least. */
export function podsFor(slots: number, shape: PoolShape): number {
  const perPod = (shape.slotsPerPod * shape.targetUtilizationPercent) / 100;
  return Math.min(shape.max, Math.max(shape.min, Math.ceil(slots / perPod)));
}

export interface ScaleInput {
  readonly shape: PoolShape;
  readonly current: number;
  /** From `browserSlots` or `judgeSlots`. */
  readonly slots: number;
  /** Nothing is to be done for a while: the least will do, whatever the specs ask for. */
  readonly asleep: boolean;
  readonly measured: Measured;
  /** Since when fewer pods would have done, unbroken; undefined when they would not. */
  readonly lowSince: Date | undefined;
  readonly scaleDownDelayMs: number;
  readonly now: Date;
}

export interface ScalePlan {
  readonly replicas: number;
  readonly slotsNeeded: number;
  readonly lowSince: Date | undefined;
}

/**
 * The number of pods now. Up at once, down only after the delay and only when the need leaves the
 * band of 20 %; a report that is missing never takes a pod away.
 */
export function planScale(input: ScaleInput): ScalePlan {
  const { shape, current, measured, now } = input;
  const late = Math.min(1, (measured?.queueAgeMs ?? 0) / LATE_MS);
  const slotsNeeded = input.slots * (1 + late);
  const wanted = input.asleep ? shape.min : podsFor(slotsNeeded, shape);
  const bounded = Math.min(shape.max, Math.max(shape.min, current));
  const keep = (lowSince?: Date): ScalePlan => ({ replicas: bounded, slotsNeeded, lowSince });
  if (wanted > bounded) {
    const isInBand = wanted <= bounded * (1 + HYSTERESIS) && bounded > 0;
    return isInBand ? keep() : { replicas: wanted, slotsNeeded, lowSince: undefined };
  }
  if (wanted === bounded || wanted >= bounded * (1 - HYSTERESIS)) return keep();
  if (measured === undefined) return keep(input.lowSince);
  const lowSince = input.lowSince ?? now;
  if (now.getTime() - lowSince.getTime() < input.scaleDownDelayMs) return keep(lowSince);
  return { replicas: wanted, slotsNeeded, lowSince: undefined };
}

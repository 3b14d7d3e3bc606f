/** Mean intervals of schedules, remembered: to ask a cron for its next day costs a millisecond. */
import type { MonitorJobSpec } from '../../../../crds/types/monitorjob.ts';
import type { Clock } from '../../../../services/core/clock.ts';
import { pause } from '../../../../services/core/kube/scope.ts';
import { meanIntervalMs, type IntervalOf } from './capacity.ts';

type Schedule = MonitorJobSpec['schedule'];

export interface Intervals {
  /** Learns what it does not know, and lets the rest of the process have its turn meanwhile. */
  learn(schedules: Iterable<Schedule>, signal: AbortSignal): Promise<IntervalOf>;
}

/** A mean over the next runs of a cron moves slowly. */
const REMEMBERED_MS = 24 * 3_600_000;
/** Crons that are asked without a break. */
const BATCH = 10;

const nameOf = ({ cron = '', timeZone }: Schedule): string => `${timeZone}\n${cron}`;

export function createIntervals(clock: Clock): Intervals {
  let means = new Map<string, number>();
  let until = -Infinity;
  return {
    learn: async (schedules, signal) => {
      if (clock.monotonic() >= until) {
        means = new Map();
        until = clock.monotonic() + REMEMBERED_MS;
      }
      const known = means;
      let asked = 0;
      for (const schedule of schedules) {
        if (schedule.cron === undefined || known.has(nameOf(schedule))) continue;
        known.set(nameOf(schedule), meanIntervalMs(schedule, clock.now()));
        asked += 1;
        if (asked % BATCH === 0) await pause(clock, 0, signal);
      }
      return (schedule) =>
        (schedule.cron === undefined ? undefined : known.get(nameOf(schedule))) ??
        meanIntervalMs(schedule, clock.now());
    },
  };
}

/** How long a check and each of its pages may take. */
import type { MonitorJobSpec } from '../../../crds/types/monitorjob.ts';
import { parseDuration } from '../../domain/duration.ts';

export interface CheckTimeouts {
  /** One page, in ms. */
  readonly pageMs: number;
  /** All pages together, in ms. */
  readonly totalMs: number;
}

const PAGE_MS = 45_000;
const TOTAL_MS = 120_000;

/** The job's own timeouts, else min(45 s, half the interval) and min(2 min, 0.9 of the interval). */
export function timeoutsOf({
  schedule,
  timeouts,
}: Pick<MonitorJobSpec, 'schedule' | 'timeouts'>): CheckTimeouts {
  const interval = schedule.interval === undefined ? Infinity : parseDuration(schedule.interval);
  const pageMs = timeouts?.page ? parseDuration(timeouts.page) : Math.min(PAGE_MS, interval / 2);
  const totalMs = timeouts?.total
    ? parseDuration(timeouts.total)
    : Math.min(TOTAL_MS, interval * 0.9);
  return { pageMs: Math.min(pageMs, totalMs), totalMs };
}

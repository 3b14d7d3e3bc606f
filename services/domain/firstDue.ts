/** When a monitor that was just made, resumed or rescheduled is checked first. */
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import { isInWindow, nextAllowed, nextSlot } from './schedule.ts';

/**
 * At once, unless a window forbids it.
 * @param seed spreads the slots of monitors with the same schedule
 * @returns null when the schedule has no time to come
 */
export function firstDue(spec: MonitorJobSpec, now: Date, seed: string): Date | null {
  if (isInWindow(spec.schedule, now)) return now;
  const slot = nextSlot(spec.schedule, now, seed);
  return slot instanceof Date ? slot : (nextAllowed(spec.schedule, now) ?? null);
}

/** Whether a check runs, and when to look whether one does. */
import type { MonitorJob } from '../objects.ts';

type Looked = Pick<MonitorJob, 'status'> & {
  readonly spec: Pick<MonitorJob['spec'], 'suspend'>;
};

/** While a check runs there is no next one yet. */
export const isChecking = ({ spec, status }: Looked): boolean =>
  !spec.suspend &&
  status !== undefined &&
  status.nextCheck === undefined &&
  !status.conditions?.some((each) => each.type === 'Ready' && each.status === 'False');

const CALM_MS = 30_000;
const BUSY_MS = 700;
/** A check that should have begun longer ago than this waits for others; no use in looking often. */
const LATE_MS = 10_000;

/** When to ask for monitors again: no event tells that a check begins, but it is known when one should. */
export function nextLookMs(jobs: readonly Looked[], now: number): number {
  const waits = jobs
    .map(({ status }) => new Date(status?.nextCheck ?? Number.NaN).getTime() - now)
    .filter((wait) => wait > -LATE_MS);
  return Math.max(BUSY_MS, Math.min(CALM_MS, ...waits));
}

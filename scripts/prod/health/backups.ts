/** The last backup in the table of health. Pure. */
import { Cron } from 'croner';
import { age } from '../../../services/cli/terminal.ts';
import type { Row } from './row.ts';

export interface CronJob {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string };
  readonly spec: {
    readonly schedule: string;
    readonly timeZone?: string;
    readonly suspend?: boolean;
  };
  readonly status?: { readonly lastSuccessfulTime?: string };
}

const MAKE = 'npm run backup -- --cluster makes one now';

/** @param backups the CronJob; undefined when the chart makes none */
export function backupRow(backups: CronJob | undefined, now: Date): Row {
  const part = 'backup';
  if (backups === undefined) {
    const next = 'backup.enabled=true, unless the database is backed up where it is';
    return { part, state: 'note', ready: '', detail: 'duckmon makes none', next };
  }
  const { metadata, spec, status } = backups;
  const last = status?.lastSuccessfulTime;
  const detail = last === undefined ? 'none yet' : `${age(last, now)} ago`;
  if (spec.suspend === true)
    return { part, state: 'bad', ready: '', detail: `${detail}, and suspended`, next: MAKE };
  const since = new Date(last ?? metadata.creationTimestamp ?? now);
  const isLate = missed(spec.schedule, spec.timeZone ?? 'Etc/UTC', since, now);
  if (isLate)
    return {
      part,
      state: 'bad',
      ready: '',
      detail: `${detail}: two times of ${spec.schedule} went by without one`,
      next: `npm run prod-logs -- backup shows why; ${MAKE}`,
    };
  if (last === undefined) return { part, state: 'note', ready: '', detail, next: MAKE };
  return { part, state: 'ok', ready: '', detail };
}

/** Whether two times of the schedule have passed: at the first of them it may still have been at work. */
function missed(schedule: string, timezone: string, since: Date, now: Date): boolean {
  const [, second] = new Cron(schedule, { timezone, paused: true }).nextRuns(2, since);
  return second !== undefined && second < now;
}

/** Asks cron expressions for their next time, and says what is wrong with a schedule. */
import { Cron } from 'croner';

/** Why a schedule has no next slot; it concerns this one job and nobody else. */
export interface ScheduleProblem {
  readonly kind: 'scheduleProblem';
  readonly field: 'timeZone' | 'cron' | 'interval' | 'windows';
  /** For the job's owner: what is wrong and what to do. */
  readonly message: string;
}

const MAX_CRONS = 1000;

const crons = new Map<string, Cron | ScheduleProblem>();

/**
 * The first time after `after`, to the second, at which a five-field expression is true in a known
 * zone. Where an hour is skipped a named time runs at the first valid minute, where it is repeated
 * once; a pattern with a wildcard hour keeps its pace through both.
 */
export function nextRun(pattern: string, timeZone: string, after: Date): Date | ScheduleProblem {
  const cron = cronOf(pattern, timeZone);
  if (!(cron instanceof Cron)) return cron;
  return (
    cron.nextRun(after) ?? problem('cron', `The cron expression "${pattern}" never comes true.`)
  );
}

/** Makes the problem of one field of a schedule. */
export const problem = (field: ScheduleProblem['field'], message: string): ScheduleProblem => ({
  kind: 'scheduleProblem',
  field,
  message,
});

/** Parsing a pattern costs more than asking it, so parsed ones are kept. */
function cronOf(pattern: string, timeZone: string): Cron | ScheduleProblem {
  const key = `${timeZone}\n${pattern}`;
  const known = crons.get(key);
  if (known) return known;
  if (crons.size >= MAX_CRONS) crons.clear();
  const made = makeCron(pattern, timeZone);
  crons.set(key, made);
  return made;
}

function makeCron(pattern: string, timezone: string): Cron | ScheduleProblem {
  try {
    return new Cron(pattern, {
      timezone,
      mode: '5-part',
      fixedTimeRule: 'no-wildcard',
      paused: true,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return problem(
      'cron',
      `The cron expression "${pattern}" is not valid (${why}); use five fields, e.g. "0 8 * * 1-5".`,
    );
  }
}

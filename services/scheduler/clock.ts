/** Postgres' time as this process's clock, so that all schedulers agree whatever their machines say. */
import type { Clock } from '../core/clock.ts';
import type { Sql } from '../store/pool.ts';

export interface DatabaseClock extends Clock {
  /** Measures how far this machine's clock is off; call it now and then. */
  adjust(): Promise<void>;
}

/** A clock that runs with `base` and is set by the database. */
export function createDatabaseClock(sql: Sql, base: Clock): DatabaseClock {
  let offsetMs = 0;
  return {
    now: () => new Date(base.now().getTime() + offsetMs),
    monotonic: () => base.monotonic(),
    sleep: (ms, signal) => base.sleep(ms, signal),
    adjust: async () => {
      const before = base.monotonic();
      const { rows } = await sql.query<{ at: Date }>('SELECT clock_timestamp() AS at');
      const halfTrip = (base.monotonic() - before) / 2;
      const at = rows[0]?.at;
      if (at) offsetMs = Math.round(at.getTime() + halfTrip - base.now().getTime());
    },
  };
}

/** How often the loop claims: at once when something becomes due, in handfuls while there is a backlog. */

export interface Pace {
  /**
   * A claim got all that it asked for, or there was no slot to ask for one.
   * @returns ms until the next claim.
   */
  full(free: number): number;
  /**
   * A claim got less than it asked for.
   * @param dueInMs until the next monitor is due; 0 when one is due that was not to be had: it is in
   * other hands, or its workspace holds its share of the slots.
   * @returns ms until the next claim.
   */
  rest(taken: number, dueInMs: number): number;
  /** A check has ended; true when it is time to claim. */
  ended(running: number): boolean;
}

/** In a backlog a claim of one costs as much as a claim of many, so it waits for so many free slots … */
const HANDFUL = 1 / 8;
/** … or for so long. */
const BACKLOG_MS = 25;

/** @param slots checks that run at a time. */
export function createPace(slots: number): Pace {
  let backlog = false;
  let ended = 0;
  return {
    full: (free) => {
      backlog = true;
      return free > 0 ? 0 : BACKLOG_MS;
    },
    rest: (taken, dueInMs) => {
      backlog = dueInMs === 0;
      if (!backlog) return dueInMs;
      return taken > 0 ? 0 : BACKLOG_MS;
    },
    ended: (running) => {
      ended += 1;
      if (backlog && running > 0 && ended < slots * HANDFUL) return false;
      ended = 0;
      return true;
    },
  };
}

/** Counts how many fetches run, and refuses more than there is room for. */
import { HttpError } from '../core/errors.ts';

export interface Slots {
  readonly total: number;
  used(): number;
  /**
   * Runs work in a slot.
   * @throws HttpError `too_many_requests` with a wait of one second when all slots are in use.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createSlots(total: number, what: string): Slots {
  let used = 0;
  return {
    total,
    used: () => used,
    run: async (work) => {
      if (used >= total)
        throw new HttpError('too_many_requests', `All ${total} ${what} slots are in use`, {
          retryAfterSeconds: 1,
        });
      used += 1;
      try {
        return await work();
      } finally {
        used -= 1;
      }
    },
  };
}

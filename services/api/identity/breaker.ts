/** Keeps a provider that is away from holding people and sockets up. */
import type { Clock } from '../../core/clock.ts';
import { SignInError, reasonOf } from './reasons.ts';

export interface BreakerOptions {
  /** So many failures in a row open it. */
  readonly after: number;
  /** So long it stays open. */
  readonly openMs: number;
  /** So many may be under way. */
  readonly most: number;
}

export type Breaker = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Runs work that asks the provider. After some failures in a row it refuses at once for a while; then
 * the next one tries again.
 * @throws SignInError `provider_down` when it refuses, and what the work throws.
 */
export function createBreaker(clock: Pick<Clock, 'monotonic'>, options: BreakerOptions): Breaker {
  let failures = 0;
  let closedFrom = 0;
  let running = 0;
  return async (work) => {
    if (clock.monotonic() < closedFrom || running >= options.most)
      throw new SignInError('provider_down');
    running += 1;
    try {
      const result = await work();
      failures = 0;
      return result;
    } catch (error) {
      failures = reasonOf(error) === 'provider_down' ? failures + 1 : 0;
      if (failures >= options.after) closedFrom = clock.monotonic() + options.openMs;
      throw error;
    } finally {
      running -= 1;
    }
  };
}

/** Which pods of a pool with a pod for each check are taken. */
import type { Clock } from '../../core/clock.ts';

export interface Places {
  /** Those of the addresses that no check has, in their order. */
  free(addresses: readonly string[]): readonly string[];
  take(address: string): void;
  /** `spent`: its pod has served a check, so that it serves no other. */
  leave(address: string, spent: boolean): void;
}

/** A pod that served its check is gone by then; whoever has its address after that is another. */
const SPENT_MS = 90_000;

/** Of one process; an address that is gone is forgotten. */
export function createPlaces(clock: Pick<Clock, 'monotonic'>): Places {
  const taken = new Set<string>();
  const spentUntil = new Map<string, number>();
  return {
    free: (addresses) => {
      const now = clock.monotonic();
      for (const [address, until] of spentUntil)
        if (until <= now || !addresses.includes(address)) spentUntil.delete(address);
      return addresses.filter((address) => !taken.has(address) && !spentUntil.has(address));
    },
    take: (address) => void taken.add(address),
    leave: (address, spent) => {
      taken.delete(address);
      if (spent) spentUntil.set(address, clock.monotonic() + SPENT_MS);
    },
  };
}

/**
 * The newest state of each workspace's Secrets that this process has seen. Who puts back a whole workspace,
 * Secrets and key together, puts back something that fits; only who remembers more notices.
 */
import type { Envelope } from './envelope.ts';

export interface Newest {
  /** Notes a state; false when a newer one was noted before. */
  note(envelope: Envelope): boolean;
}

/** @param most how many workspaces are remembered; those that were noted longest ago are forgotten. */
export function createNewest(most = 50_000): Newest {
  const seen = new Map<string, number>();
  return {
    note: ({ id, versions: { last } }) => {
      const before = seen.get(id) ?? 0;
      seen.delete(id);
      seen.set(id, Math.max(before, last));
      for (const oldest of seen.keys()) {
        if (seen.size <= most) break;
        seen.delete(oldest);
      }
      return last >= before;
    },
  };
}

/** The checks that wait for a pod of their pool. */
import { hash } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import {
  MAX_WAITING,
  type PoolAddress,
  type WaitingCheck,
} from '../../core/contracts/projection.ts';
import type { Claim } from '../../store/claim.ts';
import type { Release } from '../../store/lease.ts';

/** A check that does not run yet. */
export interface Waiter {
  /** The same as long as it waits. */
  readonly key: string;
  /** What it is called in the report. */
  readonly id: string;
}

/** A monitor that was given back, and the pool that it waits for. */
export interface Held {
  readonly pool: PoolAddress;
  readonly release: Release;
}

export interface Waiting {
  /**
   * The check was put off; it keeps the id under which it began to wait.
   * @param release set when it can be made due as soon as its pool has a pod
   */
  note(waiter: Waiter, pool: PoolAddress, release?: Release): void;
  /** Since when it has waited. */
  since(key: string): Date | undefined;
  /** The check has a place: it waits no more, unless no pod takes it there. */
  begun(key: string): void;
  /** Nobody makes the check any more. */
  done(key: string): void;
  /** Those that were given back until their pool has a pod. */
  held(): readonly Held[];
  /** They are due again. */
  hastened(held: readonly Held[]): void;
  /** Oldest first. */
  list(): WaitingCheck[];
}

interface Entry {
  readonly id: string;
  readonly pool: PoolAddress;
  readonly since: Date;
  seenAt: number;
  hasBegun: boolean;
  held: Held | undefined;
}

/** Those beyond the most that are told of have their turn when others have begun. */
const MAX_KEPT = 10 * MAX_WAITING;
/** A monitor that was not seen for so long is edited, paused or gone, or another scheduler has it. */
const SEEN_MS = 60_000;

/** Of one process; its memory is bounded. */
export function createWaiting(clock: Pick<Clock, 'now' | 'monotonic'>): Waiting {
  const entries = new Map<string, Entry>();
  const isOld = ({ seenAt }: Entry): boolean => clock.monotonic() - seenAt > SEEN_MS;
  const forgetOld = (): void => {
    for (const [key, entry] of entries) if (isOld(entry)) entries.delete(key);
  };
  const find = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    return entry && !isOld(entry) ? entry : undefined;
  };
  return {
    note: ({ key, id }, pool, release) => {
      const before = find(key);
      // one that began and did not end is the same check, any other one is its successor
      const known = before?.hasBegun && before.id !== id ? undefined : before;
      if (!known) entries.delete(key);
      if (entries.size >= MAX_KEPT) forgetOld();
      if (!known && entries.size >= MAX_KEPT) return;
      entries.set(key, {
        id: known && isSamePool(known.pool, pool) ? known.id : id,
        pool,
        since: known?.since ?? clock.now(),
        seenAt: clock.monotonic(),
        hasBegun: false,
        held: release && { pool, release },
      });
    },
    since: (key) => find(key)?.since,
    begun: (key) => {
      const entry = entries.get(key);
      if (!entry) return;
      entry.hasBegun = true;
      entry.held = undefined;
    },
    done: (key) => void entries.delete(key),
    held: () => {
      forgetOld();
      return [...entries.values()].flatMap(({ held }) => held ?? []);
    },
    hastened: (all) => {
      for (const { release } of all) {
        const entry = entries.get(keyOf(release));
        if (entry) entry.held = undefined;
      }
    },
    list: () => {
      forgetOld();
      return [...entries.values()]
        .filter(({ hasBegun }) => !hasBegun)
        .slice(0, MAX_WAITING)
        .map(({ id, pool: { namespace, name } }) => ({
          namespace,
          pool: name,
          id,
        }));
    },
  };
}

/** A monitor has one check at a time. */
export const keyOf = ({ workspace, monitor }: Pick<Claim, 'workspace' | 'monitor'>): string =>
  `${workspace}/${monitor}`;

const isSamePool = (a: PoolAddress, b: PoolAddress): boolean =>
  a.namespace === b.namespace && a.name === b.name;

/**
 * Names the check of a claim, the same in each scheduler and after a restart. A slot stays while checks
 * that somebody asks for and confirmations are made, so these have names of their own.
 */
export function waiterOf(
  claim: Pick<Claim, 'workspace' | 'monitor' | 'uid' | 'slot' | 'runRequest' | 'states'>,
): Waiter {
  const { uid, slot, runRequest, states } = claim;
  const parts = [uid, slot.getTime().toString(36)];
  const confirms = states.flatMap(({ pending }) => (pending ? [Date.parse(pending.nextAt)] : []));
  if (runRequest !== undefined) parts.push(`r${hash('sha256', runRequest).slice(0, 8)}`);
  else if (confirms.length > 0) parts.push(`c${Math.min(...confirms).toString(36)}`);
  return { key: keyOf(claim), id: parts.join('-') };
}

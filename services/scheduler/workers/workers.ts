/** Who does the work of checks: pods of the pools that monitors are bound to, or the own services. */
import type { Clock } from '../../core/clock.ts';
import {
  PREVIEW_ID,
  type PoolAddress,
  type WaitingCheck,
} from '../../core/contracts/projection.ts';
import { callsBy } from '../../core/internal/pods.ts';
import type { Claim } from '../../store/claim.ts';
import { createDoor, type Door } from './door.ts';
import { createPools, type Pools, type PoolsOptions } from './pools.ts';
import { ownSeat, sharedSeat, singleSeat, type Caller, type Seat } from './seat.ts';
import { createWaiting } from './waiting.ts';

/** A check, or a preview; its seat is known by the object itself. */
export type Bound = Pick<Claim, 'workers'>;

export interface Workers extends Door {
  /** Waits until a pod is there for a preview, or until the signal fires. */
  seated(preview: Bound, checkId: string, signal: AbortSignal): Promise<void>;
  browser(check: Bound): Caller;
  /** @param pool null for the service that the scheduler is set up with */
  llm(pool: PoolAddress | null): Caller;
  /** The check has ended: its place is free. */
  leave(check: Bound): void;
  /** Checks that wait for a pod, oldest first. */
  waiting(): WaitingCheck[];
  /** Closes connections to pools that nobody has asked for in a while. */
  prune(): void;
  close(): Promise<void>;
}

export interface WorkersOptions extends PoolsOptions {
  /** The scheduler's time, by which slots are due. */
  readonly time: Pick<Clock, 'now' | 'monotonic' | 'sleep'>;
}

const LOOK_MS = 1_000;

/** Of one process. */
export function createWorkers({ time, ...options }: WorkersOptions): Workers {
  const pools = createPools(options);
  const waiting = createWaiting(time);
  const seats = new WeakMap<Bound, Seat>();
  const seatOf = (check: Bound): Seat => {
    const seat = seats.get(check) ?? makeSeat(check.workers?.browser ?? null, pools);
    seats.set(check, seat);
    return seat;
  };
  return {
    ...createDoor({ time, waiting, pools, seatOf }),
    seated: async (preview, checkId, signal) => {
      const pool = preview.workers?.browser;
      const waiter = { key: checkId, id: `${PREVIEW_ID}${checkId}` };
      if (!pool) return;
      try {
        while (!signal.aborted && !(await seatOf(preview).reserve())) {
          waiting.note(waiter, pool);
          // an abort only ends the wait
          await time.sleep(LOOK_MS, signal).catch(() => undefined);
        }
      } finally {
        waiting.done(checkId);
      }
    },
    browser: (check) => seatOf(check).browser,
    llm: (pool) => callsBy((send) => pools.of('llm', pool).pods.call(send)),
    leave: (check) => {
      seats.get(check)?.leave();
      seats.delete(check);
    },
    waiting: () => waiting.list(),
    prune: () => pools.prune(),
    close: () => pools.close(),
  };
}

function makeSeat(pool: PoolAddress | null, pools: Pools): Seat {
  const { pods, places } = pools.of('browser', pool);
  if (pool === null) return ownSeat(pods);
  return pool.perCheck ? singleSeat(pool, pods, places) : sharedSeat(pool, pods);
}

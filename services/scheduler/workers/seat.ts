/** The way of one check to the browsers of its pool. */
import type { PoolAddress } from '../../core/contracts/projection.ts';
import { InternalCallError, type InternalClient } from '../../core/internal/client.ts';
import { callsBy, wasNotTaken, type Pods, type Send } from '../../core/internal/pods.ts';
import { NoPodError } from './errors.ts';
import type { Places } from './places.ts';

/** Calls whoever is there. */
export type Caller = Pick<InternalClient, 'get' | 'post'>;

export interface Seat {
  /** Rejects with a `NoPodError` while no pod has taken anything of the check. */
  readonly browser: Caller;
  /** Keeps a pod for the check where each has one of its own; false when none is there. */
  reserve(): Promise<boolean>;
  /** The check has ended. */
  leave(): void;
}

/** A seat at the service that the scheduler is set up with: it is there, or its absence is an error. */
export const ownSeat = (pods: Pods): Seat => ({
  browser: callsBy((send) => pods.call(send)),
  reserve: () => Promise.resolve(true),
  leave: () => undefined,
});

/** A seat in a pool whose pods serve many checks at a time. */
export function sharedSeat(pool: PoolAddress, pods: Pods): Seat {
  let served = false;
  const run = async <T>(send: Send<T>): Promise<T> => {
    try {
      const answer = await pods.call(send);
      served = true;
      return answer;
    } catch (error) {
      if (!wasNotTaken(error)) served = true;
      if (!isAbsence(error)) throw error;
      throw served ? wait(error) : new NoPodError(pool, error);
    }
  };
  return {
    browser: callsBy(run),
    reserve: async () => (await pods.addresses()).length > 0,
    leave: () => undefined,
  };
}

/** A seat in a pool with a pod for each check: all fetches of the check go to the same one. */
export function singleSeat(pool: PoolAddress, pods: Pods, places: Places): Seat {
  let address: string | undefined;
  let served = false;
  let running = 0;
  const reserve = async (): Promise<boolean> => {
    if (address !== undefined) return true;
    const addresses = await pods.addresses();
    // another fetch of the check may have found one meanwhile
    if (address === undefined) {
      address = places.free(addresses)[0];
      if (address !== undefined) places.take(address);
    }
    return address !== undefined;
  };
  const lose = (lost: string): void => {
    if (address !== lost) return;
    places.leave(lost, true);
    address = undefined;
  };
  const run = async <T>(send: Send<T>): Promise<T> => {
    for (;;) {
      await reserve();
      const at = address;
      if (at === undefined) throw new NoPodError(pool);
      running += 1;
      try {
        const answer = await pods.callAt(at, send);
        served = true;
        return answer;
      } catch (error) {
        if (!wasNotTaken(error)) served = true;
        // busy with this very check is no other check's pod
        if (served || (!isAbsence(error) && running > 1)) throw error;
        lose(at);
      } finally {
        running -= 1;
      }
    }
  };
  return {
    browser: callsBy(run),
    reserve,
    leave: () => {
      if (address !== undefined) places.leave(address, served);
      address = undefined;
    },
  };
}

/** Pods come and go while a check runs: it goes on when one is there again. */
const wait = (cause: InternalCallError): InternalCallError =>
  new InternalCallError({ kind: 'busy', message: cause.message, retryAfterSeconds: 1 }, cause);

const isAbsence = (error: unknown): error is InternalCallError =>
  wasNotTaken(error) && error.problem.kind === 'unreachable';

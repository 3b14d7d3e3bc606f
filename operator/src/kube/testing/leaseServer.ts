/** One Lease behind a network that delays, loses and parts, for elections on a virtual clock. */
import type { Clock } from '../../../../services/core/clock.ts';
import { ApiError, NoAnswerError } from '../../../../services/core/kube/errors.ts';
import { pause } from '../../../../services/core/kube/scope.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import type { Lease } from '../lease.ts';

export interface LeaseServer {
  lease(): Lease | undefined;
  /** As by `kubectl delete` or `kubectl edit`. */
  set(lease: Lease | undefined): void;
  /** The way of one process to the server. */
  link(clock: Clock): Link;
  writes(): number;
}

/** `lostRequest` never arrives, `lostAnswer` takes effect; both are silence to the caller. */
export type Fate = 'ok' | 'lostRequest' | 'lostAnswer' | 'refused';

export interface Link {
  readonly transport: Pick<Transport, 'get' | 'replace'>;
  /** What becomes of the next call. */
  fate: () => Fate;
  /** There, and back. */
  delayMs: () => number;
}

export function createLeaseServer(): LeaseServer {
  let lease: Lease | undefined;
  let [version, uids, writes] = [0, 0, 0];
  const read = (): Lease => {
    if (!lease) throw new ApiError(404, { reason: 'NotFound' }, 'GET lease');
    return lease;
  };
  const store = (wish: Lease): Lease => {
    const expected = wish.metadata.resourceVersion;
    if (lease && expected !== lease.metadata.resourceVersion)
      throw new ApiError(409, { reason: 'Conflict' }, 'PUT lease');
    if (!lease && expected !== undefined)
      throw new ApiError(404, { reason: 'NotFound' }, 'PUT lease');
    writes += 1;
    version += 1;
    const uid = lease?.metadata.uid ?? `lease-${(uids += 1)}`;
    lease = { ...wish, metadata: { ...wish.metadata, uid, resourceVersion: String(version) } };
    return lease;
  };
  return {
    lease: () => lease,
    writes: () => writes,
    set: (next) => {
      version += 1;
      lease = next && {
        ...next,
        metadata: { ...next.metadata, resourceVersion: String(version) },
      };
    },
    link: (clock) => {
      const call = async <T>(act: () => T, signal = new AbortController().signal): Promise<T> => {
        const fate = link.fate();
        if (fate === 'refused') throw new NoAnswerError('unreachable', 'ECONNREFUSED');
        await pause(clock, link.delayMs(), signal);
        if (fate === 'lostRequest') await pause(clock, 3_600_000, signal);
        const answer = attempt(act);
        await pause(clock, fate === 'lostAnswer' ? 3_600_000 : link.delayMs(), signal);
        if (answer.error !== undefined) throw answer.error as Error;
        return answer.value as T;
      };
      const link: Link = {
        fate: () => 'ok',
        delayMs: () => 5,
        transport: {
          get: ((_resource, _ref, options) => call(read, options?.signal)) as (
            ...args: Parameters<Transport['get']>
          ) => Promise<Lease> as unknown as Transport['get'],
          replace: ((_resource, wish, options) =>
            call(() => store(wish as Lease), options?.signal)) as (
            ...args: Parameters<Transport['replace']>
          ) => Promise<Lease> as unknown as Transport['replace'],
        },
      };
      return link;
    },
  };
}

function attempt<T>(act: () => T): { readonly value?: T; readonly error?: unknown } {
  try {
    return { value: act() };
  } catch (error) {
    return { error };
  }
}

/** The processes behind one URL: each called by its own address, the least busy first. */
import type { Clock } from '../../core/clock.ts';
import type { ServiceName } from '../../core/contracts/ports.ts';
import type { PoolAddress } from '../../core/contracts/projection.ts';
import { atAddress } from '../../core/internal/addresses.ts';
import {
  createInternalClient,
  InternalCallError,
  type InternalClient,
} from '../../core/internal/client.ts';
import { currentKey } from '../../core/keyring.ts';
import type { KeySource } from '../../core/serviceKeys.ts';
import { createAddresses, type Resolve } from './addresses.ts';

/** One call of one pod. */
export type Send<T> = (client: InternalClient) => Promise<T>;

export interface Pods {
  /** Where a pod can be called now; none while the key for them has not come yet. */
  addresses(): Promise<readonly string[]>;
  /**
   * Calls the least busy pod; another one when it is busy or surely did not take the call.
   * @throws InternalCallError of the last of them, `busy` when one was
   */
  call<T>(send: Send<T>): Promise<T>;
  /** Calls this one. */
  callAt<T>(address: string, send: Send<T>): Promise<T>;
  /** Calls that run now. */
  running(): number;
  close(): Promise<void>;
}

export interface PodsOptions {
  readonly callee: Extract<ServiceName, 'browser' | 'llm'>;
  readonly url: string;
  /** Undefined for the service that the scheduler is set up with. */
  readonly pool: PoolAddress | undefined;
  readonly keys: KeySource;
  /** Of this machine: calls are signed with its time. */
  readonly clock: Clock;
  readonly resolve: Resolve;
}

interface Pod {
  readonly address: string;
  readonly client: InternalClient;
  running: number;
  /** Until then others are asked first. */
  shyUntil: number;
  usedAt: number;
}

/** A pod that is gone answers nothing at all, and another one is there. */
const CONNECT_TIMEOUT_MS = 3_000;
/** So long others are asked first after a pod could not be reached. */
const SHY_MS = 5_000;

/** Begins without connections; those to pods that are gone are closed. */
export function createPods(options: PodsOptions): Pods {
  const { callee, url, pool, keys, clock, resolve } = options;
  const known = createAddresses(new URL(url).hostname, resolve, clock);
  const pods = new Map<string, Pod>();
  const closing = new Set<Promise<void>>();
  const hangUp = (pod: Pod): void => {
    pods.delete(pod.address);
    const closed = pod.client.close().finally(() => closing.delete(closed));
    closing.add(closed);
  };
  const podAt = (address: string): Pod => {
    const there = pods.get(address);
    if (there) return there;
    const client = createInternalClient({
      caller: 'scheduler',
      callee,
      keyring: pool?.keyring,
      baseUrl: atAddress(url, address),
      keys,
      clock,
      ...(pool ? { connectTimeoutMs: CONNECT_TIMEOUT_MS } : {}),
    });
    const made: Pod = { address, client, running: 0, shyUntil: -Infinity, usedAt: -Infinity };
    pods.set(address, made);
    return made;
  };
  const isKeyThere = (): boolean =>
    pool === undefined || currentKey(keys().calls[pool.keyring] ?? []) !== undefined;
  const addresses = async (): Promise<readonly string[]> => {
    const current = await known.current();
    for (const pod of pods.values()) if (!current.includes(pod.address)) hangUp(pod);
    return isKeyThere() ? current : [];
  };
  const use = async <T>(pod: Pod, send: Send<T>): Promise<T> => {
    pod.running += 1;
    pod.usedAt = clock.monotonic();
    try {
      return await send(pod.client);
    } catch (error) {
      const waitMs = wasNotTaken(error) ? shyMs(error) : 0;
      pod.shyUntil = Math.max(pod.shyUntil, clock.monotonic() + waitMs);
      throw error;
    } finally {
      pod.running -= 1;
    }
  };
  return {
    addresses,
    call: async (send) => {
      const left = new Set(await addresses());
      const refusals: InternalCallError[] = [];
      while (left.size > 0) {
        const pod = leastBusy([...left].map(podAt), clock.monotonic());
        left.delete(pod.address);
        try {
          return await use(pod, send);
        } catch (error) {
          if (!wasNotTaken(error)) throw error;
          refusals.push(error);
        }
      }
      const busy = refusals.find(({ problem }) => problem.kind === 'busy');
      throw busy ?? refusals.at(-1) ?? nobody(options);
    },
    callAt: (address, send) => use(podAt(address), send),
    running: () => [...pods.values()].reduce((sum, pod) => sum + pod.running, 0),
    close: async () => {
      [...pods.values()].forEach(hangUp);
      await Promise.all(closing);
    },
  };
}

/** Whether the pod surely did nothing with the call, so that another one may be asked. */
export const wasNotTaken = (error: unknown): error is InternalCallError =>
  error instanceof InternalCallError &&
  (error.problem.kind === 'busy' ||
    (error.problem.kind === 'unreachable' && !error.problem.maybeProcessed));

const shyMs = ({ problem }: InternalCallError): number =>
  problem.kind === 'busy' ? problem.retryAfterSeconds * 1000 : SHY_MS;

/** Among equals the one whose last call is the longest ago. */
function leastBusy(pods: readonly Pod[], now: number): Pod {
  const isShy = (pod: Pod): number => (pod.shyUntil > now ? 1 : 0);
  return pods.reduce((best, pod) =>
    isShy(pod) - isShy(best) < 0 ||
    (isShy(pod) === isShy(best) &&
      (pod.running < best.running || (pod.running === best.running && pod.usedAt < best.usedAt)))
      ? pod
      : best,
  );
}

const nobody = ({ callee, url }: PodsOptions): InternalCallError =>
  new InternalCallError({
    kind: 'unreachable',
    message: `Service not responding: ${callee} (nothing is behind ${new URL(url).hostname}); check that it runs and is reachable`,
    maybeProcessed: false,
  });

/** The processes behind one URL: each called by its own address, the least busy first. */
import { currentKey } from '../keyring.ts';
import { atAddress, createAddresses, hostOf, isOne, type Resolve } from './addresses.ts';
import {
  createInternalClient,
  InternalCallError,
  type ClientOptions,
  type InternalClient,
} from './client.ts';

/** One call of one pod. */
export type Send<T> = (client: InternalClient) => Promise<T>;

export interface Pods {
  /** Where a pod can be called now; none while the key for them has not come yet. */
  addresses(): Promise<readonly string[]>;
  /** Where pods are now, with or without a key; rejects when the name server does not answer. */
  found(): Promise<readonly string[]>;
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

/** With a keyring, nobody is called before its key has come. */
export interface PodsOptions extends ClientOptions {
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
  const { keyring, baseUrl, keys, clock } = options;
  const host = hostOf(baseUrl);
  const known = createAddresses(host, options.resolve, clock);
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
      ...(isOne(host) ? {} : { connectTimeoutMs: CONNECT_TIMEOUT_MS }),
      ...options,
      baseUrl: atAddress(baseUrl, address),
    });
    const made: Pod = { address, client, running: 0, shyUntil: -Infinity, usedAt: -Infinity };
    pods.set(address, made);
    return made;
  };
  const isKeyThere = (): boolean =>
    keyring === undefined || currentKey(keys().calls[keyring] ?? []) !== undefined;
  const keepOnly = (current: readonly string[]): readonly string[] => {
    for (const pod of pods.values()) if (!current.includes(pod.address)) hangUp(pod);
    return current;
  };
  const addresses = async (): Promise<readonly string[]> => {
    const current = keepOnly(await known.current());
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
    found: async () => keepOnly(await known.fresh()),
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

/** A client whose calls `run` takes to a pod. */
export const callsBy = (run: <T>(send: Send<T>) => Promise<T>): Omit<InternalClient, 'close'> => ({
  get: (path, answer, call) => run((client) => client.get(path, answer, call)),
  put: (path, body, answer, call) => run((client) => client.put(path, body, answer, call)),
  post: (path, body, answer, call) => run((client) => client.post(path, body, answer, call)),
});

/**
 * A client of a service by its name: each call goes to one of the pods behind it, signed for its
 * address, as `Pods.call` says. An address and `localhost` stand for one process.
 */
export function createServiceClient(options: PodsOptions): InternalClient {
  const pods = createPods(options);
  return { ...callsBy((send) => pods.call(send)), close: () => pods.close() };
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

/** What a call fails with when no process is behind the name. */
export const nobody = ({
  callee,
  baseUrl,
}: Pick<PodsOptions, 'callee' | 'baseUrl'>): InternalCallError =>
  new InternalCallError({
    kind: 'unreachable',
    message: `Service not responding: ${callee} (nothing is behind ${hostOf(baseUrl)}); check that it runs and is reachable`,
    maybeProcessed: false,
  });

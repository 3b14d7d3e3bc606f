/** All pools that checks were sent to, and the scheduler's own services, each with its pods. */
import type { Clock } from '../../core/clock.ts';
import type { PoolAddress } from '../../core/contracts/projection.ts';
import type { Resolve } from '../../core/internal/addresses.ts';
import { createPods, type Pods } from '../../core/internal/pods.ts';
import type { KeySource } from '../../core/serviceKeys.ts';
import type { TokenSource } from '../../core/workloadIdentity/tokens.ts';
import { createPlaces, type Places } from './places.ts';

type Callee = 'browser' | 'llm';

export interface Pool {
  readonly pods: Pods;
  /** Which of its pods are taken, where a pod takes one check. */
  readonly places: Places;
}

export interface Pools {
  /** @param pool null for the service that the scheduler is set up with */
  of(callee: Callee, pool: PoolAddress | null): Pool;
  /** Closes those that nobody has asked for in a while. */
  prune(): void;
  close(): Promise<void>;
}

export interface PoolsOptions {
  /** Where the scheduler's own services are. */
  readonly urls: Readonly<Record<Callee, string>>;
  readonly keys: KeySource;
  readonly tokens?: TokenSource | undefined;
  /** Of this machine. */
  readonly clock: Clock;
  readonly resolve: Resolve;
}

interface Known extends Pool {
  usedAt: number;
}

const IDLE_MS = 300_000;

/** Begins with none; each is made when it is asked for. */
export function createPools({ urls, keys, tokens, clock, resolve }: PoolsOptions): Pools {
  const known = new Map<string, Known>();
  const closing = new Set<Promise<void>>();
  const make = (callee: Callee, pool: PoolAddress | null): Known => ({
    pods: createPods({
      caller: 'scheduler',
      callee,
      keyring: pool?.keyring,
      baseUrl: pool?.url ?? urls[callee],
      keys,
      tokens,
      clock,
      resolve,
    }),
    places: createPlaces(clock),
    usedAt: 0,
  });
  return {
    of: (callee, pool) => {
      const key = pool === null ? callee : `${callee} ${pool.url} ${pool.keyring}`;
      const found = known.get(key) ?? make(callee, pool);
      found.usedAt = clock.monotonic();
      known.set(key, found);
      return found;
    },
    prune: () => {
      const before = clock.monotonic() - IDLE_MS;
      for (const [key, { pods, usedAt }] of known) {
        if (usedAt > before || pods.running() > 0) continue;
        known.delete(key);
        const closed = pods.close().finally(() => closing.delete(closed));
        closing.add(closed);
      }
    },
    close: async () => {
      await Promise.all([...[...known.values()].map(({ pods }) => pods.close()), ...closing]);
    },
  };
}

/** What pods check tokens of service accounts with, asked of the API server for those who cannot ask it. */
import type { Clock } from '../../../services/core/clock.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import type { Log } from '../../../services/core/log.ts';
import { clusterKeys } from '../../../services/core/workloadIdentity/clusterKeys.ts';

export interface ClusterKeysDeps {
  readonly transport: Pick<Transport, 'getPath'>;
  /** Of the platform. */
  readonly namespace: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly log: Pick<Log, 'warn'>;
  /** As pods have it since an earlier run. */
  readonly written: () => string | undefined;
}

export interface ClusterKeysReader {
  /** The text of the file; the last one known when the server does not say it. */
  readonly read: (signal: AbortSignal) => Promise<string | undefined>;
  /** When to ask again. */
  readonly dueAt: () => Date;
}

/** Any account may read both. */
const DISCOVERY_PATH = '/.well-known/openid-configuration';
const JWKS_PATH = '/openid/v1/jwks';
/** A key that a cluster adds is known to pods within this, and the minute that a Secret takes to them. */
const LOOK_MS = 60_000;
const RETRY_MS = 5_000;

/** Asks at most once a minute. */
export function createClusterKeysReader(deps: ClusterKeysDeps): ClusterKeysReader {
  const { clock, log } = deps;
  let known: string | undefined;
  let dueAt = -Infinity;
  const askedUntil = (ms: number): void => void (dueAt = clock.monotonic() + ms);
  return {
    read: async (signal) => {
      known ??= deps.written();
      if (clock.monotonic() < dueAt) return known;
      try {
        known = await ask(deps, signal);
        askedUntil(LOOK_MS);
      } catch (err) {
        signal.throwIfAborted();
        log.warn({ err }, 'the public keys of service accounts cannot be read; known ones stay');
        askedUntil(RETRY_MS);
      }
      return known;
    },
    dueAt: () => new Date(clock.now().getTime() + Math.max(0, dueAt - clock.monotonic())),
  };
}

/** Servers of one cluster may name the same keys in another order. */
async function ask(
  { transport, namespace }: ClusterKeysDeps,
  signal: AbortSignal,
): Promise<string> {
  const [discovery, jwks] = await Promise.all([
    transport.getPath(DISCOVERY_PATH, { signal }),
    transport.getPath(JWKS_PATH, { signal }),
  ]);
  const { issuer } = discovery as { readonly issuer: unknown };
  const { keys, ...rest } = clusterKeys.parse({ ...(jwks as object), issuer, namespace });
  return JSON.stringify({ ...rest, keys: keys.toSorted((a, b) => (a.kid < b.kid ? -1 : 1)) });
}

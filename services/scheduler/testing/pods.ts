/** Browser pods on loopback addresses of their own, behind the real guard, all with the same port. */
import { FETCH_PATH, fetchRequest, type FetchRequest } from '../../core/contracts/browser.ts';
import { systemClock } from '../../core/clock.ts';
import type { PoolAddress } from '../../core/contracts/projection.ts';
import { HttpError } from '../../core/errors.ts';
import { createApp } from '../../core/http/app.ts';
import { serve, type Listening } from '../../core/http/serve.ts';
import { requireInternal } from '../../core/internal/guard.ts';
import { createLog } from '../../core/log.ts';
import { createMetrics } from '../../core/metrics.ts';
import type { KeySource } from '../../core/serviceKeys.ts';
import type { TestKeys } from '../../core/testing/keys.ts';
import { resultOf, type Page } from './neighbours.ts';

/** What a pod says to a fetch. */
export type Reply = (request: FetchRequest) => Said | Promise<Said>;
type Said = Page | typeof BUSY | typeof BREAK;

/** Answered 429. */
export const BUSY = Symbol('busy');
/** The connection is reset without an answer. */
export const BREAK = Symbol('break');

export interface TestPod {
  readonly address: string;
  /** What it served. */
  readonly requests: FetchRequest[];
  /** Calls that came, whatever was answered. */
  readonly calls: () => number;
  /** Open connections. */
  readonly connections: () => Promise<number>;
  /** Answers from now on. */
  readonly reply: (next: Reply) => void;
  stop(): Promise<void>;
}

export interface TestPods {
  readonly pods: readonly TestPod[];
  readonly pool: PoolAddress;
  /** What the name server says of the pool; the pods that run at first. */
  resolve: (host: string) => Promise<readonly string[]>;
  stop(): Promise<void>;
}

const quiet = createLog('test', 'silent');
const KEYRING = 'browser/team';

/** The scheduler's key file with the keys for the pods of a tenant. */
export const withTenant = (own: TestKeys, tenant: TestKeys): KeySource => {
  const file = own.of('scheduler')();
  const calls = { ...file.calls, [KEYRING]: tenant.of('scheduler')().calls['browser'] ?? [] };
  return () => ({ ...file, calls });
};

/** A pod that serves the first check that it is asked for, and no other. */
export const once = (page: Page): Reply => {
  let own: string | undefined;
  return ({ checkId }) => ((own ??= checkId) === checkId ? page : BUSY);
};

/** For a name that stands for nothing. */
export const notFound = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));

/** @param keys of the tenant in whose namespace the pods are. */
export async function startPods(
  addresses: readonly string[],
  keys: TestKeys,
  patch: Partial<PoolAddress> = {},
): Promise<TestPods> {
  const pods: TestPod[] = [];
  let port = 0;
  for (const address of addresses) {
    const started = await startPod(address, port, keys.of('browser'));
    port = started.port;
    pods.push(started.pod);
  }
  return {
    pods,
    pool: {
      namespace: 'team',
      name: 'own',
      url: `http://pool.test:${port}`,
      keyring: KEYRING,
      perCheck: false,
      ...patch,
    },
    resolve: () => Promise.resolve(addresses),
    stop: async () => {
      await Promise.all(pods.map((pod) => pod.stop()));
    },
  };
}

async function startPod(
  address: string,
  port: number,
  keys: KeySource,
): Promise<{ readonly pod: TestPod; readonly port: number }> {
  const requests: FetchRequest[] = [];
  let calls = 0;
  let reply: Reply = () => 'Shop';
  const metrics = createMetrics('browser');
  const app = createApp({ log: quiet, metrics, bodyLimit: 1e6, readiness: () => ({}) });
  const addressesOf = (): string[] => [`${address}:${listening.port}`];
  const common = { service: 'browser', keys, clock: systemClock, log: quiet, metrics } as const;
  app.express.use('/internal/v1', requireInternal({ ...common, addresses: addressesOf }));
  app.express.post(FETCH_PATH, async (request, response) => {
    calls += 1;
    const body = fetchRequest.parse(request.body);
    const page = await reply(body);
    if (page === BUSY) throw new HttpError('too_many_requests', 'busy', { retryAfterSeconds: 1 });
    if (page === BREAK) {
      request.socket.resetAndDestroy();
      return;
    }
    requests.push(body);
    response.json(resultOf(page, body));
  });
  const listening: Listening = await serve(app.finish(), { host: address, port });
  return {
    port: listening.port,
    pod: {
      address,
      requests,
      calls: () => calls,
      connections: () =>
        new Promise((resolve, reject) => {
          listening.server.getConnections((error, count) =>
            error ? reject(error) : resolve(count),
          );
        }),
      reply: (next) => {
        reply = next;
      },
      stop: () => listening.stop(0),
    },
  };
}

/** A platform on a real API server, for `cluster.test.ts`. To be called in `describe`. */
import { orAbsent } from '../../../../../services/core/kube/errors.ts';
import { randomBytes, randomUUID } from 'node:crypto';
import { transportOf } from '../../../../../crds/testing/server.ts';
import type { MonitorPlatform } from '../../../../../crds/types/monitorplatform.ts';
import type { TestCluster } from '../../../../../scripts/testing/cluster/cluster.ts';
import { useClusterWithCrds, useNamespace } from '../../../../../scripts/testing/cluster/hooks.ts';
import { systemClock } from '../../../../../services/core/clock.ts';
import type { Transport } from '../../../../../services/core/kube/transport.ts';
import type { Running } from '../../../../../services/core/lifecycle.ts';
import { createLog } from '../../../../../services/core/log.ts';
import type { OperatorConfig } from '../../../config.ts';
import type { KeyEntry } from '../../../../../services/core/keyring.ts';
import { readRing, ringData } from '../../../keys/ring.ts';
import type { Condition } from '../../../kube/conditions.ts';
import { PLATFORM_NAME } from '../../../names.ts';
import { MONITOR_PLATFORMS } from '../../../resources.ts';
import { startOperator, type StartDeps } from '../../../start.ts';
import { startTestScheduler, type TestScheduler } from '../../../testing/scheduler.ts';
import { until } from '../../../testing/world.ts';
import { SECRET, type Secret } from '../kinds.ts';
import { createFleet, type Fleet, type Mount } from './fleet.ts';

export interface PlatformWorld {
  readonly cluster: TestCluster;
  readonly transport: Transport;
  readonly namespace: string;
  readonly fleet: Fleet;
  /** Reads its keys from `duckmon-keys-scheduler`. */
  readonly scheduler: TestScheduler;
  readonly schedulerMount: Mount;
  /** Runs kubectl in the namespace. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  /** Starts an operator that ends with the test, unless the test stops it before. */
  readonly start: (config?: Partial<OperatorConfig>, deps?: Partial<StartDeps>) => Promise<Running>;
  readonly platform: () => Promise<MonitorPlatform>;
  /** Waits until the condition has the reason. */
  readonly condition: (type: string, reason: string) => Promise<Condition>;
  readonly secret: (name: string) => Promise<Secret | undefined>;
  /** Keys of a root. */
  readonly ring: (name: string) => Promise<readonly KeyEntry[]>;
  /** As if so much time had passed for the keys of a root. */
  readonly age: (name: string, ms: number) => Promise<void>;
  /** `kid` and state of the internal keys, once they are like this. */
  readonly states: (...states: readonly string[]) => Promise<readonly KeyEntry[]>;
}

export { until };

/** @param namespaceOf another namespace than a new one for each test. */
export function usePlatformWorld(): () => PlatformWorld {
  const cluster = useClusterWithCrds();
  const namespace = useNamespace(cluster);
  const ends: (() => Promise<unknown>)[] = [];
  let transport: Transport;
  let world: PlatformWorld;
  before(() => (transport = transportOf(cluster())));
  after(() => transport.close());
  beforeEach(async () => {
    const fleet = createFleet(transport, namespace());
    const schedulerMount = fleet.mount('scheduler', 100);
    const keys = { root: { keys: [] }, of: () => schedulerMount.keys };
    const scheduler = await startTestScheduler(keys);
    ends.push(
      () => scheduler.stop(),
      () => fleet.stop(),
    );
    const parts = { cluster: cluster(), transport, namespace: namespace(), fleet, scheduler };
    world = { ...parts, schedulerMount, ...actions(parts, ends) };
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
  return () => world;
}

type Parts = Pick<PlatformWorld, 'cluster' | 'transport' | 'namespace' | 'fleet' | 'scheduler'>;

function actions(
  { cluster, transport, namespace, scheduler }: Parts,
  ends: (() => Promise<unknown>)[],
): Omit<PlatformWorld, keyof Parts | 'schedulerMount'> {
  const ref = { namespace, name: PLATFORM_NAME };
  const platform = (): Promise<MonitorPlatform> => transport.get(MONITOR_PLATFORMS, ref);
  const secret = (name: string): Promise<Secret | undefined> =>
    orAbsent(transport.get(SECRET, { namespace, name }));
  const ring = async (name: string): Promise<readonly KeyEntry[]> => {
    const state = readRing(await secret(name));
    return state.kind === 'present' ? state.keys : [];
  };
  return {
    kubectl: (args, input) => cluster.kubectl(['-n', namespace, ...args], input),
    start: async (config = {}, deps = {}) => {
      const running = await startOperator(
        { ...configOf(cluster, namespace, scheduler.url), ...config },
        { ...startDeps(), ...deps },
      );
      let stopped: Promise<void> | undefined;
      const stop = (): Promise<void> => (stopped ??= running.stop());
      ends.push(stop);
      return { ...running, stop };
    },
    platform,
    condition: (type, reason) =>
      until(`${type} with the reason ${reason}`, async () => {
        const found = await orAbsent(platform());
        const one = found?.status?.conditions?.find((condition) => condition.type === type);
        return one?.reason === reason ? (one as Condition) : undefined;
      }),
    secret,
    ring,
    age: async (name, ms) => {
      const older = (time: string): string => new Date(Date.parse(time) - ms).toISOString();
      const keys = (await ring(name)).map((key) => ({
        ...key,
        created: older(key.created),
        notAfter: key.notAfter === null ? null : older(key.notAfter),
      }));
      await transport.mergePatch(SECRET, { namespace, name }, { data: ringData(keys) });
    },
    states: (...states) =>
      until(`internal keys ${states.join(', ')}`, async () => {
        const keys = await ring('duckmon-internal-key');
        const seen = keys.map(({ state }) => state).toSorted();
        return seen.join() === states.toSorted().join() ? keys : undefined;
      }),
  };
}

const configOf = (
  { kubeconfig }: TestCluster,
  namespace: string,
  schedulerUrl: string,
): OperatorConfig => ({
  host: '127.0.0.1',
  port: 0,
  logLevel: 'silent',
  keysFile: undefined,
  schedulerUrl,
  kubeconfig,
  namespace,
  watchNamespaces: [namespace],
  usersNamespace: undefined,
  pools: 'cluster',
  crdsFolder: undefined,
  identity: `here_${randomBytes(4).toString('hex')}`,
});

const startDeps = (): StartDeps => ({
  log: createLog('operator', process.env['OPERATOR_LOG_LEVEL'] ?? 'silent'),
  clock: systemClock,
  random: Math.random,
  newId: randomUUID,
  onLost: (why) => {
    throw new Error(`the operator lost its lease: ${why}`);
  },
});

/**
 * A real API server, a scheduler in memory and operators between them, for files named
 * `cluster.test.ts`. To be called in `describe`.
 */
import { stringify } from 'yaml';
import { transportOf } from '../../../crds/testing/server.ts';
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import type { NotificationChannel } from '../../../crds/types/notificationchannel.ts';
import type { TestCluster } from '../../../scripts/testing/cluster/cluster.ts';
import { useClusterWithCrds, useNamespace } from '../../../scripts/testing/cluster/hooks.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import type { Running } from '../../../services/core/lifecycle.ts';
import { testKeys, type TestKeys } from '../../../services/core/testing/keys.ts';
import type { Condition } from '../kube/conditions.ts';
import { MONITOR_JOBS, NOTIFICATION_CHANNELS } from '../resources.ts';
import {
  startHere,
  startProcess,
  type OperatorProcess,
  type Tuning,
  type Where,
} from './operator.ts';
import { startTestScheduler, type TestScheduler } from './scheduler.ts';
import { until } from './until.ts';

export { until } from './until.ts';

export interface World {
  readonly cluster: TestCluster;
  readonly transport: Transport;
  readonly scheduler: TestScheduler;
  readonly keys: TestKeys;
  readonly namespace: string;
  /** Runs kubectl in the namespace. */
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  /** `kubectl apply -f -` */
  readonly apply: (...manifests: readonly object[]) => Promise<string>;
  readonly job: (name?: string) => Promise<MonitorJob>;
  readonly channel: (name?: string) => Promise<NotificationChannel>;
  /** Starts an operator that ends with the test, unless the test stops it before. */
  readonly start: (tuning?: Tuning & Partial<Where>) => Promise<Running>;
  /** The same as a process of its own. */
  readonly spawn: (name: string, where?: Partial<Where>) => Promise<OperatorProcess>;
  /** Waits for a condition of the job as `kubectl wait` does, and returns it. */
  readonly condition: (type: string, reason: string, name?: string) => Promise<Condition>;
}

export const conditionOf = (
  { status }: MonitorJob | NotificationChannel,
  type: string,
): Condition | undefined =>
  status?.conditions?.find((one) => one.type === type) as Condition | undefined;

export const JOB = 'plan-prices';
export const CHANNEL = 'ops';

/** A new namespace, scheduler and keys for each test. */
export function useWorld(): () => World {
  const cluster = useClusterWithCrds();
  const namespace = useNamespace(cluster);
  const endings: (() => Promise<unknown>)[] = [];
  let transport: Transport;
  let world: World;
  before(() => (transport = transportOf(cluster())));
  after(() => transport.close());
  beforeEach(async () => {
    const keys = testKeys();
    const scheduler = await startTestScheduler(keys);
    endings.push(() => scheduler.stop());
    const parts = { cluster: cluster(), transport, scheduler, keys, namespace: namespace() };
    world = { ...parts, ...looking(parts), ...starting(parts, endings) };
  });
  afterEach(async () => {
    // Operators before the scheduler that they talk to.
    for (const end of endings.splice(0).toReversed()) await end();
  });
  return () => world;
}

type Parts = Pick<World, 'cluster' | 'transport' | 'scheduler' | 'keys' | 'namespace'>;

function looking({
  cluster,
  transport,
  namespace,
}: Parts): Pick<World, 'kubectl' | 'apply' | 'job' | 'channel' | 'condition'> {
  const kubectl = (...args: readonly string[]): Promise<string> =>
    cluster.kubectl(['-n', namespace, ...args]);
  const job = (name = JOB): Promise<MonitorJob> => transport.get(MONITOR_JOBS, { namespace, name });
  return {
    kubectl,
    job,
    channel: (name = CHANNEL) => transport.get(NOTIFICATION_CHANNELS, { namespace, name }),
    apply: (...manifests) =>
      cluster.kubectl(
        ['-n', namespace, 'apply', '-f', '-'],
        manifests.map((one) => stringify(one)).join('---\n'),
      ),
    condition: (type, reason, name) =>
      until(`${type} with the reason ${reason}`, async () => {
        const found = conditionOf(await job(name), type);
        return found?.reason === reason ? found : undefined;
      }),
  };
}

function starting(
  { cluster, scheduler, keys, namespace }: Parts,
  endings: (() => Promise<unknown>)[],
): Pick<World, 'start' | 'spawn'> {
  const { kubeconfig } = cluster;
  const where = { kubeconfig, namespace, schedulerUrl: scheduler.url, keys };
  return {
    start: async ({ kubeconfig: given, schedulerUrl, ...tuning } = {}) => {
      const own = { kubeconfig: given, schedulerUrl };
      const running = await startHere({ ...where, ...defined(own) }, tuning);
      let stopped: Promise<void> | undefined;
      const stop = (): Promise<void> => (stopped ??= running.stop());
      endings.push(stop);
      return { ...running, stop };
    },
    spawn: async (name, own = {}) => {
      const operator = await startProcess(name, { ...where, ...own });
      endings.push(() => {
        operator.kill('SIGKILL');
        return operator.ended;
      });
      return operator;
    },
  };
}

const defined = <T extends object>(values: T): Partial<{ [K in keyof T]: NonNullable<T[K]> }> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<{
    [K in keyof T]: NonNullable<T[K]>;
  }>;

/** A namespace in memory: what a pass writes is there for the next, and nobody else acts. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import { createApplier } from '../../kube/apply.ts';
import type { EventText } from '../../kube/events.ts';
import { keyFor, keyOf } from '../../kube/keys.ts';
import { createStore } from '../../kube/store.ts';
import { testDeps } from '../../kube/testing/deps.ts';
import { CONTROLLERS, OWNED } from '../../names.ts';
import type { Level } from '../../pools/binding.ts';
import { BY_NAMESPACE } from '../../resources.ts';
import { jobOf } from '../monitorjob/testing.ts';
import { poolOf } from '../workerpool/testing.ts';
import { reconcileNamespace } from './index.ts';

export const NAMESPACE = 'team';
export const PLATFORM = 'duckmon';
export const USERS = 'duckmon-users';

/** A job of a level; `poolRef` names a pool of its own. */
export const isolated = (
  name: string,
  level: Level,
  poolRef?: string,
  metadata: Partial<MonitorJob['metadata']> = {},
): MonitorJob =>
  jobOf(
    { isolation: { level, ...(poolRef === undefined ? {} : { poolRef: { name: poolRef } }) } },
    { name, namespace: NAMESPACE, uid: `uid-${name}`, ...metadata },
  );

/** A platform whose own browsers are told from all defaults. */
export const platformOf = (
  browser: object = {},
  annotations: Readonly<Record<string, string>> = {},
): MonitorPlatform => {
  const { role: _, ...spec } = poolOf().spec;
  return {
    metadata: { namespace: PLATFORM, name: 'default', annotations },
    spec: {
      pools: {
        browser: {
          ...spec,
          replicas: 7,
          slotsPerPod: 3,
          sandbox: 'RuntimeClass',
          runtimeClassName: 'gvisor',
          egress: { allow: [{ cidr: '10.0.0.0/8', ports: [80] }] },
          ...browser,
        },
      },
    },
  } as unknown as MonitorPlatform;
};

type Pool = Pick<WorkerPool, 'metadata' | 'spec'>;

/** The namespace, and passes over it. */
export function worldOf(start: readonly MonitorJob[] = []) {
  const deps = testDeps();
  const jobs = createStore<MonitorJob>({
    indexes: { [BY_NAMESPACE]: ({ metadata }) => [metadata.namespace ?? ''] },
  });
  const pools = createStore<WorkerPool>({
    indexes: { [BY_NAMESPACE]: ({ metadata }) => [metadata.namespace ?? ''] },
  });
  const writes: string[] = [];
  const events: EventText[] = [];
  const failing = new Map<string, Error>();
  let platform: MonitorPlatform | undefined = platformOf();
  let versions = 0;
  const put = (pool: Pool): WorkerPool => {
    const resourceVersion = String((versions += 1));
    const uid = pools.get(keyOf(pool))?.metadata.uid ?? `pool-${versions}`;
    return pools.put({
      ...pool,
      metadata: { uid, ...pool.metadata, resourceVersion },
    } as WorkerPool);
  };
  const refuse = (name: string): void => {
    const error = failing.get(name);
    if (error) throw error;
  };
  const transport = {
    apply: async (_resource: unknown, wish: Pool, { dryRun }: { readonly dryRun?: boolean }) => {
      refuse(wish.metadata.name);
      if (dryRun === true) return wish;
      writes.push(`apply ${wish.metadata.name}`);
      // As the server: the number of pods stays as it is when nobody wishes one.
      const scaled = { replicas: pools.get(keyOf(wish))?.spec.replicas ?? 1 };
      return put({ ...wish, spec: { ...scaled, ...wish.spec } });
    },
    delete: async (
      _resource: unknown,
      ref: { readonly namespace: string; readonly name: string },
      { dryRun }: { readonly dryRun?: boolean },
    ) => {
      refuse(ref.name);
      if (dryRun === true) return;
      writes.push(`delete ${ref.name}`);
      pools.remove(keyFor(ref));
    },
  } as unknown as Pick<Transport, 'apply' | 'delete'>;
  const reconcile = reconcileNamespace({
    platformNamespace: PLATFORM,
    usersNamespace: USERS,
    platform: () => platform,
    jobs,
    pools,
    events: { record: (_resource, _object, text) => void events.push(text) },
    applier: createApplier(
      { controller: CONTROLLERS.Isolation, names: OWNED },
      { ...deps, transport },
    ),
    transport,
  });
  start.forEach((job) => jobs.put(job));
  const { signal } = new AbortController();
  return {
    jobs,
    pools,
    put,
    events,
    /** From now on writes of the pool of this name fail, or no longer. */
    fail: (name: string, error: Error | undefined): void => {
      if (error) failing.set(name, error);
      else failing.delete(name);
    },
    setPlatform: (next: MonitorPlatform | undefined) => void (platform = next),
    /** One pass; returns what it wrote. */
    pass: async (namespace = NAMESPACE): Promise<readonly string[]> => {
      const from = writes.length;
      await reconcile({
        key: namespace,
        ref: { name: namespace },
        reconcileId: 'x',
        log: deps.log,
        signal,
      });
      return writes.slice(from);
    },
  };
}

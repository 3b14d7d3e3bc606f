/** A cluster in memory for one pool: what a pass writes is there for the next, and nobody else acts. */
import assert from 'node:assert/strict';
import type { MonitorJob } from '../../../../../crds/types/monitorjob.ts';
import type { WorkerPool } from '../../../../../crds/types/workerpool.ts';
import type { CapacityReport } from '../../../../../services/core/contracts/projection.ts';
import type { Transport } from '../../../../../services/core/kube/transport.ts';
import type { KubeObject, ObjectMeta } from '../../../../../services/core/kube/types.ts';
import { createApplier } from '../../../kube/apply.ts';
import type { EventText } from '../../../kube/events.ts';
import { keyFor } from '../../../kube/keys.ts';
import { OWNER_INDEX, ownerIndex } from '../../../kube/owners.ts';
import type { ReconcileResult } from '../../../kube/pass.ts';
import { createStatusWriter } from '../../../kube/status.ts';
import { createStore, type WritableStore } from '../../../kube/store.ts';
import { testDeps } from '../../../kube/testing/deps.ts';
import { OWNED, CONTROLLERS } from '../../../names.ts';
import { workspacesIn } from '../../../workspaces.ts';
import { reconcilePool } from '../index.ts';
import { createIntervals } from '../intervals.ts';
import { BY_POOL, poolKeysOf, type Pod } from '../pods.ts';
import { reportOf } from '../testing.ts';
import { CHILD_KINDS, type ChildKind } from '../types.ts';

const KEY = 'duckmon/browser';

type Children = Readonly<Record<ChildKind, WritableStore<KubeObject>>>;

interface Cluster {
  readonly transport: Pick<Transport, 'apply' | 'mergePatch' | 'delete'>;
  readonly pools: WritableStore<WorkerPool>;
  readonly children: Children;
  /** What was written, in its order. */
  readonly writes: string[];
  pool(): WorkerPool;
  put(pool: WorkerPool): WorkerPool;
}

function createCluster(): Cluster {
  const pools = createStore<WorkerPool>();
  const indexes = { [OWNER_INDEX]: ownerIndex(OWNED) };
  const children = Object.fromEntries(
    CHILD_KINDS.map((kind) => [kind, createStore<KubeObject>({ indexes })]),
  ) as Children;
  const writes: string[] = [];
  let versions = 0;
  const versioned = <M extends ObjectMeta>(metadata: M): M => ({
    ...metadata,
    resourceVersion: String((versions += 1)),
  });
  const put = (pool: WorkerPool): WorkerPool =>
    pools.put({ ...pool, metadata: versioned(pool.metadata) });
  const pool = (): WorkerPool => pools.get(KEY) ?? assert.fail('no pool');
  const note = (what: string, content: object): void =>
    void writes.push(`${what} ${JSON.stringify(content)}`);
  const scaled = (replicas: number): WorkerPool => {
    const { metadata, spec } = pool();
    const generation = (metadata.generation ?? 0) + 1;
    return { ...pool(), metadata: { ...metadata, generation }, spec: { ...spec, replicas } };
  };
  const transport = {
    apply: async (
      { kind }: { readonly kind: string },
      object: KubeObject & { readonly status?: NonNullable<WorkerPool['status']> },
      { subresource, dryRun }: { readonly subresource?: string; readonly dryRun?: boolean },
    ) => {
      if (dryRun === true) return object;
      note(subresource === undefined ? `apply ${kind}` : `apply ${kind} ${subresource}`, object);
      if (object.status) return put({ ...pool(), status: object.status });
      return children[kind as ChildKind].put({ ...object, metadata: versioned(object.metadata) });
    },
    mergePatch: async (
      _resource: unknown,
      _ref: unknown,
      patch: { readonly spec: { readonly replicas: number } },
      { subresource, dryRun }: { readonly subresource?: string; readonly dryRun?: boolean },
    ) => {
      if (dryRun === true) return pool();
      note(`patch ${subresource}`, patch);
      return put(scaled(patch.spec.replicas));
    },
    delete: async (
      { kind }: { readonly kind: string },
      ref: { readonly namespace?: string; readonly name: string },
    ) => {
      note(`delete ${kind}`, ref);
      children[kind as ChildKind].remove(keyFor(ref));
    },
  };
  return {
    transport: transport as unknown as Cluster['transport'],
    pools,
    children,
    writes,
    pool,
    put,
  };
}

/** The cluster, and passes over its one pool. */
export function worldOf(start: WorkerPool, jobs: readonly MonitorJob[] = []) {
  const deps = testDeps();
  const cluster = createCluster();
  const { transport, pools, children, writes } = cluster;
  const events: EventText[] = [];
  const report: { now: CapacityReport | undefined } = { now: reportOf() };
  const pods = createStore<Pod>({ indexes: { [BY_POOL]: poolKeysOf } });
  const next = new Map<string, Date>();
  let platformNamespace = 'duckmon';
  let bound = jobs;
  cluster.put(start);
  const controller = CONTROLLERS.WorkerPool;
  const withTransport = { ...deps, transport };
  const reconcile = reconcilePool({
    pools,
    get platformNamespace() {
      return platformNamespace;
    },
    usersNamespace: 'persons',
    workspaces: workspacesIn('persons'),
    platform: () => undefined,
    images: {},
    jobs: { all: () => bound, by: () => bound },
    pods,
    deployments: children.Deployment,
    onceJobs: children.Job,
    children,
    egressAddress: () => '10.96.0.40',
    workloadIdentity: 'off',
    load: async () => report.now,
    intervals: createIntervals(deps.clock),
    nextCheck: (job) => next.get(job.metadata.name),
    readers: () => ({ internal: undefined, jwt: undefined, data: undefined }),
    applier: createApplier({ controller, names: OWNED }, withTransport),
    transport,
    status: createStatusWriter({ controller, fieldManager: 'test' }, withTransport),
    events: { record: (_resource, _object, text) => void events.push(text), flush: async () => {} },
    clock: deps.clock,
  });
  const { signal } = new AbortController();
  const context = { key: KEY, ref: { name: 'browser' }, reconcileId: 'x', log: deps.log, signal };
  const result = async (): Promise<ReconcileResult> => (await reconcile(context)) ?? {};
  return {
    ...cluster,
    result,
    /** One pass; returns what it wrote. */
    pass: async (): Promise<readonly string[]> => {
      const from = writes.length;
      await result();
      return writes.slice(from);
    },
    remove: () => pools.remove(KEY),
    /** From now on the platform is in another namespace. */
    move: (namespace: string) => void (platformNamespace = namespace),
    /** From now on these are the jobs. */
    bind: (to: readonly MonitorJob[]) => void (bound = to),
    events,
    report,
    pods,
    /** When a job is checked next, by its name. */
    next,
    clock: deps.clock,
  };
}

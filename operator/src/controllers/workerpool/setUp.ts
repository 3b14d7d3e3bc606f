/** The controller of WorkerPools with all that wakes it. */
import { defineResource, type KubeObject } from '../../../../services/core/kube/types.ts';
import { poolNamespaces, type Base, type Part } from '../../base.ts';
import { createApplier } from '../../kube/apply.ts';
import { createCache, type Cache } from '../../kube/caches.ts';
import { createController } from '../../kube/controller.ts';
import { keyFor, keyOf } from '../../kube/keys.ts';
import type { AnyReflector } from '../../kube/manager.ts';
import { ownerKeys } from '../../kube/owners.ts';
import { anyChange } from '../../kube/predicate.ts';
import { OWNED, CONTROLLERS, LABELS } from '../../names.ts';
import { browserPoolOf } from '../../pools/binding.ts';
import { loginOf } from '../../pools/logins.ts';
import { CHILD_RESOURCES, openChildCaches, type ChildCaches } from './children.ts';
import { reconcilePool, type PoolDeps } from './index.ts';
import { createIntervals } from './intervals.ts';
import { createLoad } from './load.ts';
import { EGRESS_SERVICE } from './names.ts';
import { nextCheckOf } from './nextCheck.ts';
import { keysOf } from './observe.ts';
import { BY_POOL, PODS, poolKeysOf, reducePod, type Pod } from './pods.ts';

interface Service extends KubeObject {
  readonly spec?: { readonly clusterIP?: string };
}

const SERVICES = defineResource<Service>(CHILD_RESOURCES.Service);

interface Caches {
  readonly children: ChildCaches;
  readonly pods: Cache<Pod>;
  readonly egress: Cache<Service>;
}

function openCaches({ config, common }: Base): Caches {
  const namespaces = poolNamespaces(config);
  const pods = { resource: PODS, labelSelector: LABELS.pool, transform: reducePod };
  const egress = { resource: SERVICES, fieldSelector: `metadata.name=${EGRESS_SERVICE}` };
  return {
    children: openChildCaches(namespaces, common),
    pods: createCache({ ...pods, indexes: { [BY_POOL]: poolKeysOf } }, namespaces, common),
    egress: createCache(egress, [config.namespace], common),
  };
}

const addressOf = (service: Service | undefined): string | undefined => {
  const address = service?.spec?.clusterIP;
  return address === undefined || address === '' || address === 'None' ? undefined : address;
};

function depsOf(base: Base, own: Caches): PoolDeps {
  const { config, common, caches, readers, link, workspaces } = base;
  const { browserImage, llmImage, workerPriorityClass, workloadIdentity = 'off' } = config;
  const name = CONTROLLERS.WorkerPool;
  const { ServiceAccount, Service, PodDisruptionBudget, Deployment, Job } = own.children;
  const children = {
    ServiceAccount: ServiceAccount.store,
    Service: Service.store,
    PodDisruptionBudget: PodDisruptionBudget.store,
    Deployment: Deployment.store,
    Job: Job.store,
  };
  return {
    pools: caches.pools.store,
    platformNamespace: config.namespace,
    usersNamespace: config.usersNamespace,
    workspaces,
    platform: base.platform,
    images: { browser: browserImage, llm: llmImage },
    priorityClass: workerPriorityClass,
    workloadIdentity,
    jobs: caches.jobs.store,
    pods: own.pods.store,
    deployments: children.Deployment,
    onceJobs: children.Job,
    children,
    egressAddress: () => addressOf(own.egress.store.all()[0]),
    load: createLoad({ client: base.client, clock: common.clock, log: common.log }),
    intervals: createIntervals(common.clock),
    nextCheck: nextCheckOf(link.feed, workspaces),
    readers: readers.readers,
    applier: createApplier({ controller: name, names: OWNED }, common),
    transport: common.transport,
    status: base.statusOf(name),
    events: base.events,
    clock: common.clock,
  };
}

/** The pools of which another thing is to be said when the table of readers changes. */
function createNews(deps: PoolDeps): () => readonly string[] {
  let said = new Map<string, string>();
  return () => {
    const now = new Map(
      deps.pools.all().map((pool) => [keyOf(pool), JSON.stringify(keysOf(pool, deps))]),
    );
    const changed = [...now].filter(([key, text]) => said.get(key) !== text);
    said = now;
    return changed.map(([key]) => key);
  };
}

export function setUpPools(base: Base): Part {
  const { common, caches, pace } = base;
  const pools = caches.pools;
  const own = openCaches(base);
  const deps = depsOf(base, own);
  const reconcile = reconcilePool(deps);
  const controller = createController({ ...pace, name: CONTROLLERS.WorkerPool, reconcile }, common);
  for (const reflector of pools.reflectors) {
    controller.watch(reflector, { keys: (pool) => [keyOf(pool)], resync: true });
    reflector.subscribe(({ type, object }) => {
      if (type === 'deleted') deps.status.forget(object.metadata.uid ?? '');
    });
  }
  // Only these of all jobs: a check of one waits for pods that have its login.
  for (const reflector of caches.jobs.reflectors)
    controller.watch(reflector, {
      keys: (job) =>
        loginOf(job) === undefined ? [] : [keyFor(browserPoolOf(job, base.config.namespace))],
    });
  // Accounts and Services have no generation, and of a Deployment the status matters too.
  for (const { reflectors } of Object.values(own.children))
    for (const reflector of reflectors)
      controller.watch(reflector, { keys: ownerKeys(OWNED), changed: anyChange });
  for (const reflector of own.pods.reflectors)
    controller.watch(reflector, {
      keys: poolKeysOf,
      changed: (before, after) => before.lacksProfileOn !== after.lacksProfileOn,
    });
  for (const reflector of own.egress.reflectors)
    controller.watch(reflector, {
      keys: () => pools.store.keys(),
      changed: (before, after) => addressOf(before) !== addressOf(after),
    });
  for (const reflector of caches.platforms.reflectors)
    controller.watch(reflector, { keys: () => pools.store.keys() });
  const news = createNews(deps);
  base.readers.onChange(() => news().forEach((key) => controller.enqueue(key)));
  const reflectors = [...Object.values(own.children), own.pods, own.egress].flatMap(
    (cache) => cache.reflectors as readonly AnyReflector[],
  );
  return { controller, reflectors };
}

/** The controller of WorkerPools with all that wakes it. */
import { defineResource, type KubeObject } from '../../../../services/core/kube/types.ts';
import { poolNamespaces, type Base, type Part } from '../../base.ts';
import { createApplier } from '../../kube/apply.ts';
import { createCache, type Cache } from '../../kube/caches.ts';
import { createController } from '../../kube/controller.ts';
import { keyOf } from '../../kube/keys.ts';
import type { AnyReflector } from '../../kube/manager.ts';
import { ownerKeys } from '../../kube/owners.ts';
import { anyChange } from '../../kube/predicate.ts';
import { OWNED, CONTROLLERS, LABELS } from '../../names.ts';
import { CHILD_RESOURCES, openChildCaches, type ChildCaches } from './children.ts';
import { reconcilePool } from './index.ts';
import { createIntervals } from './intervals.ts';
import { createLoad } from './load.ts';
import { EGRESS_SERVICE } from './names.ts';
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

function reconcileFrom(base: Base, own: Caches) {
  const { config, common, caches } = base;
  const name = CONTROLLERS.WorkerPool;
  const { ServiceAccount, Service, PodDisruptionBudget, Deployment } = own.children;
  const children = {
    ServiceAccount: ServiceAccount.store,
    Service: Service.store,
    PodDisruptionBudget: PodDisruptionBudget.store,
    Deployment: Deployment.store,
  };
  const status = base.statusOf(name);
  const reconcile = reconcilePool({
    pools: caches.pools.store,
    platformNamespace: config.namespace,
    platform: base.platform,
    jobs: caches.jobs.store,
    pods: own.pods.store,
    deployments: children.Deployment,
    children,
    egressAddress: () => addressOf(own.egress.store.all()[0]),
    load: createLoad({ client: base.client, clock: common.clock, log: common.log }),
    intervals: createIntervals(common.clock),
    // The scheduler hands out no table of loaded keys yet.
    keys: () => undefined,
    applier: createApplier({ controller: name, names: OWNED }, common),
    transport: common.transport,
    status,
    events: base.events,
    clock: common.clock,
  });
  return { reconcile, status };
}

export function setUpPools(base: Base): Part {
  const { common, caches, pace } = base;
  const pools = caches.pools;
  const own = openCaches(base);
  const { reconcile, status } = reconcileFrom(base, own);
  const controller = createController({ ...pace, name: CONTROLLERS.WorkerPool, reconcile }, common);
  for (const reflector of pools.reflectors) {
    controller.watch(reflector, { keys: (pool) => [keyOf(pool)], resync: true });
    reflector.subscribe(({ type, object }) => {
      if (type === 'deleted') status.forget(object.metadata.uid ?? '');
    });
  }
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
  const reflectors = [...Object.values(own.children), own.pods, own.egress].flatMap(
    (cache) => cache.reflectors as readonly AnyReflector[],
  );
  return { controller, reflectors };
}

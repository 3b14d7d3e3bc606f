/** The controller of the MonitorPlatform with all that wakes it. */
import { createRequire } from 'node:module';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import type { Base, Part } from '../../base.ts';
import { createApplier, type Applier } from '../../kube/apply.ts';
import type { Cache } from '../../kube/caches.ts';
import { createController, type Controller } from '../../kube/controller.ts';
import { keyFor, keyOf } from '../../kube/keys.ts';
import { anyChange } from '../../kube/predicate.ts';
import type { Source } from '../../kube/controller.ts';
import { OWNED, CONTROLLERS, PLATFORM_NAME } from '../../names.ts';
import {
  openClusterCaches,
  openCommonCaches,
  reflectorsOf,
  storeOf,
  type ClusterCaches,
  type CommonCaches,
} from './caches.ts';
import { createClusterPass } from './clusterPass.ts';
import { createDefaults, DEFAULTS } from './defaults.ts';
import { workspacesOf } from './egressAllow.ts';
import { reconcilePlatform } from './index.ts';
import { createKeyWork } from './keyWork.ts';
import { observeKeyAge } from './keyAge.ts';
import { keepQuotas } from './quotaWork.ts';
import { createStatusMemory } from './status.ts';

const { version } = createRequire(import.meta.url)('../../../../package.json') as {
  readonly version: string;
};

/** How long it may take until a new namespace has its quota. */
const JOBS_MS = 1_000;

function clusterPassOf(base: Base, applier: Applier, caches: ClusterCaches) {
  const { config, common, events, ownKeys, readers } = base;
  const { namespace, canaryImage, postgres, redis } = config;
  const acting = { transport: common.transport, applier, namespace, clock: common.clock };
  return createClusterPass({
    ...acting,
    events,
    canaryImage,
    postgres,
    redis,
    pools: base.caches.pools.store,
    policies: caches.policies.store,
    apiServer: caches.apiServer.store,
    canary: caches.canary.store,
    egressAllow: caches.egressAllow.store,
    workspacesOf: workspacesOf(config.usersNamespace, base.workspaces, () => [
      ...base.caches.jobs.store.all(),
      ...base.caches.channels.store.all(),
    ]),
    keyWork: createKeyWork({
      ...acting,
      log: common.log,
      derived: storeOf(caches.derived),
      readers: readers.readers,
      ownKeys,
    }),
  });
}

function reconcileFrom(base: Base, own: CommonCaches, inCluster: ClusterCaches | undefined) {
  const { config, common, caches, client, link, events } = base;
  const { namespace, watchNamespaces } = config;
  const { transport, clock, log } = common;
  const name = CONTROLLERS.MonitorPlatform;
  const applier = createApplier({ controller: name, names: OWNED }, common);
  const status = base.statusOf(name);
  const jobs = caches.jobs.store;
  const quotas = { transport, applier, jobs, quotas: own.quotas.store, watchNamespaces, clock };
  const reconcile = reconcilePlatform({
    namespace,
    platforms: own.platforms.store,
    configMap: () => own.defaults.store.get(keyFor({ namespace, name: DEFAULTS.name })),
    defaults: createDefaults({ transport, namespace, log }),
    jobs,
    quotas: (platform, doing) => keepQuotas(platform, quotas, doing),
    cluster: inCluster && clusterPassOf(base, applier, inCluster),
    client,
    feed: link.feed,
    status,
    memory: createStatusMemory(),
    events,
    version,
    clock,
  });
  return { reconcile, status };
}

export function setUpPlatform(base: Base): Part {
  const { config, common, caches, link, pace, readers } = base;
  const key = keyFor({ namespace: config.namespace, name: PLATFORM_NAME });
  const wake = (): void => controller.enqueue(key);
  const own = openCommonCaches(base);
  const inCluster = config.pools === 'cluster' ? openClusterCaches(base) : undefined;
  const { reconcile, status } = reconcileFrom(base, own, inCluster);
  const options = { ...pace, name: CONTROLLERS.MonitorPlatform, reconcile, workers: 1 };
  const controller: Controller = createController(options, common);
  for (const reflector of own.platforms.reflectors) {
    controller.watch(reflector, { keys: (platform) => [keyOf(platform)], resync: true });
    reflector.subscribe(({ type, object }) => {
      if (type === 'deleted') status.forget(object.metadata.uid ?? '');
    });
  }
  const follow = <T extends KubeObject>(cache: Cache<T>, changed: Source<T>['changed']): void => {
    for (const reflector of cache.reflectors)
      controller.watch(reflector, { keys: () => [key], ...(changed ? { changed } : {}) });
  };
  // Of jobs only matters how many are where; a thousand new ones are worth one pass.
  for (const reflector of caches.jobs.reflectors)
    reflector.subscribe(({ type }) => {
      if (type !== 'updated') controller.enqueue(key, { delayMs: JOBS_MS });
    });
  for (const cache of [own.defaults, own.quotas]) follow<KubeObject>(cache, anyChange);
  if (inCluster) {
    const { roots, derived, ...others } = inCluster;
    for (const cache of [...roots, ...derived, ...Object.values(others), caches.pools])
      follow<KubeObject>(cache, anyChange);
  }
  link.onReachability(wake);
  readers.onChange(wake);
  observeKeyAge(base.metrics, common.clock, () => base.platform()?.status?.keys ?? []);
  const ownCaches = inCluster ? Object.values(inCluster).flat() : [];
  return {
    controller,
    reflectors: reflectorsOf([...Object.values(own), ...ownCaches]),
    lead: async ({ signal }) => {
      // It is made when it is not there, and then nothing else would ask for it.
      wake();
      if (inCluster) await readers.run(signal);
    },
  };
}

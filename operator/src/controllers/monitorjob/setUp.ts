/** The controller of MonitorJobs with all that wakes it. */
import type { Base, Part } from '../../base.ts';
import { createController } from '../../kube/controller.ts';
import { keyOf } from '../../kube/keys.ts';
import { CONTROLLERS } from '../../names.ts';
import { bindingOf, isLive, isShared } from '../../pools/binding.ts';
import { BY_NAMESPACE } from '../../resources.ts';
import { reconcileJob } from './index.ts';
import type { PoolBinding } from './types.ts';

/** The workers of this machine: they are there as long as the scheduler is. */
const localPool = (namespace: string): PoolBinding => ({ kind: 'live', namespace, name: 'local' });

export function setUpJobs(base: Base): Part {
  const { config, common, caches, workspaces, link, events, platform, pace } = base;
  const jobs = caches.jobs.store;
  const name = CONTROLLERS.MonitorJob;
  const status = base.statusOf(name);
  const reconcile = reconcileJob({
    jobs,
    channels: caches.channels.store,
    platform,
    pool: () =>
      config.pools === 'local'
        ? localPool(config.namespace)
        : bindingOf(caches.pools.store, config.namespace),
    feed: link.feed,
    transport: common.transport,
    workspaces,
    projector: link.projectors.monitors,
    status,
    events,
    clock: common.clock,
  });
  const controller = createController({ ...pace, name, reconcile }, common);
  for (const reflector of caches.jobs.reflectors) {
    controller.watch(reflector, { keys: (job) => [keyOf(job)], resync: true });
    reflector.subscribe(({ type, object }) => {
      if (type === 'deleted') status.forget(object.metadata.uid ?? '');
    });
  }
  // What a channel says matters to no job, only whether it is there.
  for (const reflector of caches.channels.reflectors)
    controller.watch(reflector, {
      keys: ({ metadata }) => jobs.by(BY_NAMESPACE, metadata.namespace ?? '').map(keyOf),
      changed: () => false,
    });
  for (const reflector of caches.platforms.reflectors)
    controller.watch(reflector, { keys: () => jobs.keys() });
  for (const reflector of caches.pools.reflectors)
    controller.watch(reflector, {
      keys: (pool) => (isShared(pool, config.namespace) ? jobs.keys() : []),
      changed: (before, after) => isLive(before) !== isLive(after),
    });
  link.follow('monitors', controller);
  return { controller };
}

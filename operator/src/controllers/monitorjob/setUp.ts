/** The controller of MonitorJobs with all that wakes it. */
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { Base, Part } from '../../base.ts';
import { createController } from '../../kube/controller.ts';
import { keyOf } from '../../kube/keys.ts';
import { CONTROLLERS } from '../../names.ts';
import { isOtherForJobs } from '../../pools/live.ts';
import { BY_NAMESPACE } from '../../resources.ts';
import { reconcileJob } from './index.ts';
import { isolationIn, keysOfJob, keysOfPool, onThisMachine } from './isolation.ts';

/** The pools of role LLM, looked for once after each change: every job asks for them. */
function judgesIn({ store, reflectors }: Base['caches']['pools']): () => readonly WorkerPool[] {
  let found: readonly WorkerPool[] | undefined;
  for (const reflector of reflectors) reflector.subscribe(() => (found = undefined));
  return () => (found ??= store.all().filter(({ spec }) => spec.role === 'LLM'));
}

function isolationOf({ config, caches, platform }: Base) {
  const { namespace: platformNamespace, usersNamespace } = config;
  if (config.pools === 'local') return () => onThisMachine(platformNamespace);
  return isolationIn({
    jobs: caches.jobs.store,
    pools: caches.pools.store,
    judges: judgesIn(caches.pools),
    platform,
    platformNamespace,
    usersNamespace,
  });
}

export function setUpJobs(base: Base): Part {
  const { config, common, caches, workspaces, link, events, platform, pace } = base;
  const jobs = caches.jobs.store;
  const near = { jobs, platformNamespace: config.namespace };
  const name = CONTROLLERS.MonitorJob;
  const status = base.statusOf(name);
  const reconcile = reconcileJob({
    jobs,
    channels: caches.channels.store,
    platform,
    isolation: isolationOf(base),
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
    controller.watch(reflector, { keys: (job) => keysOfJob(job, near), resync: true });
    reflector.subscribe(({ type, object }) => {
      if (type === 'deleted') status.forget(object.metadata.uid ?? '');
    });
  }
  // What a channel says matters to no job, only whether it is there, and whose it is.
  for (const reflector of caches.channels.reflectors)
    controller.watch(reflector, {
      keys: ({ metadata }) => jobs.by(BY_NAMESPACE, metadata.namespace ?? '').map(keyOf),
      changed: (before, after) => workspaces(before).workspace !== workspaces(after).workspace,
    });
  for (const reflector of caches.platforms.reflectors)
    controller.watch(reflector, { keys: () => jobs.keys() });
  for (const reflector of caches.pools.reflectors)
    controller.watch(reflector, {
      keys: (pool) => keysOfPool(pool, near),
      changed: isOtherForJobs,
    });
  link.follow('monitors', controller);
  return { controller };
}

/** The controller of isolation with all that wakes it. Its keys are namespaces. */
import type { MonitorJob } from '../../../../crds/types/monitorjob.ts';
import type { KubeObject } from '../../../../services/core/kube/types.ts';
import type { Base, Part } from '../../base.ts';
import { createApplier } from '../../kube/apply.ts';
import { createController } from '../../kube/controller.ts';
import { CONTROLLERS, OWNED } from '../../names.ts';
import { levelOf } from '../../pools/binding.ts';
import { reconcileNamespace } from './index.ts';

const namespaceOf = ({ metadata }: KubeObject): string[] => [metadata.namespace ?? ''];

/** Jobs of the shared pool are no business of this controller. */
const namespaceOfIsolated = (job: MonitorJob): string[] =>
  levelOf(job) === 'Shared' ? [] : namespaceOf(job);

export function setUpIsolation(base: Base): Part {
  const { config, common, caches, events, platform, pace } = base;
  const name = CONTROLLERS.Isolation;
  const jobs = caches.jobs.store;
  const pools = caches.pools.store;
  const reconcile = reconcileNamespace({
    platformNamespace: config.namespace,
    usersNamespace: config.usersNamespace,
    platform,
    jobs,
    pools,
    events,
    applier: createApplier({ controller: name, names: OWNED }, common),
    transport: common.transport,
  });
  const controller = createController({ ...pace, name, reconcile }, common);
  for (const reflector of caches.jobs.reflectors)
    controller.watch(reflector, { keys: namespaceOfIsolated, resync: true });
  // Also those of people: one under the name of ours keeps ours away.
  for (const reflector of caches.pools.reflectors)
    controller.watch(reflector, { keys: namespaceOf, resync: true });
  const everywhere = (): readonly string[] => [
    ...new Set([...jobs.all().flatMap(namespaceOfIsolated), ...pools.all().flatMap(namespaceOf)]),
  ];
  for (const reflector of caches.platforms.reflectors)
    controller.watch(reflector, { keys: everywhere });
  return { controller };
}

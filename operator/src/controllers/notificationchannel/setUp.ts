/** The controller of NotificationChannels with all that wakes it. */
import type { Base, Part } from '../../base.ts';
import { createController } from '../../kube/controller.ts';
import { keyOf } from '../../kube/keys.ts';
import { CONTROLLERS } from '../../names.ts';
import { reconcileChannel } from './index.ts';

export function setUpChannels({ common, caches, workspaces, link, statusOf, pace }: Base): Part {
  const name = CONTROLLERS.NotificationChannel;
  const status = statusOf(name);
  const reconcile = reconcileChannel({
    channels: caches.channels.store,
    projector: link.projectors.channels,
    reports: link.reports,
    status,
    workspaces,
    clock: common.clock,
  });
  const controller = createController({ ...pace, name, reconcile }, common);
  for (const reflector of caches.channels.reflectors) {
    controller.watch(reflector, { keys: (channel) => [keyOf(channel)], resync: true });
    reflector.subscribe(({ type, object }) => {
      if (type === 'deleted') status.forget(object.metadata.uid ?? '');
    });
  }
  link.follow('channels', controller);
  return { controller };
}

/** Everything that goes on between operator and scheduler, and which objects deserve a pass for it. */
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import type { NotificationChannel } from '../../../crds/types/notificationchannel.ts';
import type { Clock } from '../../../services/core/clock.ts';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import type { Log } from '../../../services/core/log.ts';
import type { Cache } from '../kube/caches.ts';
import type { Controller } from '../kube/controller.ts';
import { keyOf } from '../kube/keys.ts';
import { inSlices } from '../kube/slices.ts';
import { PRIORITY } from '../kube/workqueue.ts';
import type { Workspaces } from '../workspaces.ts';
import { watchChannels, type ChannelReports } from './channels.ts';
import type { Kind, ObjectKey, SchedulerClient } from './client.ts';
import { createFeed, type Feed } from './feed.ts';
import { keepInventory } from './inventory.ts';
import { createProjector, type Projector } from './projector.ts';

export interface Link {
  readonly projectors: { readonly [K in Kind]: Projector<K> };
  readonly feed: Pick<Feed, 'state' | 'reachability'>;
  readonly reports: Pick<ChannelReports, 'state'>;
  /**
   * From now on this controller is called for what the scheduler tells of its kind, for what the
   * scheduler lacks, and for what waited for it when it can be reached again. Before `run`.
   */
  follow(kind: Kind, controller: Controller): void;
  /** Called when the scheduler can be reached again, or no longer. Before `run`. */
  onReachability(listener: () => void): void;
  /** Asks the scheduler until the signal is aborted; only a leader does. */
  run(signal: AbortSignal): Promise<void>;
}

export interface LinkDeps {
  readonly client: SchedulerClient;
  readonly caches: Projected;
  readonly workspaces: Workspaces;
  readonly clock: Clock;
  readonly log: Log;
}

/** The kinds that the scheduler is told of. */
export interface Projected {
  readonly monitors: Cache<MonitorJob>;
  readonly channels: Cache<NotificationChannel>;
}

const KINDS: readonly Kind[] = ['monitors', 'channels'];

export function createLink({ client, caches, workspaces, clock, log }: LinkDeps): Link {
  const projectors = {
    monitors: createProjector('monitors', client, () => feed.reachability()),
    channels: createProjector('channels', client, () => feed.reachability()),
  };
  const followers = new Map<Kind, Controller>();
  const listeners: (() => void)[] = [];
  const keys = { monitors: createNames(workspaces), channels: createNames(workspaces) };
  const wake = (kind: Kind, at: ObjectKey, priority: number = PRIORITY.normal): void =>
    followers.get(kind)?.enqueue(keys[kind].keyOf(at), { priority });
  const wakeWaiting = (): void => {
    // as after a restart: what a user does meanwhile goes before
    for (const kind of KINDS)
      void inSlices(projectors[kind].release(), (key) =>
        followers.get(kind)?.enqueue(key, { priority: PRIORITY.background }),
      );
  };
  let wasAway = false;
  const feed: Feed = createFeed(
    {
      onState: (state, isNews) =>
        wake('monitors', state, isNews ? PRIORITY.normal : PRIORITY.background),
      onReachability: ({ kind }) => {
        if (kind === 'reached' && wasAway) wakeWaiting();
        wasAway = kind === 'unreachable';
        listeners.forEach((listener) => listener());
      },
    },
    { client, clock, log },
  );
  const reports = watchChannels({
    client,
    clock,
    log,
    onState: (state) => wake('channels', state),
  });
  const onMissing = (kind: Kind, key: string): void => {
    projectors[kind].forget(key);
    followers.get(kind)?.enqueue(key);
  };
  followNames(caches.monitors, keys.monitors, ({ workspace, name }) =>
    feed.forget(workspace, name),
  );
  followNames(caches.channels, keys.channels);
  const stores = { monitors: caches.monitors.store, channels: caches.channels.store };
  const inventory = { client, stores, workspaces, clock, log, onMissing };
  return {
    projectors,
    feed,
    reports,
    follow: (kind, controller) => void followers.set(kind, controller),
    onReachability: (listener) => void listeners.push(listener),
    run: async (signal) => {
      await Promise.all([feed.run(signal), reports.run(signal), keepInventory(inventory, signal)]);
    },
  };
}

/** What the scheduler calls an object is its key, but for the users' namespace. */
interface Names {
  readonly keyOf: (at: ObjectKey) => string;
  readonly add: (object: KubeObject) => void;
  /** Returns what the object was called. */
  readonly remove: (object: KubeObject) => ObjectKey;
}

function createNames(workspaces: Workspaces): Names {
  const others = new Map<string, string>();
  const nameOf = ({ workspace, name }: ObjectKey): string => `${workspace}/${name}`;
  return {
    keyOf: (at) => others.get(nameOf(at)) ?? nameOf(at),
    add: (object) => {
      const at = nameOf(workspaces(object));
      if (at !== keyOf(object)) others.set(at, keyOf(object));
    },
    remove: (object) => {
      const at = workspaces(object);
      others.delete(nameOf(at));
      return at;
    },
  };
}

function followNames<T extends KubeObject>(
  cache: Cache<T>,
  names: Names,
  onGone: (at: ObjectKey) => void = () => {},
): void {
  for (const reflector of cache.reflectors)
    reflector.subscribe((change) => {
      if (change.type === 'updated') names.remove(change.before);
      if (change.type === 'deleted') onGone(names.remove(change.object));
      else names.add(change.object);
    });
}

import assert from 'node:assert/strict';
import type { ChannelState, MonitorState } from '../../../services/core/contracts/projection.ts';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import { createLog } from '../../../services/core/log.ts';
import { stateOf } from '../controllers/monitorjob/testing.ts';
import type { Controller } from '../kube/controller.ts';
import { keyOf } from '../kube/keys.ts';
import type { Listener } from '../kube/mirror.ts';
import { PRIORITY } from '../kube/workqueue.ts';
import { LABELS } from '../names.ts';
import { workspacesIn } from '../workspaces.ts';
import type { SchedulerClient } from './client.ts';
import { createLink, type Link, type LinkDeps } from './link.ts';

const nameOf = (priority: number | undefined): string =>
  priority === PRIORITY.background ? 'background' : 'normal';

/** A cache of one object; its listeners are told of it at once. */
const cacheOf = (object: KubeObject) => ({
  store: { keys: () => [keyOf(object)], all: () => [object] },
  reflectors: [
    {
      subscribe: (listener: Listener<KubeObject>) =>
        listener({ type: 'added', object, initial: true }),
    },
  ],
});

describe('operator: link to the scheduler', () => {
  let woken: string[] = [];
  beforeEach(() => (woken = []));

  const controllerOf = (kind: string): Controller =>
    ({
      enqueue: (key, how) => woken.push(`${kind} ${key} ${nameOf(how?.priority)}`),
    }) as Pick<Controller, 'enqueue'> as Controller;
  const owned = (name: string, namespace = 'users'): KubeObject => ({
    metadata: { name, namespace, uid: 'u', labels: { [LABELS.workspace]: 'anna' } },
  });
  /** Reads the feed so often as there are pages, then ends. */
  const follow = async (
    object: KubeObject,
    pages: (MonitorState[] | Error)[],
    channels: ChannelState[] = [],
    whileAway: (link: Link) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> => {
    const stop = new AbortController();
    const client = {
      feed: async () => {
        if (link.feed.reachability().kind === 'unreachable') await whileAway(link);
        const monitors = pages.shift() ?? [];
        if (monitors instanceof Error) throw monitors;
        if (pages.length === 0) stop.abort();
        return { monitors, after: '1', more: false };
      },
      channels: () => Promise.resolve({ channels, after: null }),
      inventory: () => {
        const none = { monitors: [], channels: [] };
        return Promise.resolve({ retired: none, missing: none });
      },
    } as Partial<SchedulerClient> as SchedulerClient;
    const cache = cacheOf(object);
    const link: Link = createLink({
      client,
      caches: { monitors: cache, channels: cache } as unknown as LinkDeps['caches'],
      workspaces: workspacesIn('users'),
      clock: { now: () => new Date(0), monotonic: () => 0, sleep: () => Promise.resolve() },
      log: createLog('operator', 'silent'),
    });
    link.follow('monitors', controllerOf('monitors'));
    link.follow('channels', controllerOf('channels'));
    await link.run(stop.signal);
  };
  const state = stateOf({ workspace: 'anna', name: 'shop' });
  const channel: ChannelState = {
    workspace: 'anna',
    name: 'shop',
    uid: state.uid,
    generation: 1,
    recipients: [],
    lastDelivery: null,
    failed24h: 0,
    secret: null,
  };

  it('wakes what the scheduler tells of by its key in the cluster, for each kind', async () => {
    await follow(owned('anna-shop'), [[], [state]], [channel]);
    assert.ok(woken.includes('monitors users/anna-shop normal'), woken.join());
    assert.ok(woken.includes('channels users/anna-shop normal'), woken.join());
  });

  it('takes the label of a workspace for nothing in the namespace of a team', async () => {
    await follow(owned('anna-shop', 'team'), [[], [state]], [channel]);
    assert.ok(woken.includes('monitors anna/shop normal'), woken.join());
  });

  it('lets what was there before wait for what a user does now', async () => {
    await follow(owned('anna-shop'), [[state]]);
    assert.deepEqual(woken, ['monitors users/anna-shop background']);
  });

  it('defect: wakes at once what waited for the scheduler, and nothing else, when it is back', async () => {
    const body = { uid: state.uid, generation: 1, spec: {}, labels: {}, annotations: {} };
    const pages = [[], new Error('away'), []];
    await follow(owned('anna-shop'), pages, [], async ({ projectors }) => {
      const at = { workspace: 'team', name: 'new' };
      await projectors.monitors.project('team/new', at, {
        ...body,
        runRequest: null,
        workers: null,
      });
    });
    assert.deepEqual(woken, ['monitors team/new background']);
  });
});

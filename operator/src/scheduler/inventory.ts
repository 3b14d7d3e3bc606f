/** Compares now and then what the cluster has with what the scheduler has. */
import type { Clock } from '../../../services/core/clock.ts';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import type { Log } from '../../../services/core/log.ts';
import { keyOf } from '../kube/keys.ts';
import type { Store } from '../kube/store.ts';
import type { Workspaces } from '../workspaces.ts';
import type { Kind, ObjectKey, SchedulerClient } from './client.ts';

export interface InventoryDeps {
  readonly client: Pick<SchedulerClient, 'inventory'>;
  readonly stores: Readonly<Record<Kind, Pick<Store<KubeObject>, 'all'>>>;
  readonly workspaces: Workspaces;
  readonly clock: Clock;
  readonly log: Log;
  /** The scheduler lacks this object of the cluster. */
  readonly onMissing: (kind: Kind, key: string) => void;
}

const EVERY_MS = 600_000;
const RETRY_MS = 10_000;

/** Keys of the cluster by what the scheduler calls them; what is being deleted counts as gone. */
function named(objects: readonly KubeObject[], workspaces: Workspaces): Map<string, KubeObject> {
  const living = objects.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return new Map(
    living.map((object) => {
      const { workspace, name } = workspaces(object);
      return [`${workspace}/${name}`, object];
    }),
  );
}

const itemOf = ([at, { metadata }]: [string, KubeObject]): [string, string, string] => {
  const [workspace = '', name = ''] = at.split('/');
  return [workspace, name, metadata.uid ?? ''];
};

/** Sends the complete set once: what vanished unseen is retired, what was lost is sent again. */
export async function compareOnce(deps: InventoryDeps, signal: AbortSignal): Promise<void> {
  const monitors = named(deps.stores.monitors.all(), deps.workspaces);
  const channels = named(deps.stores.channels.all(), deps.workspaces);
  const { retired, missing } = await deps.client.inventory(
    { monitors: [...monitors].map(itemOf), channels: [...channels].map(itemOf) },
    signal,
  );
  // An object that was made while the request was on its way is not in it and was retired with the
  // rest: looked up anew, it is sent again.
  const tell = (kind: Kind, lacking: readonly ObjectKey[]): void => {
    const objects = named(deps.stores[kind].all(), deps.workspaces);
    for (const { workspace, name } of lacking) {
      const object = objects.get(`${workspace}/${name}`);
      if (object) deps.onMissing(kind, keyOf(object));
    }
  };
  for (const kind of ['monitors', 'channels'] as const)
    tell(kind, [...missing[kind], ...retired[kind]]);
  const gone = retired.monitors.length + retired.channels.length;
  if (gone > 0) deps.log.info({ retired }, `${gone} objects are gone from the cluster`);
}

/** Compares at the start and every ten minutes, until the signal is aborted. */
export async function keepInventory(deps: InventoryDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const wait = await compareOnce(deps, signal).then(
      () => EVERY_MS,
      (error: unknown) => {
        if (!signal.aborted) deps.log.warn({ err: error }, 'the inventory could not be compared');
        return RETRY_MS;
      },
    );
    // an abort only ends the wait
    await deps.clock.sleep(wait, signal).catch(() => {});
  }
}

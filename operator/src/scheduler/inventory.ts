/** Compares now and then what the cluster has with what the scheduler has. */
import type { Clock } from '../../../services/core/clock.ts';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import type { Log } from '../../../services/core/log.ts';
import { keyOf } from '../kube/keys.ts';
import { inSlices } from '../kube/slices.ts';
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

/** By what the scheduler calls them; what is being deleted counts as gone. */
async function named(
  objects: readonly KubeObject[],
  workspaces: Workspaces,
): Promise<Map<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  await inSlices(objects, (object) => {
    if (object.metadata.deletionTimestamp !== undefined) return;
    const { workspace, name } = workspaces(object);
    found.set(`${workspace}/${name}`, object);
  });
  return found;
}

type Item = [workspace: string, name: string, uid: string];

async function itemsOf(kind: Kind, { stores, workspaces }: InventoryDeps): Promise<Item[]> {
  const items: Item[] = [];
  await inSlices([...(await named(stores[kind].all(), workspaces)).values()], (object) => {
    const { workspace, name } = workspaces(object);
    items.push([workspace, name, object.metadata.uid ?? '']);
  });
  return items;
}

/** Sends the complete set once: what vanished unseen is retired, what was lost is sent again. */
export async function compareOnce(deps: InventoryDeps, signal: AbortSignal): Promise<void> {
  const set = {
    monitors: await itemsOf('monitors', deps),
    channels: await itemsOf('channels', deps),
  };
  const { retired, missing } = await deps.client.inventory(set, signal);
  // An object that was made while the request was on its way is not in it and was retired with the
  // rest: looked up anew, it is sent again.
  const tell = async (kind: Kind, lacking: readonly ObjectKey[]): Promise<void> => {
    if (lacking.length === 0) return;
    const objects = await named(deps.stores[kind].all(), deps.workspaces);
    await inSlices(lacking, ({ workspace, name }) => {
      const object = objects.get(`${workspace}/${name}`);
      if (object) deps.onMissing(kind, keyOf(object));
    });
  };
  for (const kind of ['monitors', 'channels'] as const)
    await tell(kind, [...missing[kind], ...retired[kind]]);
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

/** Reading objects of a cluster: its word about the spec, the store's about what happened. */
import { HttpError } from '../../core/errors.ts';
import { findChannel } from '../../store/channels.ts';
import { findMonitor, type Monitor } from '../../store/monitors.ts';
import { KUBERNETES } from '../../store/projection.ts';
import { withWorkspace, type Tx } from '../../store/workspace.ts';
import { showChannels, showMonitors } from '../shown.ts';
import type { ObjectWriter, Shown } from '../writer.ts';
import type { ClusterDeps } from './deps.ts';
import { findLive } from './edit.ts';
import type { Place } from './homes.ts';
import type { Kind, LiveObject } from './resources.ts';
import { shownObject, type Known } from './shown.ts';

type StoreDeps = Pick<ClusterDeps, 'pool' | 'clock'>;

const findRow = (tx: Tx, { kind, home: { workspace }, name }: Place) =>
  kind === 'MonitorJob' ? findMonitor(tx, workspace, name) : findChannel(tx, workspace, name);

/** What the store knows of the name. */
const findKnown = (deps: StoreDeps, place: Place): Promise<Known | undefined> => {
  const { kind, home, name } = place;
  const { workspace } = home;
  return withWorkspace(deps.pool, workspace, async (tx) => {
    const shown =
      kind === 'MonitorJob'
        ? await showMonitors(tx, deps, workspace, present(await findMonitor(tx, workspace, name)))
        : await showChannels(tx, deps, workspace, present(await findChannel(tx, workspace, name)));
    const [object] = shown;
    return object && { uid: object.metadata.uid, status: object.status };
  });
};

const present = <T>(one: T | undefined): T[] => (one === undefined ? [] : [one]);

/** The monitor as the scheduler has it, when it is this very object. */
export async function findProjected(
  { pool }: Pick<ClusterDeps, 'pool'>,
  { metadata }: LiveObject,
  { home: { workspace }, name }: Place,
): Promise<Monitor | undefined> {
  const row = await withWorkspace(pool, workspace, (tx) => findMonitor(tx, workspace, name));
  return row?.uid === metadata.uid ? row : undefined;
}

/** Made in local mode; the cluster knows nothing of it. */
export const isLocal = ({ pool }: Pick<ClusterDeps, 'pool'>, place: Place): Promise<boolean> =>
  withWorkspace(pool, place.home.workspace, async (tx) => {
    const row = await findRow(tx, place);
    return row !== undefined && row.managedBy !== KUBERNETES;
  });

/** @throws HttpError `conflict` for an object that was made in local mode. */
export async function refuseLocal(deps: Pick<ClusterDeps, 'pool'>, place: Place): Promise<void> {
  if (await isLocal(deps, place))
    throw new HttpError(
      'conflict',
      `The ${place.kind} ${place.name} was made outside of the cluster and is read-only beside one; delete it first, or use another name`,
    );
}

/** An object just written, as it is answered: the projection into the store comes a moment later. */
export async function answerOf(deps: StoreDeps, place: Place, live: LiveObject): Promise<Shown> {
  return shownObject(place, live, await findKnown(deps, place));
}

/**
 * One object. While the API server does not answer, what the store has is shown, without its owners.
 * @throws HttpError
 */
export async function look(deps: ClusterDeps, place: Place): Promise<Shown> {
  const known = await findKnown(deps, place);
  try {
    const live = await findLive(deps.kube, place);
    if (live) return shownObject(place, live, known);
  } catch (error) {
    if (!known || !(error instanceof HttpError)) throw error;
    deps.log.warn(
      { err: error, kind: place.kind, ...place.at },
      'the cluster does not answer; what the store has is shown',
    );
    return readStored(deps.store, place);
  }
  if (known && (await isLocal(deps, place))) return readStored(deps.store, place);
  throw new HttpError('not_found', `There is no ${place.kind} named ${place.name}.`);
}

const READERS: Readonly<Record<Kind, 'readMonitor' | 'readChannel'>> = {
  MonitorJob: 'readMonitor',
  NotificationChannel: 'readChannel',
};

const readStored = (store: ObjectWriter, { kind, home, name }: Place): Promise<Shown> =>
  store[READERS[kind]](home.workspace, name);

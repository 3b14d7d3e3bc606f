/** Takes everything of a personal workspace out of the cluster, before its rows are erased. */
import { HttpError } from '../../core/errors.ts';
import { isNotFound } from '../../core/kube/errors.ts';
import { listEverMade } from '../../store/everMade.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { ClusterDeps } from './deps.ts';
import { findLive } from './edit.ts';
import { placeIn, type Home, type Place } from './homes.ts';
import { explained } from './problems.ts';
import { RESOURCES } from './resources.ts';
import { checkSecretName, deleteSecret } from './secrets.ts';

type Deps = Pick<ClusterDeps, 'kube' | 'homes' | 'pool'> & {
  readonly clock: Pick<ClusterDeps['clock'], 'monotonic' | 'sleep'>;
};

/** An object without finalizers is gone at once; somebody else may have hung one on it. */
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 250;

/**
 * Nobody may list the namespace that people share, so the names come from what the store was told, and those of
 * Secrets from the audit, which has a row for each that was made here. What is called so and is not labelled so
 * stays. Can be called again after a failure.
 * @throws HttpError `unprocessable` for a team's workspace; `unavailable` while the cluster does not do it.
 */
export async function clearPersonal(deps: Deps, workspace: string): Promise<void> {
  const home = deps.homes(workspace);
  if (!home.isPersonal) throw isNamespace(workspace);
  const made = await withWorkspace(deps.pool, workspace, (tx) => listEverMade(tx, workspace));
  const places = [
    ...made.monitors.map((name) => placeIn(home, 'MonitorJob', name)),
    ...made.channels.map((name) => placeIn(home, 'NotificationChannel', name)),
  ];
  for (const place of places) await deleteObject(deps, place);
  for (const name of made.secrets) await deleteOwnSecret(deps, home, name);
  await untilGone(deps, places);
}

const isNamespace = (workspace: string): HttpError =>
  new HttpError(
    'unprocessable',
    `The workspace is the namespace ${workspace} of the cluster: whoever may deletes its monitors and channels with kubectl -n ${workspace} delete monitorjobs,notificationchannels --all; then an administrator erases what duckmon kept with kubectl monitor erase --workspace ${workspace} --yes`,
  );

/** Undefined also for an object that only has the name. */
async function findOwn(deps: Deps, place: Place): ReturnType<typeof findLive> {
  try {
    return await findLive(deps.kube, place);
  } catch (error) {
    if (error instanceof HttpError && error.code === 'conflict') return undefined;
    throw error;
  }
}

async function deleteObject(deps: Deps, place: Place): Promise<void> {
  const live = await findOwn(deps, place);
  if (!live) return;
  await explained(place, async () => {
    try {
      await deps.kube.delete(RESOURCES[place.kind], place.at, { uid: live.metadata.uid });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  });
}

async function deleteOwnSecret({ kube }: Deps, home: Home, name: string): Promise<void> {
  checkSecretName(home, 'Secret', name);
  try {
    await deleteSecret(kube, home, name);
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== 'not_found') throw error;
  }
}

/** As long as one is there the operator may tell the scheduler of it again. */
async function untilGone(deps: Deps, places: readonly Place[]): Promise<void> {
  const until = deps.clock.monotonic() + PATIENCE_MS;
  for (const place of places)
    while (await findOwn(deps, place)) {
      if (deps.clock.monotonic() >= until)
        throw new HttpError(
          'unavailable',
          `The cluster has not let go of the ${place.kind} ${place.name} yet: something holds it by a finalizer; nothing else was erased, try again`,
          { retryAfterSeconds: 30 },
        );
      await deps.clock.sleep(LOOK_AGAIN_MS);
    }
}

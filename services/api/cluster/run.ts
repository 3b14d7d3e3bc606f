/** Asking for a check of a monitor in a cluster. */
import { HttpError } from '../../core/errors.ts';
import type { Principal } from '../principal.ts';
import type { ClusterDeps } from './deps.ts';
import { getLive } from './edit.ts';
import type { Place } from './homes.ts';
import { findProjected, refuseLocal } from './look.ts';
import { ANNOTATIONS, FIELD_MANAGER } from './names.ts';
import { explained } from './problems.ts';
import { RESOURCES } from './resources.ts';

/**
 * Sets the annotation that asks for a run; its value is the id that the check will carry. A wish that
 * nobody took up yet is shared, unless a check runs that may have read the page before.
 */
export async function requestRun(
  deps: ClusterDeps,
  principal: Principal,
  place: Place,
): Promise<string> {
  await deps.mayWrite(principal, { verb: 'patch', kind: place.kind, ...place.at });
  await refuseLocal(deps, place);
  const live = await getLive(deps.kube, place);
  if (live.spec['suspend'] === true)
    throw new HttpError('unprocessable', `The monitor ${place.name} is paused; resume it first.`);
  const row = await findProjected(deps, live, place);
  const wished = live.metadata.annotations?.[ANNOTATIONS.runRequestedAt];
  const handled = [row?.lastHandledRunRequest, live.status?.lastHandledRunRequest];
  const isRunning = row?.leaseUntil != null && row.leaseUntil > deps.clock.now();
  if (wished !== undefined && !handled.includes(wished) && !isRunning) return wished;
  const wish = deps.clock.now().toISOString();
  const patch = { metadata: { annotations: { [ANNOTATIONS.runRequestedAt]: wish } } };
  await explained(place, () =>
    deps.kube.mergePatch(RESOURCES[place.kind], place.at, patch, { fieldManager: FIELD_MANAGER }),
  );
  return wish;
}

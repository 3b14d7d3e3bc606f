/** Who asked for a freeze or for new keys, as annotations of the MonitorPlatform name them. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import {
  MAX_ASKER,
  type RotationAct,
  type RotationRequest,
} from '../../../../services/core/contracts/projection.ts';
import { ANNOTATIONS } from '../../names.ts';
import type { SchedulerClient } from '../../scheduler/client.ts';
import { rotationRequests } from './settings.ts';

type Annotations = Readonly<Record<string, string>> | undefined;

const nameIn = (annotations: Annotations, mark: string): string | undefined =>
  annotations?.[mark]?.slice(0, MAX_ASKER) || undefined;

/** Who wanted `spec.suspend` as it is; undefined when nobody is named. */
export const suspendedBy = ({ metadata, spec }: MonitorPlatform): string | undefined => {
  const frozen = nameIn(metadata.annotations, ANNOTATIONS.suspendRequestedBy);
  if (spec.suspend) return frozen;
  // a resume of an earlier kubectl monitor leaves its name where that of a freeze stands
  return frozen ?? nameIn(metadata.annotations, ANNOTATIONS.resumeRequestedBy);
};

/** Every rotation that the annotations ask for and that can be read. */
export function askedFor(annotations: Annotations): readonly RotationRequest[] {
  const { requests, dataKey } = rotationRequests(annotations);
  const acts: readonly (readonly [RotationAct, Date | undefined, string])[] = [
    ['rotate', requests.graceful, ANNOTATIONS.rotateRequestedBy],
    ['rotate-now', requests.urgent, ANNOTATIONS.rotateNowRequestedBy],
    ['rotate-data-key', dataKey, ANNOTATIONS.rotateDataKeyRequestedBy],
  ];
  return acts.flatMap(([act, at, mark]) => {
    if (at === undefined) return [];
    const askedBy = nameIn(annotations, mark);
    return [{ act, askedAt: at.toISOString(), ...(askedBy === undefined ? {} : { askedBy }) }];
  });
}

/** Has each rotation that is asked for in the audit; one that was told is not told again. */
export function createAuditor(
  client: Pick<SchedulerClient, 'noteRotation'>,
): (platform: MonitorPlatform, signal: AbortSignal) => Promise<void> {
  const told = new Map<RotationAct, string>();
  return async ({ metadata }, signal) => {
    for (const request of askedFor(metadata.annotations)) {
      if (told.get(request.act) === request.askedAt) continue;
      await client.noteRotation(request, signal);
      told.set(request.act, request.askedAt);
    }
  };
}

/** Reads what runs in the namespace of a release. */
import type { MonitorPlatform } from '../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../crds/types/workerpool.ts';
import { LABELS, PART_OF, PLATFORM_NAME } from '../../operator/src/names.ts';
import type { ProdDeps } from './deps.ts';
import { isForbidden, isMissing } from './failures.ts';
import type { Found, ListOf, Pod, Warning, Workload } from './objects.ts';
import type { Place } from './place.ts';
import { ProgramError } from './programs.ts';
import { kubectl, read } from './step.ts';

const PARTS = 'deployments,statefulsets,daemonsets,pods';
const OURS = 'workerpools.mon.duckerhub.com,monitorplatforms.mon.duckerhub.com';

/** @throws ProgramError when the API server does not answer, or does not let us look. */
export async function gather(place: Place, deps: ProdDeps): Promise<Found> {
  const selector = `--selector=${LABELS.partOf}=${PART_OF}`;
  const [parts, ours, warnings] = await Promise.all([
    read<ListOf<Workload | Pod>>(kubectl(place, ['get', PARTS, selector, '-o=json']), deps),
    readOurs(place, deps),
    readWarnings(place, deps),
  ]);
  return {
    workloads: parts.items.filter((item) => item.kind !== 'Pod'),
    pods: parts.items.filter((item) => item.kind === 'Pod'),
    warnings,
    pools: ours.filter((item): item is WorkerPool => item.kind === 'WorkerPool'),
    platform: ours.find(
      (item): item is MonitorPlatform =>
        item.kind === 'MonitorPlatform' && item.metadata.name === PLATFORM_NAME,
    ),
  };
}

type Ours = WorkerPool | MonitorPlatform;

async function readOurs(place: Place, deps: ProdDeps): Promise<readonly Ours[]> {
  try {
    return (await read<ListOf<Ours>>(kubectl(place, ['get', OURS, '-o=json']), deps)).items;
  } catch (error) {
    // The definitions are served a moment after they were installed.
    if (error instanceof ProgramError && isMissing(error)) return [];
    throw error;
  }
}

/** They tell what the status of a pod does not, such as a Secret that is missing. */
export async function readWarnings(place: Place, deps: ProdDeps): Promise<readonly Warning[]> {
  const args = ['get', 'events', '--field-selector=type=Warning', '--sort-by=.lastTimestamp'];
  try {
    return (await read<ListOf<Warning>>(kubectl(place, [...args, '-o=json']), deps)).items;
  } catch (error) {
    if (error instanceof ProgramError && isForbidden(error)) return [];
    throw error;
  }
}

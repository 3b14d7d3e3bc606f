/** Parts and pools in the table of health. Pure. */
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { LABELS } from '../../../operator/src/names.ts';
import type { Found, Pod, Workload } from '../objects.ts';
import { belongs, holdUp, rolloutOf } from '../rollout.ts';
import type { Row } from './row.ts';

/** The release as Helm knows it. */
export interface Revision {
  readonly revision: number;
  readonly status: string;
  readonly chart: string;
  readonly description?: string;
}

export function releaseRow(
  { revision, status, chart, description = '' }: Revision,
  release: string,
): Row {
  const ready = `rev ${revision}`;
  if (status === 'deployed') return { part: 'release', state: 'ok', ready, detail: chart };
  const detail = `${status}: ${description}`;
  const next = `npm run prod-up, or helm rollback ${release}; helm history ${release} tells more`;
  return { part: 'release', state: 'bad', ready, detail, next };
}

/** Deployments and the like, in the order of their names, then pools of workers. */
export const partRows = (found: Found): Row[] => [
  ...found.workloads
    .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))
    .map((workload) => workloadRow(workload, found)),
  ...found.pools.map(poolRow),
];

function workloadRow(workload: Workload, found: Found): Row {
  const { ready: count, wanted } = rolloutOf(workload);
  const part = workload.metadata.name;
  const ready = `${count}/${wanted}`;
  const component = workload.spec.selector?.matchLabels?.[LABELS.component];
  const isOfPool = workload.metadata.labels?.[LABELS.pool] !== undefined;
  if (wanted === 0 && workload.kind !== 'DaemonSet' && !isOfPool)
    return {
      part,
      state: 'bad',
      ready,
      detail: 'scaled to zero',
      next: `kubectl scale ${workload.kind.toLowerCase()}/${part} --replicas=1, unless a restore is going on`,
    };
  const why = holdUp(workload, found);
  if (why === undefined)
    return { part, state: 'ok', ready, detail: restarts(workload, found.pods) };
  const next = `npm run prod-logs${component === undefined ? '' : ` -- ${component}`}, kubectl describe ${workload.kind.toLowerCase()}/${part}`;
  return { part, state: 'bad', ready, detail: why, next };
}

function restarts(workload: Workload, pods: readonly Pod[]): string {
  const count = pods
    .filter((pod) => belongs(pod, workload))
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  return count === 0 ? '' : `restarts: ${count}; npm run prod-logs -- --previous tells why`;
}

function poolRow({ metadata, spec, status }: WorkerPool): Row {
  const part = `pool ${metadata.name}`;
  const ready = `${status?.readyReplicas ?? 0}/${spec.replicas}`;
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  const slots = `${spec.role}, ${status?.slots ?? 0} slots, ${status?.slotsNeeded ?? 0} needed`;
  const next = `kubectl describe wp ${metadata.name}`;
  const why = condition?.message || condition?.reason || 'not looked at yet';
  if (condition?.status === 'True') return { part, state: 'ok', ready, detail: slots };
  const state = condition?.status === 'False' ? 'bad' : 'note';
  return { part, state, ready, detail: why, next };
}

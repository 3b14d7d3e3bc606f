/** How far a part is rolled out, and what holds it up. Pure. */
import type { ContainerStatus, Found, Pod, Warning, Workload } from './objects.ts';

/** Numbers of pods. */
export interface Rollout {
  readonly ready: number;
  readonly wanted: number;
  /** Whether all that are wanted are of the newest revision and available, and no others are left. */
  readonly isDone: boolean;
}

export function rolloutOf({ kind, metadata, spec, status = {} }: Workload): Rollout {
  const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  switch (kind) {
    case 'Deployment': {
      const wanted = spec.replicas ?? 1;
      const {
        updatedReplicas = 0,
        availableReplicas = 0,
        replicas = 0,
        readyReplicas = 0,
      } = status;
      const isDone = updatedReplicas === wanted && availableReplicas >= wanted;
      return { ready: readyReplicas, wanted, isDone: isSeen && isDone && replicas === wanted };
    }
    case 'StatefulSet': {
      const wanted = spec.replicas ?? 1;
      const ready = status.readyReplicas ?? 0;
      const isNew = status.updateRevision === status.currentRevision;
      return { ready, wanted, isDone: isSeen && isNew && ready >= wanted };
    }
    case 'DaemonSet': {
      const wanted = status.desiredNumberScheduled ?? 0;
      const { numberReady: ready = 0, updatedNumberScheduled = 0 } = status;
      return {
        ready,
        wanted,
        isDone: isSeen && updatedNumberScheduled >= wanted && ready >= wanted,
      };
    }
    default:
      return kind satisfies never;
  }
}

/** Why a part is not rolled out; undefined when it is. */
export function holdUp(
  workload: Workload,
  { pods, warnings }: Pick<Found, 'pods' | 'warnings'>,
): string | undefined {
  const { ready, wanted, isDone } = rolloutOf(workload);
  if (isDone) return undefined;
  const count = `${ready} of ${wanted} ready`;
  const own = pods.filter((pod) => belongs(pod, workload));
  const reasons = [...new Set(own.flatMap((pod) => podTrouble(pod, warnings) ?? []))];
  const why = refusal(workload, warnings) ?? reasons.join('; ');
  if (why !== '') return `${count}: ${why}`;
  if (ready >= wanted) return `${count}: pods of the revision before are ending`;
  return own.length === 0 ? `${count}: no pod yet` : count;
}

export function belongs({ metadata }: Pod, { spec }: Workload): boolean {
  const wanted = Object.entries(spec.selector?.matchLabels ?? {});
  return wanted.length > 0 && wanted.every(([name, value]) => metadata.labels?.[name] === value);
}

/** Why no pod may be made: a quota, Pod Security. Of a Deployment its condition tells. */
function refusal(
  { kind, metadata, status }: Workload,
  warnings: readonly Warning[],
): string | undefined {
  const failing = status?.conditions?.find(
    ({ type, status: holds }) => type === 'ReplicaFailure' && holds === 'True',
  );
  return failing?.message ?? (status?.replicas ? undefined : warned(warnings, kind, metadata.name));
}

const warned = (warnings: readonly Warning[], kind: string, name: string): string | undefined =>
  warnings.findLast(
    ({ involvedObject }) => involvedObject?.kind === kind && involvedObject.name === name,
  )?.message;

/** These say no more than that it takes time. */
const ON_ITS_WAY = new Set(['PodInitializing', 'ContainerCreating']);

/** What keeps a pod from being ready; undefined when it is, or when it is ending. */
export function podTrouble(
  { metadata, status }: Pod,
  warnings: readonly Warning[],
): string | undefined {
  if (metadata.deletionTimestamp !== undefined || !status) return undefined;
  const unplaced = status.conditions?.find(
    ({ type, status: holds }) => type === 'PodScheduled' && holds === 'False',
  );
  if (unplaced) return `no node takes it: ${unplaced.message ?? unplaced.reason ?? ''}`;
  const inits = status.initContainerStatuses ?? [];
  const containers = status.containerStatuses ?? [];
  const [stopped] = [...inits, ...containers].flatMap((one) => stop(one) ?? []);
  if (stopped !== undefined) return stopped;
  const running = inits.find(({ state }) => state?.running);
  if (running) return `${running.name} runs first`;
  if (containers.length === 0 || containers.some(({ state }) => state?.waiting))
    return warned(warnings, 'Pod', metadata.name) ?? 'image, volumes and Secrets are fetched';
  const slow = containers.find(({ ready, state }) => ready !== true && state?.running);
  return slow && `${slow.name} has started and is not ready yet`;
}

/** What a container waits for that does not come by itself. */
function stop({ name, state, lastState }: ContainerStatus): string | undefined {
  const { reason, message } = state?.waiting ?? {};
  if (reason === undefined || ON_ITS_WAY.has(reason)) return undefined;
  const ended = lastState?.terminated;
  const before = ended && `ended with ${ended.exitCode ?? '?'} (${ended.reason ?? 'Error'})`;
  return [`${name} ${reason}`, before, message].filter(Boolean).join(': ');
}

/** What is not ready yet, and why. Pure. */
import type { MonitorPlatform } from '../../crds/types/monitorplatform.ts';
import type { Found } from './objects.ts';
import { holdUp } from './rollout.ts';

export interface Waiting {
  /** Name of the part. */
  readonly part: string;
  readonly why: string;
}

/** Empty when all is ready. */
export function waitingFor(found: Found): readonly Waiting[] {
  const parts = found.workloads.flatMap((workload) => {
    const why = holdUp(workload, found);
    return why === undefined ? [] : [{ part: workload.metadata.name, why }];
  });
  const why = platformTrouble(found.platform);
  const sorted = parts.toSorted((a, b) => a.part.localeCompare(b.part));
  return why === undefined ? sorted : [...sorted, { part: 'MonitorPlatform', why }];
}

function platformTrouble(platform: MonitorPlatform | undefined): string | undefined {
  if (platform === undefined) return 'the operator has not made it yet';
  const { generation } = platform.metadata;
  const { observedGeneration = 0, conditions } = platform.status ?? {};
  if (generation !== undefined && observedGeneration < generation)
    return 'the operator has not looked at it yet';
  const ready = conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined) return 'the operator has not looked at it yet';
  if (ready.status === 'True') return undefined;
  return [`Ready is ${ready.status}`, ready.message || ready.reason].join(': ');
}

/** Lines that were not said in the round before. */
export function news(before: readonly Waiting[], now: readonly Waiting[]): string[] {
  const known = new Map(before.map(({ part, why }) => [part, why]));
  const left = new Set(now.map(({ part }) => part));
  return [
    ...before.filter(({ part }) => !left.has(part)).map(({ part }) => `${part}: ready`),
    ...now
      .filter(({ part, why }) => known.get(part) !== why)
      .map(({ part, why }) => `${part}: ${why}`),
  ];
}

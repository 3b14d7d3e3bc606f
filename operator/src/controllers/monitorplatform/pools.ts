/** The pools of the platform itself, as WorkerPools in its namespace. Pure. */
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import type { Desired } from '../../kube/apply.ts';
import { LABELS, PART_OF } from '../../names.ts';
import { PLATFORM_POOLS } from '../../pools/binding.ts';

export type DesiredPool = Desired & { readonly spec: object };

const ROLES = { browser: 'Browser', llm: 'LLM' } as const;

/** The number of pods is left to whoever scales. */
export const platformPools = ({
  metadata: { namespace = '' },
  spec,
}: MonitorPlatform): readonly DesiredPool[] =>
  (['browser', 'llm'] as const).map((part) => {
    const { replicas: _, ...rest } = spec.pools[part];
    return {
      metadata: { namespace, name: PLATFORM_POOLS[part], labels: { [LABELS.partOf]: PART_OF } },
      spec: { role: ROLES[part], ...rest },
    };
  });

/** Namespaces in which browsers run: they need keys and policies. */
export const browserNamespaces = (pools: readonly WorkerPool[]): readonly string[] => [
  ...new Set(
    pools.flatMap(({ metadata, spec }) =>
      spec.role === 'Browser' ? (metadata.namespace ?? []) : [],
    ),
  ),
];

/** Slots of all browser pools together. */
export function capacityOf(pools: readonly WorkerPool[]): {
  readonly slots: number;
  readonly needed: number;
} {
  const browsers = pools.filter(({ spec }) => spec.role === 'Browser');
  const sum = (of: (pool: WorkerPool) => number | undefined): number =>
    browsers.reduce((total, pool) => total + (of(pool) ?? 0), 0);
  return {
    slots: sum((pool) => pool.status?.slots),
    needed: sum((pool) => pool.status?.slotsNeeded),
  };
}

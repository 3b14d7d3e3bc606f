/** Which MonitorJobs a WorkerPool works for. Pure. */
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { PLATFORM_POOLS, isShared } from './binding.ts';

/** A job without a model of its own is judged by the platform's, which is that of the pool `llm`. */
function judges(
  { metadata, spec }: WorkerPool,
  { spec: { judge } }: MonitorJob,
  platform: MonitorPlatform | undefined,
): boolean {
  const own = spec.model?.name;
  const asked = judge.model ?? platform?.spec.models?.default;
  return own === undefined || asked === undefined
    ? metadata.name === PLATFORM_POOLS.llm
    : asked === own;
}

/** The jobs whose load the pool carries. */
export function jobsOf(
  pool: WorkerPool,
  jobs: readonly MonitorJob[],
  platform: MonitorPlatform | undefined,
  platformNamespace: string,
): readonly MonitorJob[] {
  if (pool.spec.role === 'LLM') return jobs.filter((job) => judges(pool, job, platform));
  return isShared(pool, platformNamespace) ? jobs : [];
}

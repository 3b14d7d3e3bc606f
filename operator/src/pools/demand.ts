/** Which MonitorJobs a WorkerPool works for. Pure. */
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { isBoundTo, judgePoolOf, refOf } from './binding.ts';

/**
 * The jobs whose load the pool carries.
 * @param pools all that there are; of pools of role LLM only they tell which has a job's model
 */
export function jobsOf(
  pool: WorkerPool,
  jobs: readonly MonitorJob[],
  platform: MonitorPlatform | undefined,
  platformNamespace: string,
  pools: readonly WorkerPool[] = [pool],
): readonly MonitorJob[] {
  const ref = refOf(pool);
  if (pool.spec.role === 'Browser')
    return jobs.filter((job) => isBoundTo(job, ref, platformNamespace));
  if (ref.namespace !== platformNamespace) return [];
  const judges = pools.filter(({ spec }) => spec.role === 'LLM');
  return jobs.filter(
    (job) => judgePoolOf(job, platform, judges, platformNamespace).name === ref.name,
  );
}

/** Where the scheduler finds the pods that work for a MonitorJob. Pure. */
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import type { MonitorPlatform } from '../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import { DEFAULT_PORTS } from '../../../services/core/contracts/ports.ts';
import type { MonitorWorkers, PoolAddress } from '../../../services/core/contracts/projection.ts';
import { onceName, poolChildName } from '../controllers/workerpool/names.ts';
import { tenantCallee } from '../keys/derived.ts';
import { browserPoolOf, judgePoolOf, levelOf, type PoolRef } from './binding.ts';

const urlOf = (service: string, { namespace }: PoolRef, port: number): string =>
  `http://${service}.${namespace}.svc:${port}`;

function browserAddress(pool: PoolRef, perCheck: boolean, platformNamespace: string): PoolAddress {
  const service = (perCheck ? onceName : poolChildName)({ metadata: pool });
  const { namespace } = pool;
  return {
    ...pool,
    url: urlOf(service, pool, DEFAULT_PORTS.browser),
    keyring: namespace === platformNamespace ? 'browser' : tenantCallee(namespace),
    perCheck,
  };
}

const judgeAddress = (pool: PoolRef): PoolAddress => ({
  ...pool,
  url: urlOf(poolChildName({ metadata: pool }), pool, DEFAULT_PORTS.llm),
  keyring: 'llm',
  perCheck: false,
});

/**
 * The job's workers. Also of a pool that is not there: without an address its checks wait, and nothing
 * else may take them.
 * @param pools those of the platform's namespace, at least
 */
export const workersOf = (
  job: MonitorJob,
  platform: MonitorPlatform | undefined,
  pools: readonly WorkerPool[],
  platformNamespace: string,
): MonitorWorkers => ({
  browser: browserAddress(
    browserPoolOf(job, platformNamespace),
    levelOf(job) === 'Ephemeral',
    platformNamespace,
  ),
  llm: judgeAddress(judgePoolOf(job, platform, pools, platformNamespace)),
});

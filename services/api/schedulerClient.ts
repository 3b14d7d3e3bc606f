/** The api's calls to the scheduler. */
import type { Clock } from '../core/clock.ts';
import { addressesOf, type Resolve } from '../core/internal/addresses.ts';
import type { InternalClient } from '../core/internal/client.ts';
import { createServiceClient } from '../core/internal/pods.ts';
import type { Log } from '../core/log.ts';
import { watchKeyFile } from '../core/serviceKeys.ts';
import { tokensOf } from '../core/workloadIdentity/tokens.ts';
import type { ApiConfig } from './config.ts';

interface SchedulerClientDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Every address of a host; a headless Service has one a pod. */
  readonly resolve?: Resolve;
}

/** A client that keeps its connections and follows the key file. */
export function createSchedulerClient(
  {
    KEYS_FILE,
    WORKLOAD_TOKENS: tokensFolder,
    SCHEDULER_URL: baseUrl,
  }: Pick<ApiConfig, 'KEYS_FILE' | 'WORKLOAD_TOKENS' | 'SCHEDULER_URL'>,
  { clock, log, resolve = addressesOf }: SchedulerClientDeps,
): InternalClient {
  const keys = watchKeyFile(KEYS_FILE, (error) => {
    log.error({ err: error }, 'the key file cannot be read; the last good keys stay in force');
  });
  const tokens = tokensOf({ tokensFolder }, log);
  const own = { caller: 'api', callee: 'scheduler', baseUrl, keys, tokens } as const;
  return createServiceClient({ ...own, clock, resolve });
}

/** The api's calls to the scheduler. */
import type { Clock } from '../core/clock.ts';
import { addressesOf, type Resolve } from '../core/internal/addresses.ts';
import type { InternalClient } from '../core/internal/client.ts';
import { createServiceClient } from '../core/internal/pods.ts';
import type { Log } from '../core/log.ts';
import { watchKeyFile } from '../core/serviceKeys.ts';
import type { ApiConfig } from './config.ts';

interface SchedulerClientDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Every address of a host; a headless Service has one a pod. */
  readonly resolve?: Resolve;
}

/** A client that keeps its connections and follows the key file. */
export function createSchedulerClient(
  { KEYS_FILE, SCHEDULER_URL }: Pick<ApiConfig, 'KEYS_FILE' | 'SCHEDULER_URL'>,
  { clock, log, resolve = addressesOf }: SchedulerClientDeps,
): InternalClient {
  const keys = watchKeyFile(KEYS_FILE, (error) => {
    log.error({ err: error }, 'the key file cannot be read; the last good keys stay in force');
  });
  const baseUrl = SCHEDULER_URL;
  return createServiceClient({ caller: 'api', callee: 'scheduler', baseUrl, keys, clock, resolve });
}

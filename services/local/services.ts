/** Starts the very same services that a cluster runs, all in this process. */
import { readConfig as readApi } from '../api/config.ts';
import { startApi } from '../api/start.ts';
import { readConfig as readBrowser } from '../browser/config.ts';
import { startBrowser } from '../browser/start.ts';
import type { Environment } from '../core/config.ts';
import type { ServiceName } from '../core/contracts/ports.ts';
import type { Failpoint } from '../core/failpoint.ts';
import type { Running } from '../core/lifecycle.ts';
import type { Log } from '../core/log.ts';
import { readConfig as readDashboard } from '../dashboard/config.ts';
import { startDashboard } from '../dashboard/start.ts';
import { readConfig as readEgress } from '../egress/config.ts';
import { startEgress } from '../egress/start.ts';
import { readConfig as readLlm } from '../llm/config.ts';
import { startLlm } from '../llm/start.ts';
import { readConfig as readNotification } from '../notification/config.ts';
import { startNotification } from '../notification/start.ts';
import { readConfig as readScheduler } from '../scheduler/config.ts';
import { startScheduler } from '../scheduler/start.ts';

interface Starter {
  readonly service: ServiceName;
  readonly start: (env: Environment, log: Log, failpoint: Failpoint) => Promise<Running>;
}

/** In the order of who needs whom: callees before callers. */
const STARTERS: readonly Starter[] = [
  { service: 'egress', start: (env, log) => startEgress(readEgress(env), { log }) },
  { service: 'browser', start: (env, log) => startBrowser(readBrowser(env), { log }) },
  { service: 'llm', start: (env, log) => startLlm(readLlm(env), { log }) },
  {
    service: 'notification',
    start: (env, log) => startNotification(readNotification(env), { log }),
  },
  {
    service: 'scheduler',
    start: (env, log, failpoint) => startScheduler(readScheduler(env), { log, failpoint }),
  },
  { service: 'api', start: (env, log) => startApi(readApi(env), { log }) },
  { service: 'dashboard', start: (env, log) => startDashboard(readDashboard(env), { log }) },
];

export interface ServicesInput {
  readonly environment: (service: ServiceName) => Environment;
  readonly log: (service: ServiceName) => Log;
  readonly failpoint: Failpoint;
}

/**
 * Starts all services; when one does not start, those that did are stopped again.
 * @throws what the service threw.
 */
export async function startServices(input: ServicesInput): Promise<Running[]> {
  const running: Running[] = [];
  try {
    for (const { service, start } of STARTERS)
      running.push(await start(input.environment(service), input.log(service), input.failpoint));
  } catch (error) {
    await stopServices(running);
    throw error;
  }
  return running;
}

/** Stops callers before callees, so that none calls into the void. */
export async function stopServices(running: readonly Running[]): Promise<void> {
  for (const service of running.toReversed()) await service.stop();
}

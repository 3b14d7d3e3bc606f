/** Starts the very same services that a cluster runs, all in this process. */
import { readConfig as readApi } from '../api/config.ts';
import { startApi } from '../api/start.ts';
import { readConfig as readBrowser } from '../browser/config.ts';
import { startBrowser } from '../browser/start.ts';
import type { Environment } from '../core/config.ts';
import type { ServiceName } from '../core/contracts/ports.ts';
import { SetupError } from '../core/errors.ts';
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
  /** Reads the configuration; the second step starts with it. @throws SetupError */
  readonly read: (env: Environment) => (log: Log, failpoint: Failpoint) => Promise<Running>;
}

const starter = <Config>(
  service: ServiceName,
  read: (env: Environment) => Config,
  start: (config: Config, deps: { log: Log; failpoint: Failpoint }) => Promise<Running>,
): Starter => ({
  service,
  read: (env) => {
    const config = read(env);
    return (log, failpoint) => start(config, { log, failpoint });
  },
});

/** In the order of who needs whom: callees before callers. */
const STARTERS: readonly Starter[] = [
  starter('egress', readEgress, (config, { log }) => startEgress(config, { log })),
  starter('browser', readBrowser, (config, { log }) => startBrowser(config, { log })),
  starter('llm', readLlm, (config, { log }) => startLlm(config, { log })),
  starter('notification', readNotification, (config, { log }) =>
    startNotification(config, { log }),
  ),
  starter('scheduler', readScheduler, startScheduler),
  starter('api', readApi, (config, { log }) => startApi(config, { log })),
  starter('dashboard', readDashboard, (config, { log }) => startDashboard(config, { log })),
];

/** What is wrong with the variables of the services, each sentence once; starts nothing. */
export function problemsOf(environment: (service: ServiceName) => Environment): string[] {
  const found = STARTERS.map(({ service, read }) => {
    try {
      read(environment(service));
      return undefined;
    } catch (error) {
      if (error instanceof SetupError) return error.message;
      throw error;
    }
  });
  return [...new Set(found.filter((problem) => problem !== undefined))];
}

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
    for (const { service, read } of STARTERS) {
      const start = read(input.environment(service));
      running.push(await start(input.log(service), input.failpoint));
    }
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

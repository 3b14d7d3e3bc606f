/** The scheduler as a process of its own. */
import { systemClock } from '../core/clock.ts';
import { runMain } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { startOn } from '../store/patience.ts';
import { readConfig } from './config.ts';
import { startScheduler } from './start.ts';

const log = createLog('scheduler', process.env['LOG_LEVEL']);

/** Everything starts at once in a cluster; this is less than its probes wait. */
const PATIENCE_MS = 60_000;

await runMain(log, async () => {
  const config = readConfig(process.env);
  const deps = { log, clock: systemClock, patienceMs: PATIENCE_MS };
  return startOn(config.databaseUrl, deps, () => startScheduler(config, { log }));
});

/** The scheduler as a process of its own. */
import { runMain } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { readConfig } from './config.ts';
import { startScheduler } from './start.ts';

const log = createLog('scheduler', process.env['LOG_LEVEL']);

await runMain(log, () => startScheduler(readConfig(process.env), { log }));

/** The api as a process of its own. */
import { runMain } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { readConfig } from './config.ts';
import { startApi } from './start.ts';

const log = createLog('api', process.env['LOG_LEVEL'] ?? 'info');
await runMain(log, () => startApi(readConfig(process.env), { log }));

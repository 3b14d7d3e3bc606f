/** The browser service as a process of its own. */
import { createLog } from '../core/log.ts';
import { runMain } from '../core/lifecycle.ts';
import { readConfig } from './config.ts';
import { startBrowser } from './start.ts';

const log = createLog('browser', process.env['LOG_LEVEL'] ?? 'info');
await runMain(log, () => startBrowser(readConfig(process.env), { log }));

/** Runs the notification service as a process of its own. */
import { runMain } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { readConfig } from './config.ts';
import { startNotification } from './start.ts';

const log = createLog('notification', process.env['LOG_LEVEL'] || 'info');

await runMain(log, () => startNotification(readConfig(process.env), { log }));

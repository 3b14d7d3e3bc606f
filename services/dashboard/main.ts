/** The dashboard as a process of its own. */
import { runMain } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { readConfig } from './config.ts';
import { startDashboard } from './start.ts';

const log = createLog('dashboard', process.env['LOG_LEVEL'] ?? 'info');
await runMain(log, () => startDashboard(readConfig(process.env), { log }));

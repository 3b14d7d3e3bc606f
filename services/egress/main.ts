/** The egress proxy as a process of its own. */
import { createLog } from '../core/log.ts';
import { runMain } from '../core/lifecycle.ts';
import { readConfig } from './config.ts';
import { startEgress } from './start.ts';

const log = createLog('egress', process.env['LOG_LEVEL']);

await runMain(log, async () => startEgress(readConfig(process.env), { log }));

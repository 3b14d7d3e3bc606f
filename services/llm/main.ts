/** Runs the llm service as a process of its own. */
import { runMain } from '../core/lifecycle.ts';
import { createLog } from '../core/log.ts';
import { readConfig } from './config.ts';
import { startLlm } from './start.ts';

const log = createLog('llm', process.env['LOG_LEVEL'] || 'info');

await runMain(log, () => startLlm(readConfig(process.env), { log }));

/** The operator as a process. */
import { randomBytes, randomUUID } from 'node:crypto';
import { systemClock } from '../../services/core/clock.ts';
import { runMain } from '../../services/core/lifecycle.ts';
import { createLog } from '../../services/core/log.ts';
import { watchKeyFile } from '../../services/core/serviceKeys.ts';
import { readConfig } from './config.ts';
import { startOperator } from './start.ts';

const log = createLog('operator', process.env['LOG_LEVEL']);

await runMain(log, () => {
  const config = readConfig(process.env, () => randomBytes(4).toString('hex'));
  return startOperator(config, {
    log,
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    keys:
      config.keysFile === undefined
        ? undefined
        : watchKeyFile(config.keysFile, (err) => log.error({ err }, 'key file unreadable')),
    onLost: (why) => {
      // whoever leads now must find nobody else at work
      log.fatal(`the operator ends: ${why}`);
      process.exit(1);
    },
  });
});

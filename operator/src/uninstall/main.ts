/** What a hook of the chart runs when the installation is removed. */
import { z } from 'zod';
import { systemClock } from '../../../services/core/clock.ts';
import { flag, list, loadConfig } from '../../../services/core/config.ts';
import { messageOf } from '../../../services/core/errors.ts';
import { loadConnection } from '../../../services/core/kube/connection.ts';
import { createTransport } from '../../../services/core/kube/transport.ts';
import { createLog } from '../../../services/core/log.ts';
import { removeAll } from './remove.ts';

const schema = z.object({
  LOG_LEVEL: z.string().default('info'),
  /** A kubeconfig; absent inside a pod. */
  KUBECONFIG: z.string().optional(),
  OPERATOR_NAMESPACE: z.string(),
  /** As the operator had it: all when empty. */
  WATCH_NAMESPACES: list(),
  /** Leaves the key of what is encrypted in a database that stays. */
  KEEP_DATA_KEY: flag(true),
});

async function main(): Promise<void> {
  const given = loadConfig(schema, process.env);
  const connection = await loadConnection(given.KUBECONFIG, systemClock);
  const userAgent = 'duckmon-uninstall';
  const transport = createTransport({ connection, clock: systemClock, userAgent });
  const removal = {
    namespace: given.OPERATOR_NAMESPACE,
    watchNamespaces: given.WATCH_NAMESPACES,
    keepDataKey: given.KEEP_DATA_KEY,
  };
  try {
    await removeAll(removal, { transport, log: createLog('uninstall', given.LOG_LEVEL) });
  } finally {
    transport.close();
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});

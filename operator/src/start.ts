/** Puts the operator together and runs it: caches, controllers, the scheduler's answers, election. */
import { createApp } from '../../services/core/http/app.ts';
import { serve } from '../../services/core/http/serve.ts';
import { loadConnection } from '../../services/core/kube/connection.ts';
import { createTransport, type Transport } from '../../services/core/kube/transport.ts';
import type { Clock } from '../../services/core/clock.ts';
import type { Running } from '../../services/core/lifecycle.ts';
import type { Log } from '../../services/core/log.ts';
import { createMetrics } from '../../services/core/metrics.ts';
import type { KeySource } from '../../services/core/serviceKeys.ts';
import { assemble } from './assemble.ts';
import { install } from './install.ts';
import type { OperatorConfig } from './config.ts';

export interface StartDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  /** Absent in a cluster: the operator derives its own from the root keys there. */
  readonly keys?: KeySource | undefined;
  /** The lease is lost: another leads, and this process must end. */
  readonly onLost: (why: string) => void;
  /** Instead of one that is made from the configuration; it stays open at the end. */
  readonly transport?: Transport | undefined;
  /** Between two passes over all objects; 10 h when absent. */
  readonly resyncMs?: number | undefined;
}

/** The operator has no body to read. */
const BODY_LIMIT = 1_024;
export const USER_AGENT = 'duckmon-operator';

const connect = async (config: OperatorConfig, clock: Clock): Promise<Transport> =>
  createTransport({
    connection: await loadConnection(config.kubeconfig, clock),
    clock,
    userAgent: USER_AGENT,
  });

/** Starts the operator; it leads as soon as it is elected. */
export async function startOperator(config: OperatorConfig, deps: StartDeps): Promise<Running> {
  const { log, clock } = deps;
  const metrics = createMetrics('operator');
  const transport = deps.transport ?? (await connect(config, clock));
  if (config.crdsFolder !== undefined)
    await install(config.crdsFolder, config.namespace, { transport, clock, log });
  const assembly = assemble(config, { ...deps, transport, metrics });
  const { manager } = assembly;
  const app = createApp({
    log,
    metrics,
    bodyLimit: BODY_LIMIT,
    liveness: () => manager.unwell(),
    readiness: () =>
      Object.fromEntries(manager.unready().map((problem, at) => [`cache-${at}`, problem])),
  });
  const listening = await serve(app.finish(), { host: config.host, port: config.port });
  const stopping = new AbortController();
  const running = manager.run(stopping.signal);
  return {
    url: listening.url,
    stop: async () => {
      stopping.abort();
      await listening.stop();
      await running;
      await assembly.close();
      if (!deps.transport) transport.close();
    },
  };
}

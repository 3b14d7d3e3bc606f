/** Starts the egress proxy. */
import { systemClock, type Clock } from '../core/clock.ts';
import { createApp } from '../core/http/app.ts';
import { serveApp } from '../core/http/metricsPort.ts';
import type { Listening } from '../core/http/serve.ts';
import type { Running } from '../core/lifecycle.ts';
import type { Log } from '../core/log.ts';
import { requireInternal } from '../core/internal/guard.ts';
import { createMetrics } from '../core/metrics.ts';
import { watchKeyFile, type KeySource } from '../core/serviceKeys.ts';
import { tokenCheckOf } from '../core/workloadIdentity/config.ts';
import { watchAllowFile } from './allowFile.ts';
import type { OpenedBlock } from './allow.ts';
import type { EgressConfig } from './config.ts';
import { dialTcp, type Dial } from './dial.ts';
import { createProxy, type Proxy } from './proxy.ts';
import { directResolver, systemResolver, type Resolve } from './resolver.ts';

export interface EgressDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly keys: KeySource;
  readonly resolve: Resolve;
  readonly dial: Dial;
  readonly connectTimeoutMs: number;
  readonly idleMs: number;
  /** How long a connection to a target waits for the next plain request. */
  readonly keepMs: number;
  /** Time until the headers of a request have arrived. */
  readonly headersTimeoutMs: number;
  /** How long tunnels may go on after the stop was asked. */
  readonly stopGraceMs: number;
}

const LIMITS = {
  connectTimeoutMs: 10_000,
  idleMs: 60_000,
  // Web servers close idle connections after 5 s and more; a request that meets this must go twice.
  keepMs: 4000,
  headersTimeoutMs: 10_000,
  stopGraceMs: 10_000,
} as const;

export async function startEgress(
  config: EgressConfig,
  given: Partial<EgressDeps> & { readonly log: Log },
): Promise<Running> {
  const deps = withDefaults(config, given);
  const metrics = createMetrics('egress');
  let listening: Listening | undefined;
  const ownPort = (): number => listening?.port ?? config.port;
  const ownPorts = (): number[] => [ownPort(), config.metricsPort ?? []].flat();
  const proxy = createProxy({
    ...config,
    ...deps,
    metrics,
    policy: { ...config, ownPorts, allow: allowOf(config, deps.log) },
  });
  const app = createApp({ log: deps.log, metrics, bodyLimit: 1024, readiness: () => ({}) });
  const addresses = (): string[] =>
    [config.host, 'localhost', ...(config.podIp === undefined ? [] : [config.podIp])].map(
      (host) => `${host.includes(':') ? `[${host}]` : host}:${ownPort()}`,
    );
  app.express.use(
    '/internal/v1',
    requireInternal({
      ...deps,
      service: 'egress',
      metrics,
      addresses,
      checkToken: tokenCheckOf(config, 'egress', deps),
    }),
  );
  const ports = {
    host: config.host,
    port: config.port,
    metricsPort: config.metricsPort,
    headersTimeoutMs: deps.headersTimeoutMs,
    checkTimeoutsEveryMs: Math.min(1000, deps.headersTimeoutMs),
  };
  listening = await serveApp(app, ports, proxy.listener(app.finish()));
  const { server } = listening;
  // Whoever shows no credential must not be able to use up the sockets.
  server.maxConnections = config.maxConnections * 2 + 100;
  // Later than a silent target, of which the client shall hear.
  server.timeout = deps.idleMs * 2;
  proxy.attach(server);
  return { url: listening.url, stop: () => stop(listening, proxy, deps.stopGraceMs) };
}

/** Entries of the configuration, and of the file as it is now. */
function allowOf({ allow, allowFile }: EgressConfig, log: Log): () => readonly OpenedBlock[] {
  if (allowFile === undefined) return () => allow;
  const inFile = watchAllowFile(allowFile, (error) =>
    log.error({ err: error }, 'the file of opened targets is wrong; the last good ones stay open'),
  );
  return () => [...allow, ...inFile()];
}

function withDefaults(
  config: EgressConfig,
  given: Partial<EgressDeps> & { readonly log: Log },
): EgressDeps {
  const { log } = given;
  const reportKeys = (error: unknown): void =>
    log.error({ err: error }, 'the key file cannot be read; the last good keys stay in force');
  return {
    ...LIMITS,
    clock: systemClock,
    keys: given.keys ?? watchKeyFile(config.keysFile, reportKeys),
    resolve: config.resolver === 'direct' ? directResolver() : systemResolver(),
    dial: dialTcp,
    ...given,
  };
}

async function stop(listening: Listening, proxy: Proxy, graceMs: number): Promise<void> {
  const cut = setTimeout(() => proxy.cut(), graceMs);
  await listening.stop(graceMs);
  clearTimeout(cut);
  proxy.cut();
}

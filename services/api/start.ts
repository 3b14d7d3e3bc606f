/** Starts the api: the only door to the data for people and programs. */
import helmet from 'helmet';
import { systemClock } from '../core/clock.ts';
import { createApp, type App } from '../core/http/app.ts';
import { serveApp } from '../core/http/metricsPort.ts';
import { newId } from '../core/ids.ts';
import { loadConnection } from '../core/kube/connection.ts';
import { createTransport, type Transport } from '../core/kube/transport.ts';
import type { Running } from '../core/lifecycle.ts';
import { createMetrics } from '../core/metrics.ts';
import { openRedis } from '../core/redis/connection.ts';
import { listenEvents } from '../store/events.ts';
import { openPool } from '../store/pool.ts';
import { ensureTeams } from '../store/workspaces/workspaces.ts';
import { createAuthenticate } from './authenticate.ts';
import { namedIn } from './cluster/memberships.ts';
import { createPlatformReader } from './cluster/platform.ts';
import { openRights } from './cluster/rights.ts';
import { createClusterWriter } from './cluster/writer.ts';
import type { ApiConfig } from './config.ts';
import type { ApiDeps } from './deps.ts';
import { translateErrors } from './errors.ts';
import { createEventHub } from './events.ts';
import { openAccessTokens } from './identity/accessToken.ts';
import { openSignIn, type ProviderFetch } from './identity/open.ts';
import { openLimits, type Limits } from './limits.ts';
import { noteRefusals } from './authEvents.ts';
import { mountRoutes } from './route.ts';
import { allRoutes, API_VERSION } from './routes/index.ts';
import { keepBatchBytes } from './routes/webhooks.ts';
import { createSchedulerClient } from './schedulerClient.ts';
import { createStoreWriter } from './storeWriter.ts';
import type { WriterDeps } from './writer.ts';

/** Longer than the server lets a statement run: only one that is cut off takes so long. */
const ANSWER_TIMEOUT_MS = 35_000;

/** Largest public body. */
export const BODY_LIMIT = 256 * 1024;

/** What production takes by default, and tests replace. */
type GivenDeps = Partial<Omit<WriterDeps, 'signIn' | 'accessTokens'>> &
  Pick<WriterDeps, 'log'> & { readonly kube?: Transport; readonly providerFetch?: ProviderFetch };

/** Starts listening; `deps` may replace what production takes by default. */
export async function startApi(config: ApiConfig, given: GivenDeps): Promise<Running> {
  const { log } = given;
  const clock = given.clock ?? systemClock;
  const pool =
    given.pool ??
    openPool(config.DATABASE_URL, {
      applicationName: 'duckmon-api',
      log,
      max: 10,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
    });
  const events = given.events ?? createEventHub();
  const scheduler = given.scheduler ?? createSchedulerClient(config, { clock, log });
  const signIn = openSignIn({ config, pool, clock, log }, given.providerFetch);
  const parts: WriterDeps = {
    config,
    pool,
    scheduler,
    clock,
    newId: given.newId ?? newId,
    log,
    metrics: given.metrics ?? createMetrics('api'),
    events,
    signIn,
    accessTokens: openAccessTokens({ config, clock, log }),
  };
  const kube = config.OBJECTS === 'cluster' ? (given.kube ?? (await connect(parts))) : undefined;
  await ensureTeams(pool, namedIn(config.WORKSPACE_NAMESPACES), clock.now());
  const deps: ApiDeps = { ...parts, ...openDoors(parts, kube) };
  const listener = await listenEvents(config.DATABASE_URL, (event) => events.publish(event), {
    log,
    onGap: () => events.publishGap(),
  });
  const { HOST: host, API_PORT: port, METRICS_PORT: metricsPort } = config;
  const redis = config.REDIS_URL === undefined ? undefined : openRedis(config.REDIS_URL, log);
  const limits = openLimits(config, redis);
  const listening = await serveApp(apiApp(deps, limits), { host, port, metricsPort });
  return {
    url: listening.url,
    stop: async () => {
      events.close();
      await listening.stop();
      kube?.close();
      redis?.close();
      await Promise.all([listener.close(), scheduler.close(), signIn?.close(), pool.end()]);
    },
  };
}

async function connect({ config, clock }: WriterDeps): Promise<Transport> {
  const connection = await loadConnection(config.KUBECONFIG, clock);
  return createTransport({ connection, clock, userAgent: `duckmon-api/${API_VERSION}` });
}

/** Who may come in, and the ways into the cluster. */
function openDoors(
  deps: WriterDeps,
  kube: Transport | undefined,
): Pick<ApiDeps, 'memberships' | 'objects' | 'readPlatform'> {
  const { memberships, ...rights } = openRights(deps, kube);
  const store = createStoreWriter(deps);
  return {
    memberships,
    readPlatform: createPlatformReader({
      kube,
      namespace: deps.config.PLATFORM_NAMESPACE,
      log: deps.log,
    }),
    objects: kube ? createClusterWriter({ ...deps, ...rights, kube, store }) : store,
  };
}

/** The application with all routes, without a socket. */
function apiApp(deps: ApiDeps, limits: Limits): App {
  const app = createApp({
    log: deps.log,
    metrics: deps.metrics,
    bodyLimit: BODY_LIMIT,
    readiness: () => readiness(deps),
    before: [helmetOf(deps.config), limits.everything, keepBatchBytes()],
  });
  app.express.set('trust proxy', deps.config.TRUSTED_PROXIES);
  app.express.set('query parser', 'simple');
  mountRoutes(app.express, allRoutes(deps), createAuthenticate(deps), limits);
  app.express.use(translateErrors, noteRefusals(deps));
  return app;
}

async function readiness({ pool }: ApiDeps): Promise<Record<string, string>> {
  try {
    await pool.query('SELECT 1');
    return {};
  } catch {
    return {
      database: 'Database connection failed; check that Postgres runs and DATABASE_URL is right',
    };
  }
}

/** The api serves data, never a document that may run something. */
const helmetOf = ({ PUBLIC_URL }: ApiConfig) =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    strictTransportSecurity: PUBLIC_URL.startsWith('https:') ? { maxAge: 31_536_000 } : false,
  });

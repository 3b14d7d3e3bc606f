/** Starts the api: the only door to the data for people and programs. */
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { systemClock } from '../core/clock.ts';
import { HttpError } from '../core/errors.ts';
import { createApp, type App } from '../core/http/app.ts';
import { serveApp } from '../core/http/metricsPort.ts';
import { newId } from '../core/ids.ts';
import { loadConnection } from '../core/kube/connection.ts';
import { createTransport, type Transport } from '../core/kube/transport.ts';
import type { Running } from '../core/lifecycle.ts';
import { createMetrics } from '../core/metrics.ts';
import { listenEvents } from '../store/events.ts';
import { openPool } from '../store/pool.ts';
import { createAuthenticate } from './authenticate.ts';
import { mayWriteBy } from './cluster/mayWrite.ts';
import { createClusterWriter } from './cluster/writer.ts';
import type { ApiConfig } from './config.ts';
import type { ApiDeps } from './deps.ts';
import { translateErrors } from './errors.ts';
import { createEventHub } from './events.ts';
import { openAccessTokens } from './identity/accessToken.ts';
import { openSignIn, type ProviderFetch } from './identity/open.ts';
import { mountRoutes } from './route.ts';
import { allRoutes, API_VERSION } from './routes/index.ts';
import { keepBatchBytes } from './routes/webhooks.ts';
import { createSchedulerClient } from './schedulerClient.ts';
import { createStoreWriter } from './storeWriter.ts';
import type { ObjectWriter, WriterDeps } from './writer.ts';

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
    given.pool ?? openPool(config.DATABASE_URL, { applicationName: 'duckmon-api', log, max: 10 });
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
  const deps: ApiDeps = { ...parts, objects: openObjects(parts, kube) };
  const listener = await listenEvents(config.DATABASE_URL, (event) => events.publish(event), {
    log,
    onGap: () => events.publishGap(),
  });
  const { HOST: host, API_PORT: port, METRICS_PORT: metricsPort } = config;
  const listening = await serveApp(apiApp(deps), { host, port, metricsPort });
  return {
    url: listening.url,
    stop: async () => {
      events.close();
      await listening.stop();
      kube?.close();
      await Promise.all([listener.close(), scheduler.close(), signIn?.close(), pool.end()]);
    },
  };
}

async function connect({ config, clock }: WriterDeps): Promise<Transport> {
  const connection = await loadConnection(config.KUBECONFIG, clock);
  return createTransport({ connection, clock, userAgent: `duckmon-api/${API_VERSION}` });
}

function openObjects(deps: WriterDeps, kube: Transport | undefined): ObjectWriter {
  const store = createStoreWriter(deps);
  return kube
    ? createClusterWriter({ ...deps, kube, store, mayWrite: mayWriteBy(deps.config) })
    : store;
}

/** The application with all routes, without a socket. */
function apiApp(deps: ApiDeps): App {
  const app = createApp({
    log: deps.log,
    metrics: deps.metrics,
    bodyLimit: BODY_LIMIT,
    readiness: () => readiness(deps),
    before: [helmetOf(deps.config), limitOf(deps.config), keepBatchBytes()],
  });
  app.express.set('trust proxy', deps.config.TRUSTED_PROXIES);
  app.express.set('query parser', 'simple');
  mountRoutes(app.express, allRoutes(deps), createAuthenticate(deps));
  app.express.use(translateErrors);
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

const limitOf = ({ RATE_LIMIT }: ApiConfig) =>
  rateLimit({
    windowMs: 60_000,
    limit: RATE_LIMIT,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // who sends these without a proxy of ours in between is taken for the peer; see `trust proxy`
    validate: { forwardedHeader: false, xForwardedForHeader: false },
    handler: (_request, _response, next) => {
      next(
        new HttpError('too_many_requests', 'Too many requests; wait a moment', {
          retryAfterSeconds: 30,
        }),
      );
    },
  });

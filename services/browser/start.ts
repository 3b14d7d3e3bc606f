/** Starts the browser service: fetches pages over HTTP and by Chromium for the scheduler. */
import { systemClock, type Clock } from '../core/clock.ts';
import { createEgressTransport, type EgressTransport } from '../core/egress/transport.ts';
import { SetupError } from '../core/errors.ts';
import { createApp } from '../core/http/app.ts';
import { createGate, drain } from '../core/http/drain.ts';
import { serveApp } from '../core/http/metricsPort.ts';
import { requireInternal } from '../core/internal/guard.ts';
import type { Running } from '../core/lifecycle.ts';
import type { Log } from '../core/log.ts';
import { createMetrics, type Metrics } from '../core/metrics.ts';
import { watchKeyFile, type KeySource } from '../core/serviceKeys.ts';
import { tokenCheckOf } from '../core/workloadIdentity/config.ts';
import { DEFAULT_CAPS, type Caps } from './caps.ts';
import { startChromium } from './chromium/browser.ts';
import { fetchByBrowser } from './chromium/fetch.ts';
import { findChromium, type ChromiumProgram } from './chromium/find.ts';
import { tryLaunch } from './chromium/launch.ts';
import { createPool, type BrowserPool } from './chromium/pool.ts';
import type { BrowserConfig } from './config.ts';
import { createReader, type DocumentReader } from './document/reader.ts';
import type { Fetcher } from './fetch.ts';
import { fetchKeeping } from './keep.ts';
import { mountedLogins } from './login.ts';
import { METRICS } from './names.ts';
import { createOneCheck, type OneCheck } from './oneCheck.ts';
import { fetchRoutes, type RouteDeps } from './routes.ts';
import { createSlots, type Slots } from './slots.ts';

export interface BrowserDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly keys: KeySource;
  readonly caps: Caps;
  readonly egress: EgressTransport;
  /** Looks for the program; the outcome is kept until it is found. */
  readonly findChromium: () => Promise<ChromiumProgram>;
  /** Local mode only: the raw root key that is accepted too. */
  readonly rawKey?: () => string | undefined;
}

const BODY_LIMIT = 16 * 1024 * 1024;

/**
 * Starts the service; Chromium starts with the first fetch that needs it, but for a first try where its
 * sandbox is required.
 */
export async function startBrowser(
  config: BrowserConfig,
  given: Partial<BrowserDeps> & { readonly log: Log },
): Promise<Running> {
  const deps = withDefaults(config, given);
  const metrics = createMetrics('browser');
  const pool = await preparePool(config, deps, metrics);
  const reader = createReader({ caps: deps.caps });
  const oneCheck = config.once ? createOneCheck(deps.clock) : undefined;
  const fetchers = createFetchers(config, deps, pool, reader, metrics);
  const gate = createGate();
  const app = createApp({
    log: deps.log,
    metrics,
    bodyLimit: BODY_LIMIT,
    // Without a browser the HTTP path still works: the metric and the typed failure tell.
    readiness: gate.problems,
  });
  const addresses: string[] = [];
  app.express.use(
    '/internal/v1',
    requireInternal({
      ...deps,
      service: 'browser',
      metrics,
      addresses: () => addresses,
      checkToken: tokenCheckOf(config, 'browser', deps),
    }),
    gate.admit,
    fetchRoutes(oneCheck ? onlyFor(oneCheck, fetchers) : fetchers),
  );
  const listening = await serveApp(app, config);
  addresses.push(new URL(listening.url).host);
  if (config.podIp !== undefined)
    addresses.push(new URL(`http://${config.podIp}:${listening.port}`).host);
  const close = async (): Promise<void> => {
    oneCheck?.close();
    await Promise.all([pool.close(), reader.close(), deps.egress.close()]);
  };
  return {
    url: listening.url,
    ...(oneCheck ? { done: oneCheck.over } : {}),
    stop: async () => {
      await listening.stop();
      await close();
    },
    drain: async () => {
      await drain(gate, listening, config.drainMs);
      await close();
    },
  };
}

/** Refuses the fetches of every check but one. */
function onlyFor(oneCheck: OneCheck, fetchers: RouteDeps): RouteDeps {
  const only =
    (fetcher: Fetcher): Fetcher =>
    (request, signal) =>
      oneCheck.run(request.checkId, () => fetcher(request, signal));
  return { ...fetchers, http: only(fetchers.http), browser: only(fetchers.browser) };
}

function withDefaults(
  config: BrowserConfig,
  given: Partial<BrowserDeps> & { readonly log: Log },
): BrowserDeps {
  return {
    clock: systemClock,
    keys:
      given.keys ??
      watchKeyFile(config.keysFile, (error) => given.log.warn({ err: error }, 'key file')),
    caps: DEFAULT_CAPS,
    // Each fetch brings a credential of its own.
    egress: createEgressTransport(config.egressUrl, () => ''),
    findChromium: () =>
      findChromium({ ...process.env, CHROMIUM_PATH: config.chromiumPath }, config.cacheFolder),
    ...given,
  };
}

async function preparePool(
  config: BrowserConfig,
  deps: BrowserDeps,
  metrics: Metrics,
): Promise<BrowserPool> {
  const chromium = await lookForChromium(deps, metrics);
  const { egressUrl, sandbox } = config;
  if (sandbox === 'Required') await tryLaunch(await chromium.find(), egressUrl);
  return createPool({
    clock: deps.clock,
    log: deps.log,
    limits: config,
    start: async () => {
      chromium.started();
      return startChromium(await chromium.find(), egressUrl, deps.caps, {
        sandbox,
        blind: (err) => deps.log.warn({ err }, BLIND),
      });
    },
  });
}

const BLIND =
  'What pages hold of memory could not be looked at: none is ended for it, and only the bound of the container is left. Let the service read /proc.';

interface Chromium {
  /** @throws SetupError with the next step when there is none. */
  find(): Promise<ChromiumProgram>;
  started(): void;
}

/** Looks once a start, so that the metric tells before the first check needs it. */
async function lookForChromium(deps: BrowserDeps, metrics: Metrics): Promise<Chromium> {
  let found: ChromiumProgram | undefined;
  const find = async (): Promise<ChromiumProgram> => (found ??= await deps.findChromium());
  const starts = metrics.counter({ name: METRICS.chromiumStarts, help: 'Browsers started' });
  metrics.gauge(METRICS.chromiumFound, 'Whether a Chromium was found', () => (found ? 1 : 0));
  try {
    const { file } = await find();
    deps.log.info({ chromium: file }, 'Chromium found');
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    deps.log.warn(`Pages that need a browser cannot be fetched: ${error.message}`);
  }
  return { find, started: () => starts.inc() };
}

/** Both ways to fetch, each with its slots. */
function createFetchers(
  config: BrowserConfig,
  deps: BrowserDeps,
  pool: BrowserPool,
  reader: DocumentReader,
  metrics: Metrics,
): RouteDeps {
  const { clock, caps, log, egress } = deps;
  const slots = {
    http: createSlots(config.httpSlots, 'HTTP'),
    browser: createSlots(config.browserSlots, 'browser'),
  };
  const overHttp: Fetcher = (request, signal) =>
    fetchKeeping(request, { clock, caps, reader, egress }, signal);
  const proxyOrigin = new URL(config.egressUrl).origin;
  const mounted = mountedLogins(config.loginsFolder);
  const chromium = { clock, caps, pool, proxyOrigin, overHttp, mounted };
  return {
    clock,
    log,
    http: (request, signal) => slots.http.run(() => overHttp(request, signal)),
    browser: (request, signal) =>
      slots.browser.run(() => fetchByBrowser(request, chromium, signal)),
    onResult: countResults(metrics, slots),
  };
}

function countResults(
  metrics: Metrics,
  slots: { readonly http: Slots; readonly browser: Slots },
): RouteDeps['onResult'] {
  const fetches = metrics.counter({
    name: METRICS.fetches,
    help: 'Fetches by way and outcome',
    labelNames: ['via', 'outcome'],
  });
  const seconds = metrics.counter({
    name: METRICS.fetchSeconds,
    help: 'Seconds spent on fetches',
    labelNames: ['via'],
  });
  metrics.gauge(METRICS.slotsUsed, 'Fetches by Chromium that run now', () => slots.browser.used());
  metrics.gauge(METRICS.httpSlotsUsed, 'Fetches over HTTP that run now', () => slots.http.used());
  return (via, result, duration) => {
    const outcome = result.kind === 'failed' ? result.error.code : result.kind;
    fetches.inc({ via, outcome });
    seconds.inc({ via }, duration);
  };
}

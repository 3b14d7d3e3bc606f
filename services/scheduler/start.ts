/** Starts the scheduler: recovers what a crash left, then claims, checks, delivers and sweeps. */
import type pg from 'pg';
import { systemClock } from '../core/clock.ts';
import { SetupError } from '../core/errors.ts';
import { createApp } from '../core/http/app.ts';
import { serveApp } from '../core/http/metricsPort.ts';
import { requireInternal } from '../core/internal/guard.ts';
import type { Running } from '../core/lifecycle.ts';
import type { Log } from '../core/log.ts';
import { createMetrics } from '../core/metrics.ts';
import { watchKeyFile } from '../core/serviceKeys.ts';
import { tokenCheckOf } from '../core/workloadIdentity/config.ts';
import { tokensOf } from '../core/workloadIdentity/tokens.ts';
import { StoreError } from '../store/errors.ts';
import { listenEvents, type Listener } from '../store/events.ts';
import { holdOwner } from '../store/lease.ts';
import { openPool, type Sql } from '../store/pool.ts';
import { publishDefaultSpending } from '../store/quotas.ts';
import { boundWorkers } from '../store/workers.ts';
import { createDatabaseClock } from './clock.ts';
import type { SchedulerConfig } from './config.ts';
import { startLoop, type Loop } from './loop.ts';
import { createSchedulerMetrics } from './metrics.ts';
import { calleesOf } from './projection/callees.ts';
import { createKeyTable } from './projection/keyTable.ts';
import { projectionRoutes } from './projection/routes.ts';
import { schedulerRoutes } from './routes.ts';
import { createTakeOver } from './sweep/takeOver.ts';
import { recover } from './sweep/sweep.ts';
import { createTimer } from './timer.ts';
import { wireDeps, type StartDeps } from './wiring.ts';

const BODY_LIMIT = 16 * 1024 * 1024;
const ADJUST_MS = 60_000;
const POOL_SIZE = 12;
/** Postgres notices within moments that a process of the same name is gone. */
const NAME_WAIT_MS = 5_000;

/** Starts the service; the same in a process of its own and in local mode. */
export async function startScheduler(
  config: SchedulerConfig,
  given: Partial<StartDeps> & { readonly log: Log },
): Promise<Running> {
  const { log } = given;
  const keys =
    given.keys ?? watchKeyFile(config.keysFile, (err) => log.error({ err }, 'key file unreadable'));
  const pool =
    given.pool ??
    openPool(config.databaseUrl, { applicationName: 'duckmon-scheduler', log, max: POOL_SIZE });
  const tokens = given.tokens ?? tokensOf(config, log);
  let loop: Loop | undefined;
  const events = await listen(config, given, () => loop).catch(async (error: unknown) => {
    if (!given.pool) await pool.end();
    throw error;
  });
  const databaseClock = createDatabaseClock(pool, systemClock);
  const clock = given.clock ?? databaseClock;
  await databaseClock.adjust();
  const metrics = createMetrics('scheduler');
  const { deps, clients } = wireDeps(
    config,
    { ...given, keys, tokens, clock, pool },
    createSchedulerMetrics(metrics),
  );
  await recover(deps);
  await publishDefaultSpending(pool, config.workspaceCaps);

  const app = createApp({ log, metrics, bodyLimit: BODY_LIMIT, readiness: () => readiness(pool) });
  let addresses: readonly string[] = [];
  app.express.use(
    '/internal/v1',
    requireInternal({
      service: 'scheduler',
      keys,
      clock: systemClock,
      log,
      metrics,
      addresses: () => addresses,
      checkToken: tokenCheckOf(config, 'scheduler', { clock: systemClock, log }),
      rawKey: given.rawKey,
    }),
  );
  const keyTable = createKeyTable({
    callees: async () => calleesOf(config, await boundWorkers(pool)),
    owner: config.owner,
    keys,
    tokens,
    seals: deps.seals,
    clock: systemClock,
    log,
    resolve: given.resolve,
  });
  app.express.use('/internal/v1', keyTable.note);
  const started = startLoop(deps, { slots: config.slots, leaseMs: config.leaseMs });
  loop = started;
  const wake = (): void => started.wake();
  app.express.use(schedulerRoutes(deps, wake));
  const occupancy = () => ({ running: started.running(), slots: config.slots });
  app.express.use(projectionRoutes({ deps, occupancy, wake, keyTable: keyTable.answer }));
  const listening = await serveApp(app, config);
  const hosts = [config.host, 'localhost', ...(config.podIp === undefined ? [] : [config.podIp])];
  addresses = hosts.map((host) => new URL(`http://${host}:${listening.port}`).host);
  const stopping = new AbortController();
  const takingOver = createTimer(deps, 'take-over', createTakeOver(deps, wake));
  takingOver.start(stopping.signal);
  const adjusting = createTimer({ clock, log }, 'clock', async () => {
    await databaseClock.adjust();
    return ADJUST_MS;
  });
  adjusting.start(stopping.signal);
  const asking = createTimer({ clock: systemClock, log }, 'key-table', keyTable.ask);
  asking.start(stopping.signal);
  return {
    url: listening.url,
    stop: async () => {
      stopping.abort();
      await listening.stop();
      await started.stop();
      await Promise.all([
        takingOver.ended(),
        adjusting.ended(),
        asking.ended().then(keyTable.close),
        events.close(),
        ...clients.map((client) => client.close()),
      ]);
      if (!given.pool) await pool.end();
    },
  };
}

/**
 * Hears of work that is due, over a connection that holds this process' name among the schedulers:
 * what one of the same name left behind is taken over at the start, so two at once may not be.
 * @throws SetupError when another scheduler has the name
 */
function listen(
  config: SchedulerConfig,
  { log, nameWaitMs = NAME_WAIT_MS }: Pick<StartDeps, 'log'> & Partial<StartDeps>,
  loop: () => Loop | undefined,
): Promise<Listener> {
  const { owner } = config;
  let isHeld = false;
  const hold = async (connection: Sql): Promise<void> => {
    try {
      await holdOwner(connection, owner, nameWaitMs);
      isHeld = true;
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'conflict')) throw error;
      const message = `Another scheduler named ${owner} works on this database; give each its own SCHEDULER_ID (the host's name by default).`;
      if (!isHeld) throw new SetupError(message, { cause: error });
      // This one was first: fenced as all are, it goes on.
      log.error(message);
    }
  };
  return listenEvents(
    config.databaseUrl,
    ({ kind }) => {
      if (kind === 'monitor' || kind === 'delivery' || kind === 'finding') loop()?.wake();
    },
    { log, onConnect: hold, onGap: () => loop()?.reconnected() },
  );
}

async function readiness(pool: pg.Pool): Promise<Record<string, string>> {
  try {
    await pool.query('SELECT 1');
    return {};
  } catch {
    return { database: 'Database connection failed; check DATABASE_URL and that Postgres runs' };
  }
}

/** Starts everything of one installation in this process: Postgres, keys, services, manifests, demo. */
import { basename } from 'node:path';
import { systemClock } from '../core/clock.ts';
import type { Environment } from '../core/config.ts';
import { SetupError, messageOf } from '../core/errors.ts';
import { killAt, noFailpoint } from '../core/failpoint.ts';
import { newId } from '../core/ids.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog, type Log } from '../core/log.ts';
import { startPostgres, type RunningPostgres } from '../store/embedded/launcher.ts';
import { migrate } from '../store/migrate.ts';
import { openPool } from '../store/pool.ts';
import { ensureDatabase, ensureRoles } from '../store/roles.ts';
import { createLocalApi, type LocalApi } from './api.ts';
import { openDataFolder, type DataFolder } from './dataFolder.ts';
import { demoWasMade, makeDemo } from './demo/demo.ts';
import { startShop, type Shop } from './demo/shop.ts';
import { environmentOf, publicUrlOf, readPorts } from './environment.ts';
import { prepareKeys } from './keys.ts';
import { openLogFile } from './logFile.ts';
import { requireKubeconfig, startOperatorProcess } from './operator.ts';
import { watchManifests, type ManifestFolder } from './manifests.ts';
import { prepareOwner, type LocalOwner } from './owner.ts';
import { startServices, stopServices } from './services.ts';
import { createUndo, type Undo } from './undo.ts';

export interface LocalOptions {
  readonly data: string;
  readonly manifests: string | undefined;
  readonly demo: boolean;
  /** Monitors come from this cluster; the demo page is served, and its sample is applied there. */
  readonly kubeconfig?: string | undefined;
}

export interface LocalDeps {
  readonly env: Environment;
  /** One line for the person who started it. */
  readonly say: (line: string) => void;
  /** The database or the operator went away by itself. */
  readonly onLost: (message: string) => void;
}

export interface LocalRunning extends Running {
  readonly signInLink: string;
  readonly adminTokenFile: string;
}

const DEMO_PORT = 9180;
const DEMO_EVERY_MS = 60_000;
const DATABASE = 'duckmon';

/**
 * Starts duckmon on a data folder; leaves nothing half-started behind when it fails.
 * @throws SetupError with the next step for the person.
 */
export async function startLocal(options: LocalOptions, deps: LocalDeps): Promise<LocalRunning> {
  const undo = createUndo();
  try {
    return await startAll(options, deps, undo);
  } catch (error) {
    try {
      await undo.run();
    } catch (second) {
      deps.say(`Not everything could be stopped again: ${messageOf(second)}`);
    }
    throw error;
  }
}

async function startAll(options: LocalOptions, deps: LocalDeps, undo: Undo): Promise<LocalRunning> {
  const { env, say } = deps;
  const ports = readPorts(env);
  if (options.kubeconfig !== undefined) requireKubeconfig(options.kubeconfig);
  const folder = openDataFolder(options.data);
  undo.add(() => folder.release());
  const logs = openLogs(folder, env);
  say('Starting the database ...');
  const postgres = await startDatabase(folder, logs('postgres'), deps.onLost, undo);
  const owner = await prepareData(postgres, folder, logs('local'));
  const keys = prepareKeys(
    folder,
    { internal: env['INTERNAL_API_KEY'], jwt: env['JWT_SECRET'] },
    systemClock.now(),
  );
  const shop = await openShop(options, env, undo);
  say('Starting the services ...');
  const input = {
    env,
    ports,
    keys,
    folder,
    urls: {
      api: postgres.url('mon_api', DATABASE),
      scheduler: postgres.url('mon_scheduler', DATABASE),
    },
    allow: allowList(env, shop),
    kubeconfig: options.kubeconfig,
  };
  const failpoint = env['DUCKMON_FAILPOINT'] ? killAt(env['DUCKMON_FAILPOINT']) : noFailpoint;
  const services = await startServices({
    environment: (service) => environmentOf(service, input),
    log: logs,
    failpoint,
  });
  undo.add(() => stopServices(services));
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  folder.writePrivate('api-url', `${apiUrl}\n`);
  const api = createLocalApi(apiUrl, owner.adminToken, (ms) => systemClock.sleep(ms));
  if (options.kubeconfig === undefined) {
    await applyManifests(options, api, say, undo);
    if (shop && !demoWasMade(folder)) await makeDemo(folder, api, shop, say);
  } else {
    say('Starting the operator ...');
    const operator = await startOperatorProcess({
      kubeconfig: options.kubeconfig,
      keysFile: keys.serviceFile('operator'),
      schedulerUrl: `http://127.0.0.1:${ports.scheduler}`,
      env,
      log: logs('operator'),
      onLost: deps.onLost,
    });
    undo.add(() => operator.stop());
  }
  return {
    url: publicUrlOf(env, ports),
    signInLink: `${publicUrlOf(env, ports)}/sign-in?token=${owner.signInToken}`,
    adminTokenFile: folder.at('admin-token'),
    stop: () => undo.run(),
  };
}

/** Logs of all services go to one file in the data folder; the terminal is for people. */
function openLogs(folder: DataFolder, env: Environment): (service: string) => Log {
  const destination = openLogFile(folder.at('logs', 'duckmon.log'));
  return (service) => createLog(service, env['LOG_LEVEL'] || 'info', destination);
}

async function startDatabase(
  folder: DataFolder,
  log: Log,
  onLost: (message: string) => void,
  undo: Undo,
): Promise<RunningPostgres> {
  const postgres = await startPostgres({ dir: folder.at('postgres'), log });
  let stopping = false;
  void watchEnd(postgres, () => {
    if (!stopping)
      onLost('Database connection failed: the embedded Postgres has ended; start duckmon again.');
  });
  undo.add(async () => {
    stopping = true;
    await postgres.stop();
  });
  const { passwords } = postgres;
  await ensureDatabase(postgres.url('postgres', 'postgres'), {
    password: passwords.duckmon_owner,
    database: DATABASE,
  });
  await migrate(postgres.url('duckmon_owner', DATABASE));
  await ensureRoles(postgres.url('duckmon_owner', DATABASE), {
    api: passwords.mon_api,
    scheduler: passwords.mon_scheduler,
    backup: passwords.mon_backup,
  });
  // For `duckmon backup` and `restore`; readable by this user alone.
  const addresses = {
    url: postgres.url('duckmon_owner', DATABASE),
    backupUrl: postgres.url('mon_backup', DATABASE),
  };
  folder.writePrivate('postgres.json', JSON.stringify(addresses));
  return postgres;
}

async function watchEnd(postgres: RunningPostgres, onEnd: () => void): Promise<void> {
  await postgres.exited;
  onEnd();
}

async function prepareData(
  postgres: RunningPostgres,
  folder: DataFolder,
  log: Log,
): Promise<LocalOwner> {
  const pool = openPool(postgres.url('duckmon_owner', DATABASE), {
    applicationName: 'duckmon-local',
    log,
    max: 1,
  });
  try {
    return await prepareOwner({ pool, folder, clock: systemClock, newId });
  } finally {
    await pool.end();
  }
}

async function openShop(
  options: LocalOptions,
  env: Environment,
  undo: Undo,
): Promise<Shop | undefined> {
  if (!options.demo) return undefined;
  const port = Number(env['DEMO_PORT'] || DEMO_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new SetupError('Wrong environment variables: DEMO_PORT: must be a port, 1 to 65535');
  const shop = await startShop(port, DEMO_EVERY_MS);
  undo.add(() => shop.stop());
  return shop;
}

const allowList = (env: Environment, shop: Shop | undefined): string[] => [
  ...(env['DUCKMON_EGRESS_ALLOW'] ?? '').split(',').filter((entry) => entry.trim() !== ''),
  ...(shop ? [`127.0.0.1:${shop.port}`] : []),
];

async function applyManifests(
  options: LocalOptions,
  api: LocalApi,
  say: (line: string) => void,
  undo: Undo,
): Promise<ManifestFolder | undefined> {
  if (options.manifests === undefined) return undefined;
  const folder = watchManifests(
    options.manifests,
    await api.managers(),
    (file, text) => api.apply(file, text, true),
    say,
  );
  undo.add(() => folder.close());
  say(`Applying the manifests of ${basename(options.manifests)} ...`);
  await folder.sync();
  return folder;
}

/** Starts everything of one installation in this process: Postgres, keys, services, manifests, demo. */
import { basename } from 'node:path';
import { systemClock } from '../core/clock.ts';
import type { Environment } from '../core/config.ts';
import { SetupError, messageOf } from '../core/errors.ts';
import { killAt, noFailpoint, type Failpoint } from '../core/failpoint.ts';
import { newId } from '../core/ids.ts';
import type { Running } from '../core/lifecycle.ts';
import { createLog, type Log } from '../core/log.ts';
import { openPool } from '../store/pool.ts';
import { createLocalApi, type LocalApi } from './api.ts';
import { openDatabase } from './database.ts';
import { openDataFolder, RUNNING_FILE, type DataFolder } from './dataFolder.ts';
import { demoWasMade, makeDemo } from './demo/demo.ts';
import { startShop, type Shop } from './demo/shop.ts';
import { environmentOf, publicUrlOf, readPorts, type Ports } from './environment.ts';
import { givenKeys, prepareKeys, type LocalKeys } from './keys.ts';
import { openLogFile } from './logFile.ts';
import { requireKubeconfig, startOperatorProcess } from './operator.ts';
import { watchManifests, type ManifestFolder } from './manifests.ts';
import { newSignInToken, prepareOwner, type LocalOwner } from './owner.ts';
import { signInLink } from './running.ts';
import { startServices, stopServices } from './services.ts';
import { atMost, createUndo, type Undo } from './undo.ts';

export interface LocalOptions {
  readonly data: string;
  readonly manifests: string | undefined;
  readonly demo: boolean;
  /**
   * For people on the Internet, behind a proxy of this host that speaks TLS. Whether all is set for that
   * is asked before: scripts/host.
   */
  readonly production: boolean;
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
  /** Undefined in production, where people sign in by the provider. */
  readonly signInLink: string | undefined;
  readonly adminTokenFile: string;
  /** Whether the database is one that its owner runs and backs up. */
  readonly hasOwnDatabase: boolean;
}

const DEMO_PORT = 9180;
const DEMO_EVERY_MS = 60_000;
/** Of the 30 s that a stop may take; the database has the rest. */
const STOP_SERVICES_MS = 15_000;

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
  const { env, say, onLost } = deps;
  const ports = readPorts(env);
  if (options.kubeconfig !== undefined) requireKubeconfig(options.kubeconfig);
  const folder = openDataFolder(options.data);
  undo.add(() => folder.release());
  const logs = openLogs(folder, env);
  say('Starting the database ...');
  const database = await openDatabase(ownDatabase(options, env), {
    folder,
    log: logs('postgres'),
    onLost,
    undo,
  });
  const owner = await prepareData(database.owner, folder, logs('local'), options.production);
  const keys = prepareKeys(folder, givenKeys(env), systemClock.now());
  const shop = await openShop(options, env, undo);
  say('Starting the services ...');
  const { production, kubeconfig } = options;
  const allow = allowList(env, shop);
  const input = { env, ports, keys, folder, urls: database, allow, kubeconfig, production };
  const services = await startServices({
    environment: (service) => environmentOf(service, input),
    log: logs,
    failpoint: failpointOf(options, env),
  });
  undo.add(() => atMost(STOP_SERVICES_MS, stopServices(services)));
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  folder.writePrivate('api-url', `${apiUrl}\n`);
  const api = createLocalApi(apiUrl, owner.adminToken, (ms) => systemClock.sleep(ms));
  if (kubeconfig === undefined) {
    await applyManifests(options, api, say, undo);
    if (shop && !demoWasMade(folder)) await makeDemo(folder, api, shop, say);
  } else {
    say('Starting the operator ...');
    await openOperator(kubeconfig, { keys, ports, env, log: logs('operator'), onLost, undo });
  }
  const publicUrl = publicUrlOf(env, ports);
  folder.writePrivate(RUNNING_FILE, JSON.stringify({ publicUrl, links: !production }));
  return {
    url: publicUrl,
    signInLink:
      owner.signInToken === undefined ? undefined : signInLink(publicUrl, owner.signInToken),
    adminTokenFile: folder.at('admin-token'),
    hasOwnDatabase: ownDatabase(options, env) !== undefined,
    stop: () => undo.run(),
  };
}

/** In production a Postgres of the installation's own may be used; a laptop has the embedded one. */
const ownDatabase = ({ production }: LocalOptions, env: Environment): string | undefined =>
  production ? env['DATABASE_URL'] || undefined : undefined;

/** Points at which tests kill a process. */
const failpointOf = ({ production }: LocalOptions, env: Environment): Failpoint =>
  env['DUCKMON_FAILPOINT'] && !production ? killAt(env['DUCKMON_FAILPOINT']) : noFailpoint;

interface OperatorInput extends Pick<LocalDeps, 'env' | 'onLost'> {
  readonly keys: LocalKeys;
  readonly ports: Ports;
  readonly log: Log;
  readonly undo: Undo;
}

async function openOperator(
  kubeconfig: string,
  { keys, ports, undo, ...input }: OperatorInput,
): Promise<void> {
  const operator = await startOperatorProcess({
    ...input,
    kubeconfig,
    keysFile: keys.serviceFile('operator'),
    schedulerUrl: `http://127.0.0.1:${ports.scheduler}`,
  });
  undo.add(() => operator.stop());
}

/** Logs of all services go to one file in the data folder; the terminal is for people. */
function openLogs(folder: DataFolder, env: Environment): (service: string) => Log {
  const destination = openLogFile(folder.at('logs', 'duckmon.log'));
  return (service) => createLog(service, env['LOG_LEVEL'] || 'info', destination);
}

/** In production nobody signs in by a link, so that none is made. */
async function prepareData(
  ownerUrl: string,
  folder: DataFolder,
  log: Log,
  production: boolean,
): Promise<LocalOwner & { readonly signInToken: string | undefined }> {
  const pool = openPool(ownerUrl, { applicationName: 'duckmon-local', log, max: 1 });
  const deps = { pool, folder, clock: systemClock, newId };
  try {
    const owner = await prepareOwner(deps);
    return { ...owner, signInToken: production ? undefined : await newSignInToken(deps) };
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

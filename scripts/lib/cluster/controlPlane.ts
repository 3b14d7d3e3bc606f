/** A control plane on this machine: starts it, looks at it, stops it. */
import { mkdirSync } from 'node:fs';
import type { Clock } from '../../../services/core/clock.ts';
import { SetupError } from '../../../services/core/errors.ts';
import { makeCredentials, writeKubeconfigs } from './access.ts';
import { serverUrl } from './arguments.ts';
import {
  clusterFolder,
  makeFolder,
  readRecord,
  removeFolder,
  SERVER_NAMES,
  writeRecord,
  type ClusterFolder,
  type ClusterRecord,
  type Ports,
} from './folder.ts';
import { withLock } from './lock.ts';
import { stopProcess } from './processes.ts';
import type { ServerPrograms } from './programs.ts';
import { closeNode, openNode, startNode } from './node/node.ts';
import { askServer, endedServers, startServer, waitFor } from './servers.ts';

export interface ControlPlaneDeps {
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

export type ClusterStatus =
  | { readonly kind: 'absent' }
  | { readonly kind: 'running'; readonly record: ClusterRecord }
  /** `wrong` says of what. */
  | { readonly kind: 'broken'; readonly record: ClusterRecord; readonly wrong: string };

/** Asked to end, the API server waits for open watches, up to a minute; nothing here is worth that. */
const END_PATIENCE_MS = 2_000;

/** What runs in a folder. */
export async function inspect(state: string): Promise<ClusterStatus> {
  const folder = clusterFolder(state);
  const record = readRecord(folder);
  if (!record) return { kind: 'absent' };
  const broken = (wrong: string): ClusterStatus => ({ kind: 'broken', record, wrong });
  if (record.version === undefined) return broken('its start was broken off');
  const dead = await endedServers(record);
  if (dead.length > 0) return broken(`${dead.join(' and ')} ended`);
  const ready = await askServer(folder, record, '/readyz');
  return ready?.status === 200
    ? { kind: 'running', record }
    : broken(`kube-apiserver is not ready${ready === undefined ? '' : ` (HTTP ${ready.status})`}`);
}

/**
 * Starts a control plane in a folder, unless it runs there; what a crash left is removed first.
 * @param ports called when something is started.
 * @throws SetupError with the last lines of the server that did not start.
 */
export async function startControlPlane(
  state: string,
  programs: ServerPrograms,
  ports: () => Promise<Ports>,
  deps: ControlPlaneDeps,
): Promise<ClusterRecord> {
  return locked(state, deps, async () => {
    const before = await inspect(state);
    if (before.kind === 'running') return fitting(state, before.record, programs);
    if (before.kind === 'broken') {
      deps.say(`${before.wrong}; cleaning up in ${state} first`);
      await end(state, before.record, deps);
    }
    const folder = clusterFolder(state);
    makeFolder(folder);
    const record: ClusterRecord = {
      startedAt: deps.clock.now().toISOString(),
      ports: await ports(),
      programs,
      processes: {},
    };
    writeRecord(folder, record);
    try {
      return await startServers(folder, record, deps);
    } catch (error) {
      await end(state, readRecord(folder) ?? record, deps);
      throw error;
    }
  });
}

/** A cluster with a node does for who wants none, but not the other way round. */
function fitting(state: string, record: ClusterRecord, wanted: ServerPrograms): ClusterRecord {
  if (wanted.node === undefined || record.node !== undefined) return record;
  throw new SetupError(
    `A control plane without a node runs in ${state}; stop it with ./scripts/cluster down, or choose another folder with --state DIR.`,
  );
}

async function startServers(
  folder: ClusterFolder,
  first: ClusterRecord,
  deps: ControlPlaneDeps,
): Promise<ClusterRecord> {
  mkdirSync(folder.logs);
  makeCredentials(folder);
  let record = await openNode(folder, first, deps);
  record = await startServer('etcd', folder, record);
  record = await startServer('kube-apiserver', folder, record);
  await waitFor('/readyz', folder, record, deps.clock);
  writeKubeconfigs(folder, serverUrl(record));
  if (record.programs.controllerManager !== undefined) {
    record = await startServer('kube-controller-manager', folder, record);
    await waitFor('/api/v1/namespaces/default/serviceaccounts/default', folder, record, deps.clock);
  }
  record = await startNode(folder, record, deps);
  const { body } = await waitFor('/version', folder, record, deps.clock);
  const { gitVersion } = JSON.parse(body) as { gitVersion: string };
  const up = { ...record, version: gitVersion };
  writeRecord(folder, up);
  return up;
}

/**
 * Stops what runs in a folder and removes it.
 * @returns whether there was something.
 */
export async function stopControlPlane(state: string, deps: ControlPlaneDeps): Promise<boolean> {
  if (!readRecord(clusterFolder(state))) return false;
  return locked(state, deps, async () => {
    const record = readRecord(clusterFolder(state));
    if (record) await end(state, record, deps);
    return record !== undefined;
  });
}

/** Stops the API server alone, for tests of what lives without it. */
export async function stopApiServer(state: string, { clock }: ControlPlaneDeps): Promise<void> {
  const process = readRecord(clusterFolder(state))?.processes['kube-apiserver'];
  if (process) await stopProcess(process, END_PATIENCE_MS, clock);
}

/** Starts the API server again on its port and its data, and waits until it is ready. */
export async function startApiServer(state: string, { clock }: ControlPlaneDeps): Promise<void> {
  const folder = clusterFolder(state);
  const record = readRecord(folder);
  if (!record) throw new SetupError(`There is no cluster in ${state}.`);
  await waitFor('/readyz', folder, await startServer('kube-apiserver', folder, record), clock);
}

async function end(
  state: string,
  { processes, node }: ClusterRecord,
  { clock }: ControlPlaneDeps,
): Promise<void> {
  if (node !== undefined) await closeNode(node, clock);
  // Backwards: an API server whose etcd is gone does not end when it is asked.
  for (const name of SERVER_NAMES.toReversed()) {
    const process = processes[name];
    if (process) await stopProcess(process, END_PATIENCE_MS, clock);
  }
  removeFolder(clusterFolder(state));
}

/** Beside the folder, not in it: the folder comes and goes. */
const locked = <T>(state: string, deps: ControlPlaneDeps, work: () => Promise<T>): Promise<T> =>
  withLock(
    `${state}.lock`,
    deps.clock,
    (pid) => deps.say(`process ${pid} is at work in ${state}; waiting for it ...`),
    work,
  );

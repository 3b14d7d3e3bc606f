/** The single servers of a control plane: starting one, asking it, seeing that it has ended. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../../services/core/clock.ts';
import { SetupError } from '../../../services/core/errors.ts';
import { adminToken } from './access.ts';
import { serverArguments, serverUrl } from './arguments.ts';
import { ask, type Answer } from './ask.ts';
import {
  NODE_SERVER_NAMES,
  PROCESS_NAMES,
  SERVER_NAMES,
  writeRecord,
  type ClusterFolder,
  type ClusterRecord,
  type Ports,
  type ProcessName,
  type ServerName,
} from './folder.ts';
import { inNode } from './node/namespaces.ts';
import { isRunning, startProcess } from './processes.ts';
import type { ServerPrograms } from './programs.ts';

const POLL_MS = 100;
const PATIENCE_MS = 120_000;
const LAST_LINES = 5;

/** Processes of the record that should run and do not. */
export async function endedServers(record: ClusterRecord): Promise<ProcessName[]> {
  const { programs, processes, node } = record;
  const wanted: ProcessName[] = [
    ...SERVER_NAMES.filter((name) => programOf(programs, name) !== undefined),
    ...(node === undefined ? [] : NODE_SERVER_NAMES),
  ];
  const running = await Promise.all(
    wanted.map(async (name) => {
      const process = processes[name];
      return process !== undefined && (await isRunning(process));
    }),
  );
  return wanted.filter((_, index) => !running[index]);
}

function programOf(programs: ServerPrograms, name: ServerName): string | undefined {
  switch (name) {
    case 'etcd':
      return programs.etcd;
    case 'kube-apiserver':
      return programs.apiServer;
    case 'kube-controller-manager':
      return programs.controllerManager;
    default:
      return name satisfies never;
  }
}

/** Starts one server and writes it down. */
export async function startServer(
  name: ServerName,
  folder: ClusterFolder,
  record: ClusterRecord,
): Promise<ClusterRecord> {
  const { ports, programs, node } = record;
  const controllers = programs.controllerManager !== undefined;
  const args = serverArguments(name, { folder, ports, controllers, node: node !== undefined });
  return start(name, [programOf(programs, name) ?? name, ...args], folder, record);
}

/** Starts a process of the cluster, in its node when it has one, and writes it down. */
export async function start(
  name: ProcessName,
  command: readonly string[],
  folder: ClusterFolder,
  record: ClusterRecord,
): Promise<ClusterRecord> {
  const [program = '', ...args] =
    record.node === undefined ? command : inNode(record.node, command);
  const process = await startProcess(program, args, logOf(folder, name));
  const next = { ...record, processes: { ...record.processes, [name]: process } };
  writeRecord(folder, next);
  return next;
}

/** Asks until the answer is 200; gives up as soon as a server has ended. */
export async function waitFor(
  what: string,
  folder: ClusterFolder,
  record: ClusterRecord,
  clock: Clock,
): Promise<Answer> {
  const giveUpAt = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    await requireRunning(folder, record);
    const answer = await askServer(folder, record, what);
    if (answer?.status === 200) return answer;
    if (clock.monotonic() >= giveUpAt)
      throw new SetupError(
        `The API server did not answer ${what} within ${PATIENCE_MS / 1000} s: ${answer?.body ?? 'no answer'}.`,
      );
    await clock.sleep(POLL_MS);
  }
}

/** @throws SetupError with the last words of a process of the record that has ended. */
export async function requireRunning(folder: ClusterFolder, record: ClusterRecord): Promise<void> {
  for (const name of PROCESS_NAMES) {
    const process = record.processes[name];
    if (process && !(await isRunning(process))) throw startError(name, folder, record.ports);
  }
}

function startError(name: ProcessName, folder: ClusterFolder, ports: Ports): SetupError {
  const log = readFileSync(logOf(folder, name), 'utf8').trim();
  if (/address already in use/.test(log)) {
    const port = name === 'etcd' ? `${ports.etcd} or ${ports.etcdPeer}` : ports.api;
    const flag = name === 'etcd' ? '--etcd-port' : '--port';
    return new SetupError(
      `${name} cannot listen: port ${port} on 127.0.0.1 is in use; choose another with ${flag} N.`,
    );
  }
  const last = log.split('\n').slice(-LAST_LINES).join('\n');
  return new SetupError(`${name} ended at its start; its last lines:\n${last}`);
}

const logOf = ({ logs }: ClusterFolder, name: ProcessName): string =>
  path.join(logs, `${name}.log`);

/** Asks the API server of a folder with all rights; undefined while it has no certificate yet. */
export async function askServer(
  folder: ClusterFolder,
  record: ClusterRecord,
  what: string,
): Promise<Answer | undefined> {
  let certificate: string;
  let token: string;
  try {
    certificate = readFileSync(folder.certificate, 'utf8');
    token = adminToken(folder);
  } catch {
    return undefined;
  }
  return ask({ url: serverUrl(record), certificate, token }, what);
}

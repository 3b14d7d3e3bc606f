/** The folder of one cluster: what lies in it, and the record of what runs. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { messageOf, SetupError } from '../../../services/core/errors.ts';
import { errnoOf } from '../../../services/store/embedded/errors.ts';
import type { ProcessRecord } from './processes.ts';
import type { ServerPrograms } from './programs.ts';

/** In the order in which they are started. */
export const SERVER_NAMES = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

/** What a node runs beside them, in this order. */
export const NODE_SERVER_NAMES = ['containerd', 'kubelet', 'kube-scheduler', 'kube-proxy'] as const;
export type NodeServerName = (typeof NODE_SERVER_NAMES)[number];

/** Every process that a record may name. */
export const PROCESS_NAMES = [...SERVER_NAMES, ...NODE_SERVER_NAMES] as const;
export type ProcessName = (typeof PROCESS_NAMES)[number];

/** Ports on loopback. */
export interface Ports {
  readonly api: number;
  readonly etcd: number;
  readonly etcdPeer: number;
}

/** What is written down about a cluster, so that another process can use, stop and mend it. */
export interface ClusterRecord {
  readonly startedAt: string;
  /** Of the API server; undefined until the cluster was up. */
  readonly version?: string;
  readonly ports: Ports;
  readonly programs: ServerPrograms;
  readonly processes: Readonly<Partial<Record<ProcessName, ProcessRecord>>>;
  /** Undefined when it is a control plane alone. */
  readonly node?: NodeRecord;
}

/** A machine of the cluster: namespaces of the kernel in which all of it runs, the servers as well. */
export interface NodeRecord {
  /** Does nothing but hold the namespaces; they go with the last process in them. */
  readonly holder: ProcessRecord;
  /** Files of the kernel's settings that the kubelet writes, with what they held before. */
  readonly kernel: Readonly<Record<string, string>>;
}

export interface ClusterFolder {
  readonly path: string;
  readonly record: string;
  /** For people and tests: full rights. */
  readonly kubeconfig: string;
  readonly controllersKubeconfig: string;
  readonly tokens: string;
  readonly serviceAccountKey: string;
  /** The API server makes its certificate there. */
  readonly certificates: string;
  readonly certificate: string;
  readonly data: string;
  /** Where the controllers look for drivers of volumes; otherwise they would make a folder in /usr. */
  readonly volumePlugins: string;
  /** All that a node needs: images, pods, configuration. */
  readonly node: string;
  readonly logs: string;
  /** What kubectl remembers of the API; otherwise it would lie in the home folder. */
  readonly kubectlCache: string;
}

/** Where everything of a cluster lies. */
export function clusterFolder(folder: string): ClusterFolder {
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  return {
    path: folder,
    record: at('cluster.json'),
    kubeconfig: at('kubeconfig'),
    controllersKubeconfig: at('controllers.kubeconfig'),
    tokens: at('tokens.csv'),
    serviceAccountKey: at('service-account.key'),
    certificates: at('certificates'),
    certificate: at('certificates', 'apiserver.crt'),
    data: at('etcd'),
    volumePlugins: at('volume-plugins'),
    node: at('node'),
    logs: at('logs'),
    kubectlCache: at('kubectl-cache'),
  };
}

/**
 * Makes the folder, empty and for this user only.
 * @throws SetupError when it cannot be made, or when it holds something that is not ours.
 */
export function makeFolder(folder: ClusterFolder): void {
  try {
    mkdirSync(folder.path, { recursive: true });
    const [stranger] = readdirSync(folder.path);
    if (stranger !== undefined) throw new SetupError(`it holds other things, such as ${stranger}`);
    chmodSync(folder.path, 0o700);
  } catch (cause) {
    throw new SetupError(
      `The folder ${folder.path} cannot be used (${messageOf(cause)}); choose another with --state DIR.`,
      { cause },
    );
  }
}

/** Removes what a cluster consists of, and the folder when nothing else is in it. */
export function removeFolder(folder: ClusterFolder): void {
  const { path: own, record, ...parts } = folder;
  // The record goes last: without it nothing here would be known as ours.
  for (const part of [...Object.values(parts), record])
    for (const name of [part, partialOf(part)]) rmSync(name, { recursive: true, force: true });
  try {
    rmdirSync(own);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
  }
}

const partialOf = (file: string): string => `${file}.partial`;

/** Writes a file that only this user may read, whole or not at all. */
export function writePrivate(file: string, content: string): void {
  const partial = partialOf(file);
  rmSync(partial, { force: true });
  writeFileSync(partial, content, { mode: 0o600, flag: 'wx' });
  renameSync(partial, file);
}

export const writeRecord = (folder: ClusterFolder, record: ClusterRecord): void =>
  writePrivate(folder.record, `${JSON.stringify(record, undefined, 2)}\n`);

/**
 * The record of a folder; undefined when there is none.
 * @throws SetupError when it cannot be read as one.
 */
export function readRecord(folder: ClusterFolder): ClusterRecord | undefined {
  let text: string;
  try {
    text = readFileSync(folder.record, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw new SetupError(`${folder.record} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  try {
    const record = JSON.parse(text) as Partial<ClusterRecord>;
    if (record.ports && record.programs && record.processes && record.startedAt)
      return record as ClusterRecord;
  } catch {
    // Told below, like a record of another form.
  }
  throw new SetupError(
    `${folder.record} is damaged; end its processes by hand, delete ${folder.path}, and start again.`,
  );
}

/** Makes a node of a part of this machine, runs the cluster in it, and takes it away again. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../../../../services/core/clock.ts';
import { SetupError } from '../../../../services/core/errors.ts';
import { writeKubeconfig } from '../access.ts';
import { serverUrl } from '../arguments.ts';
import {
  NODE_SERVER_NAMES,
  writeRecord,
  type ClusterFolder,
  type ClusterRecord,
  type NodeRecord,
  type NodeServerName,
} from '../folder.ts';
import type { ProcessRecord } from '../processes.ts';
import { requireRunning, start } from '../servers.ts';
import { LINK } from './addresses.ts';
import {
  containerdConfig,
  kubeletConfig,
  networkConfig,
  nodeArguments,
  nodeFiles,
  proxyConfig,
  type NodeFiles,
} from './configuration.ts';
import { endGroups, makeGroups } from './groups.ts';
import { importSystemImages } from './images.ts';
import { makeClientCertificate } from './clientCertificate.ts';
import { openNamespaces, runCommand, runInNode } from './namespaces.ts';
import { linkCommands, NODE_COMMANDS } from './network.ts';
import { enforcePolicies } from './policies.ts';
import { makeVolumes, storageObjects } from './storage.ts';
import { requireFree, requireNode } from './requirements.ts';

export interface NodeDeps {
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

const run = promisify(execFile);

const SYSTEM = path.join(import.meta.dirname, 'system.yaml');
const SECCOMP = path.join(import.meta.dirname, 'seccomp');
/** What has to be rolled out before a node counts as up. */
const WORKLOADS = ['daemonset/kube-network-policies', 'deployment/coredns'] as const;
const PATIENCE = '--timeout=120s';

/** Settings of the whole machine that the kubelet writes. */
const KERNEL = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
].map((name) => path.join('/proc/sys', name));

/**
 * Makes the node in which the servers are going to run, and starts containerd in it. Does nothing
 * for a control plane alone.
 * @throws SetupError with one sentence when this machine cannot have a node.
 */
export async function openNode(
  folder: ClusterFolder,
  record: ClusterRecord,
  { clock, say }: NodeDeps,
): Promise<ClusterRecord> {
  const { node: programs } = record.programs;
  if (programs === undefined) return record;
  requireNode([folder.path, programs], say);
  requireFree();
  const node: NodeRecord = {
    holder: await hold(programs, path.join(folder.logs, 'node.log'), clock),
    kernel: Object.fromEntries(KERNEL.map((file) => [file, readFileSync(file, 'utf8').trim()])),
  };
  const opened = { ...record, node };
  writeRecord(folder, opened);
  for (const command of linkCommands(node.holder.pid)) await runCommand(command);
  await runInNode(node, NODE_COMMANDS);
  writeConfiguration(folder, programs);
  return startInNode('containerd', folder, opened);
}

async function hold(programs: string, log: string, clock: Clock): Promise<ProcessRecord> {
  makeGroups();
  try {
    return await openNamespaces(programs, log, clock);
  } catch (error) {
    // Not written down yet, so that nobody else would know of them.
    await endGroups(clock);
    throw error;
  }
}

function writeConfiguration(folder: ClusterFolder, programs: string): void {
  const files = nodeFiles(folder.node);
  for (const name of [files.containerd, files.networks, files.kubelet, files.podLogs])
    mkdirSync(name, { recursive: true });
  // What pods name as a Localhost profile.
  cpSync(SECCOMP, files.seccomp, { recursive: true });
  makeClientCertificate(files);
  writeFileSync(files.containerdConfig, containerdConfig(files, programs));
  const write = (file: string, content: object): void =>
    writeFileSync(file, JSON.stringify(content, undefined, 2));
  write(files.networkConfig, networkConfig(files));
  write(files.kubeletConfig, kubeletConfig(files));
  write(files.proxyConfig, proxyConfig(files));
  write(files.storage, storageObjects(files));
  makeVolumes(files);
  // Names outside of the cluster are not known in it.
  writeFileSync(files.resolver, '');
}

/** Starts what joins the node to the running API server, and waits until pods can be used. */
export async function startNode(
  folder: ClusterFolder,
  record: ClusterRecord,
  { clock }: NodeDeps,
): Promise<ClusterRecord> {
  const { node } = record;
  const { node: programs } = record.programs;
  if (node === undefined || programs === undefined) return record;
  const files = nodeFiles(folder.node);
  writeNodeKubeconfigs(files, folder, serverUrl(record));
  await importSystemImages(files, folder, record, clock);
  await enforcePolicies(node);
  let started = record;
  for (const name of NODE_SERVER_NAMES)
    if (name !== 'containerd') started = await startInNode(name, folder, started);
  await rollOut(path.join(programs, 'kubectl'), folder, started);
  return started;
}

/** Starts one of a node's programs, and writes it down. */
export const startInNode = (
  name: NodeServerName,
  folder: ClusterFolder,
  record: ClusterRecord,
): Promise<ClusterRecord> => {
  const program = path.join(record.programs.node ?? '', name);
  const args = nodeArguments(nodeFiles(folder.node))[name];
  return start(name, [program, ...args], folder, record);
};

function writeNodeKubeconfigs(files: NodeFiles, folder: ClusterFolder, server: string): void {
  writeKubeconfig(files.kubeletKubeconfig, 'system:node:duckmon', folder, server);
  writeKubeconfig(files.schedulerKubeconfig, 'system:kube-scheduler', folder, server);
  writeKubeconfig(files.proxyKubeconfig, 'system:kube-proxy', folder, server);
}

async function rollOut(
  program: string,
  folder: ClusterFolder,
  record: ClusterRecord,
): Promise<void> {
  const env = { ...process.env, KUBECONFIG: folder.kubeconfig, KUBECACHEDIR: folder.kubectlCache };
  const kubectl = (...args: string[]): Promise<unknown> =>
    run(program, ['--namespace=kube-system', ...args], { env });
  try {
    await kubectl('apply', '--filename', SYSTEM, '--filename', nodeFiles(folder.node).storage);
    for (const workload of WORKLOADS) await kubectl('rollout', 'status', workload, PATIENCE);
  } catch (cause) {
    await requireRunning(folder, record);
    throw new SetupError(
      `The node's own pods did not start: ${String(cause)}; ./scripts/cluster kubectl -n kube-system describe pods says more.`,
      { cause },
    );
  }
}

/** Ends all that runs in a node, also what a crash left, and gives the kernel its settings back. */
export async function closeNode({ kernel }: NodeRecord, clock: Clock): Promise<void> {
  await endGroups(clock);
  for (const [file, value] of Object.entries(kernel))
    if (readFileSync(file, 'utf8').trim() !== value) writeFileSync(file, value);
  // It would go with the namespace, a little later; a node that is started at once must not find it.
  await run('ip', ['link', 'delete', LINK]).catch(() => undefined);
}

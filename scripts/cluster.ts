/** Starts, shows and stops a Kubernetes API server for tests and for work on the operator. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../services/core/clock.ts';
import { SetupError } from '../services/core/errors.ts';
import { serverUrl } from './lib/cluster/arguments.ts';
import { buildPrograms } from './lib/cluster/build.ts';
import { CLUSTER_HELP, parseCluster, type ClusterCommand } from './lib/cluster/commands.ts';
import { inspect, startControlPlane, stopControlPlane } from './lib/cluster/controlPlane.ts';
import { clusterFolder, type ClusterRecord } from './lib/cluster/folder.ts';
import { nodeFiles } from './lib/cluster/node/configuration.ts';
import { importImage } from './lib/cluster/node/images.ts';
import { requireNode } from './lib/cluster/node/requirements.ts';
import { choosePorts } from './lib/cluster/ports.ts';
import {
  helmProgram,
  kubectlProgram,
  nodePrograms,
  serverPrograms,
} from './lib/cluster/programs.ts';
import { NODE_PROGRAMS, SERVERS } from './lib/cluster/recipes.ts';
import { chooseSource, clusterCache, type Source } from './lib/cluster/source.ts';
import { describeStatus } from './lib/cluster/status.ts';
import { root } from './lib/prepare.ts';

const say = (line: string): void => {
  process.stderr.write(`duckmon: ${line}\n`);
};

const deps = { env: process.env, clock: systemClock, say };

const DEFAULT_STATE = path.join(root, '.cache', 'cluster');

type Of<Kind extends ClusterCommand['kind']> = Extract<ClusterCommand, { readonly kind: Kind }>;

const GIVEN = 'DUCKMON_TEST_KUBECONFIG offers a cluster, which is not ours to start or stop';

async function up({ state, port, etcdPort, node }: Of<'up'>, source: Source): Promise<number> {
  if (source.kind === 'given') {
    say(`${GIVEN}: ${source.kubeconfig}`);
    return 0;
  }
  // First, since what is missing of them may take half an hour to build.
  if (node) requireNode([state, clusterCache(process.env)], say);
  const programs = node ? await nodePrograms(deps) : await serverPrograms(source, deps);
  const ports = {
    ...(port === undefined ? {} : { api: port }),
    ...(etcdPort === undefined ? {} : { etcd: etcdPort }),
  };
  const record = await startControlPlane(state, programs, () => choosePorts(ports), deps);
  tellUp(state, record);
  return 0;
}

function tellUp(state: string, record: ClusterRecord): void {
  const { version, programs } = record;
  const flag = state === DEFAULT_STATE ? '' : `--state ${state} `;
  say(
    `Kubernetes ${version} answers at ${serverUrl(record)}; stop it: ./scripts/cluster ${flag}down`,
  );
  if (record.node)
    say(
      'with a node, whose pods and Services this machine reaches at their addresses; images: ./scripts/cluster load FILE',
    );
  say(`export KUBECONFIG=${clusterFolder(state).kubeconfig}`);
  if (programs.controllerManager === undefined)
    say('without kube-controller-manager: namespaces and owned objects are not deleted');
}

async function down({ state }: Of<'down'>, source: Source): Promise<number> {
  if (source.kind === 'given') say(GIVEN);
  const stopped = await stopControlPlane(state, deps);
  say(stopped ? 'stopped; nothing is left of it' : `nothing runs in ${state}`);
  return 0;
}

async function status({ state }: Of<'status'>, source: Source): Promise<number> {
  if (source.kind === 'given') say(`${GIVEN}: ${source.kubeconfig}`);
  const found = await inspect(state);
  process.stdout.write(`${describeStatus(state, found).join('\n')}\n`);
  return found.kind === 'running' || source.kind === 'given' ? 0 : 1;
}

/**
 * The kubeconfig of the cluster that counts.
 * @throws SetupError when none is up.
 */
async function kubeconfigOf(state: string, source: Source): Promise<string> {
  if (source.kind === 'given') return source.kubeconfig;
  const found = await inspect(state);
  if (found.kind === 'running') return clusterFolder(state).kubeconfig;
  throw new SetupError(
    found.kind === 'absent'
      ? `No cluster runs in ${state}; start it with ./scripts/cluster up.`
      : `The cluster in ${state} is broken (${found.wrong}); ./scripts/cluster up starts it anew.`,
  );
}

/** Gives the node images. */
async function load({ state, files }: Of<'load'>): Promise<number> {
  const found = await inspect(state);
  const programs = found.kind === 'absent' ? undefined : found.record.programs.node;
  if (programs === undefined)
    throw new SetupError(`No node runs in ${state}; start it with ./scripts/cluster up --node.`);
  for (const file of files) {
    const { socket } = nodeFiles(clusterFolder(state).node);
    say(`loaded ${await importImage(programs, socket, file)}`);
  }
  return 0;
}

/** Runs kubectl or helm on the cluster, with this terminal; ends with its exit code. */
async function pass({ state, program, args }: Of<'run'>, source: Source): Promise<number> {
  const KUBECONFIG = await kubeconfigOf(state, source);
  const file = program === 'helm' ? await helmProgram(deps) : await kubectlProgram(source, deps);
  // What kubectl remembers of a cluster of ours goes with it.
  const cache = source.kind === 'given' ? {} : { KUBECACHEDIR: clusterFolder(state).kubectlCache };
  const env = { ...process.env, ...cache, KUBECONFIG };
  const child = spawn(file, args, { stdio: 'inherit', env });
  // The terminal sends Ctrl-C to both; the program decides what it means.
  process.on('SIGINT', () => {});
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return promise;
}

async function build({ node }: Of<'build'>): Promise<number> {
  const programs = [...SERVERS, 'kubectl', ...(node ? NODE_PROGRAMS : [])] as const;
  say(`the programs are in ${await buildPrograms(programs, deps)}`);
  return 0;
}

async function run(command: ClusterCommand): Promise<number> {
  if (command.kind === 'help') {
    process.stdout.write(CLUSTER_HELP);
    return 0;
  }
  const source = chooseSource(process.env, existsSync);
  switch (command.kind) {
    case 'up':
      return up(command, source);
    case 'down':
      return down(command, source);
    case 'status':
      return status(command, source);
    case 'kubeconfig':
      process.stdout.write(`${await kubeconfigOf(command.state, source)}\n`);
      return 0;
    case 'run':
      return pass(command, source);
    case 'load':
      return load(command);
    case 'build':
      return build(command);
    default:
      return command satisfies never;
  }
}

async function main(args: readonly string[]): Promise<number> {
  let command: ClusterCommand;
  try {
    command = parseCluster(args, DEFAULT_STATE);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`${error.message} See ./scripts/cluster --help`);
    return 2;
  }
  return run(command);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

/** A cluster for tests: one of the tester's, or a control plane of our own that goes with the process. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../services/core/clock.ts';
import { SetupError } from '../../../services/core/errors.ts';
import { isBuilt, type BuildDeps } from '../../lib/cluster/build.ts';
import {
  startApiServer,
  startControlPlane,
  stopApiServer,
  stopControlPlane,
} from '../../lib/cluster/controlPlane.ts';
import { clusterFolder } from '../../lib/cluster/folder.ts';
import { choosePorts } from '../../lib/cluster/ports.ts';
import { isRunning, recordOf } from '../../lib/cluster/processes.ts';
import {
  kubectlProgram,
  requireControllers,
  serverPrograms,
  type ServerPrograms,
} from '../../lib/cluster/programs.ts';
import { SERVERS, type Program } from '../../lib/cluster/recipes.ts';
import { chooseSource, clusterCache, type Environment } from '../../lib/cluster/source.ts';
import { watchOver } from './keeper.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';

/** The API server of a cluster of our own, to be taken away and given back. */
export interface ApiServer {
  /** Where everything of the cluster lies; the log of the server as well. */
  readonly state: string;
  stop(): Promise<void>;
  /** On the same port, with the same data; done when it is ready. */
  start(): Promise<void>;
}

export interface TestCluster {
  /** Path of a kubeconfig with full rights. */
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  /** Undefined when the cluster is the tester's. */
  readonly apiServer: ApiServer | undefined;
  /** Ends a cluster of our own, and leaves nothing of it. */
  stop(): Promise<void>;
}

const PROGRAMS = [...SERVERS, 'kubectl'] as const;

const tell = (line: string): void => {
  process.stderr.write(`duckmon: ${line}\n`);
};

/**
 * The cluster that the environment names, else a new control plane. Builds nothing: that takes minutes,
 * and `./scripts/test` has done it.
 * @throws SetupError with what to do when there is no cluster to be had.
 */
export async function startTestCluster(
  env: Environment = process.env,
  say: (line: string) => void = tell,
): Promise<TestCluster> {
  const deps = { env, clock: systemClock, say };
  const source = chooseSource(env, existsSync);
  requireControllers(source);
  if (source.kind === 'built') requireBuilt(PROGRAMS, env, 'build');
  const kubectl = await kubectlProgram(source, deps);
  if (source.kind !== 'given') return startOwn(await serverPrograms(source, deps), kubectl, deps);
  const cache = mkdtempSync(path.join(os.tmpdir(), 'duckmon-kubectl-'));
  return {
    kubeconfig: source.kubeconfig,
    kubectl: createKubectl(kubectl, source.kubeconfig, cache),
    apiServer: undefined,
    stop: async () => rmSync(cache, { recursive: true, force: true }),
  };
}

/**
 * @param command of ./scripts/cluster that builds them.
 * @throws SetupError that names what is missing.
 */
export function requireBuilt(
  programs: readonly Program[],
  env: Environment,
  command: string,
): void {
  const missing = programs.filter((program) => !isBuilt(program, env));
  if (missing.length > 0)
    throw new SetupError(
      `The tests need a cluster, and ${missing.join(', ')} is not built yet: run ./scripts/cluster ${command} once (it takes minutes), or set KUBEBUILDER_ASSETS or DUCKMON_TEST_KUBECONFIG.`,
    );
}

/** A cluster of our own that goes with this process. */
export async function startOwn(
  programs: ServerPrograms,
  kubectl: string,
  deps: BuildDeps,
): Promise<TestCluster & { readonly apiServer: ApiServer }> {
  const parent = path.join(clusterCache(deps.env), 'tests');
  mkdirSync(parent, { recursive: true });
  await sweep(parent, deps);
  const state = path.join(parent, `${process.pid}-${randomBytes(4).toString('hex')}`);
  const keeper = watchOver(state);
  try {
    await startControlPlane(state, programs, choosePorts, deps);
  } catch (error) {
    keeper.dismiss();
    throw error;
  }
  const { kubeconfig, kubectlCache } = clusterFolder(state);
  return {
    kubeconfig,
    kubectl: createKubectl(kubectl, kubeconfig, kubectlCache),
    apiServer: {
      state,
      stop: () => stopApiServer(state, deps),
      start: () => startApiServer(state, deps),
    },
    stop: async () => {
      await stopControlPlane(state, deps);
      keeper.dismiss();
    },
  };
}

/** Ends the clusters of test processes that were killed. A folder begins with the id of its process. */
async function sweep(parent: string, deps: BuildDeps): Promise<void> {
  for (const name of readdirSync(parent)) {
    const pid = Number.parseInt(name, 10);
    if (!(pid > 0) || (await isRunning(await recordOf(pid)))) continue;
    if (!name.endsWith('.lock'))
      deps.say(`ending the cluster that the killed test process ${pid} left`);
    await stopControlPlane(path.join(parent, name), deps);
    rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

/** A cluster with a node for tests: pods run in it, and policies are enforced. */
import path from 'node:path';
import { systemClock } from '../../../services/core/clock.ts';
import { SetupError } from '../../../services/core/errors.ts';
import { clusterFolder, readRecord, type NodeRecord } from '../../lib/cluster/folder.ts';
import { nodeFiles } from '../../lib/cluster/node/configuration.ts';
import { importImage } from '../../lib/cluster/node/images.ts';
import { runInNode } from '../../lib/cluster/node/namespaces.ts';
import { enforcePolicies, stopEnforcing } from '../../lib/cluster/node/policies.ts';
import { rebootNode } from '../../lib/cluster/node/reboot.ts';
import { requireNode } from '../../lib/cluster/node/requirements.ts';
import { nodePrograms } from '../../lib/cluster/programs.ts';
import { NODE_PROGRAMS, SERVERS } from '../../lib/cluster/recipes.ts';
import { clusterCache, type Environment } from '../../lib/cluster/source.ts';
import { requireBuilt, startOwn, type ApiServer, type TestCluster } from './cluster.ts';

export interface TestNode extends TestCluster {
  readonly apiServer: ApiServer;
  /**
   * Gives the node an image.
   * @returns its name by digest.
   */
  load(archive: string): Promise<string>;
  /** Takes the rules away that feed the policy agent, until `enforcePolicies`. */
  stopEnforcing(): Promise<void>;
  enforcePolicies(): Promise<void>;
  /** Gives the node an address beside its own, until it is rebooted: nobody listens there, but who asks is refused. */
  answerAt(address: string): Promise<void>;
  /** Ends kubelet, containerd and all containers at once, and starts the node anew. */
  reboot(): Promise<void>;
}

const tell = (line: string): void => {
  process.stderr.write(`duckmon: ${line}\n`);
};

/**
 * Starts a node. Builds nothing: that takes minutes, and `./scripts/cluster build --node` has done it.
 * @throws SetupError with one sentence when this machine cannot have a node.
 */
export async function startTestNode(
  env: Environment = process.env,
  say: (line: string) => void = tell,
): Promise<TestNode> {
  requireBuilt([...SERVERS, 'kubectl', ...NODE_PROGRAMS], env, 'build --node');
  requireNode([clusterCache(env)], say);
  const deps = { env, clock: systemClock, say };
  const programs = await nodePrograms(deps);
  const folder = programs.node ?? '';
  const cluster = await startOwn(programs, path.join(folder, 'kubectl'), deps);
  const state = clusterFolder(cluster.apiServer.state);
  const node = (): NodeRecord => {
    const record = readRecord(state)?.node;
    if (record === undefined) throw new SetupError(`There is no node in ${state.path}.`);
    return record;
  };
  return {
    ...cluster,
    load: (archive) => importImage(folder, nodeFiles(state.node).socket, archive),
    stopEnforcing: () => stopEnforcing(node()),
    enforcePolicies: () => enforcePolicies(node()),
    answerAt: (address) =>
      runInNode(node(), [['ip', 'address', 'add', `${address}/32`, 'dev', 'lo']]),
    reboot: () => rebootNode(state, systemClock),
  };
}

/** The whole system, installed by its chart from images of this checkout on a node of its own. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../../services/core/clock.ts';
import { chartFolder } from '../../generate-chart.ts';
import { POD_ADDRESSES } from '../../lib/cluster/node/addresses.ts';
import type { ImageName } from '../../lib/images/build.ts';
import { root } from '../../lib/prepare.ts';
import type { Kubectl } from '../cluster/kubectl.ts';
import { startTestNode, type TestNode } from '../cluster/node.ts';
import { openHelm, type Helm, type Values } from '../helm/helm.ts';
import { packImages } from './packed.ts';
import { giveRedis } from './redis.ts';
import { startWorld, type World } from './world.ts';

export const NAMESPACE = 'duckmon';
/** Of a team, whose monitors are watched. */
export const TEAM = 'team-a';
export const HOSTNAME = 'mon.duckmon.test';

const MINUTE_MS = 60_000;
/** All of it: a slow machine builds images for minutes. */
const START_MS = 10 * MINUTE_MS;

export interface System {
  readonly node: TestNode;
  readonly helm: Helm;
  readonly world: World;
  readonly values: Values;
  /** In the namespace of the release. */
  readonly kubectl: Kubectl;
  /** `kubectl monitor`, as a person runs it. */
  readonly monitor: (...args: readonly string[]) => Promise<string>;
  /** Applies objects, in the namespace that they name. */
  readonly apply: (...objects: readonly object[]) => Promise<void>;
  /** The text of a JSON path; empty when there is none. */
  readonly read: (what: string, path: string, namespace?: string) => Promise<string>;
  /**
   * Installs or upgrades the release; done when the platform and all workloads are ready.
   * @param chart this checkout's when absent
   */
  readonly install: (values: Values, chart?: string) => Promise<void>;
  /** How long things took, in ms, by what they are called in the README. */
  readonly times: Map<string, number>;
}

export const say = (line: string): void => void process.stderr.write(`duckmon: ${line}\n`);

const run = promisify(execFile);

/** To be called in `describe`; the node goes with it. */
export function useSystem(): () => System {
  let running: RunningSystem | undefined;
  before(async function () {
    this.timeout(START_MS);
    running = await startSystem();
  });
  after(async function () {
    this.timeout(2 * MINUTE_MS);
    await running?.stop();
  });
  return () => {
    if (!running) throw new Error('The system is not up.');
    return running.system;
  };
}

export interface RunningSystem {
  readonly system: System;
  /** Ends the node and all that was started for it. */
  stop(): Promise<void>;
}

/** A node with the images of this checkout and the namespaces; nothing is installed yet. */
export async function startSystem(): Promise<RunningSystem> {
  // Packing needs no node, and a node mostly waits.
  const [packing, starting] = await Promise.allSettled([packImages(say), startTestNode()]);
  if (packing.status === 'rejected' || starting.status === 'rejected') {
    if (packing.status === 'fulfilled') packing.value.remove();
    if (starting.status === 'fulfilled') await starting.value.stop();
    throw [packing, starting].find((one) => one.status === 'rejected')?.reason;
  }
  const images = packing.value;
  const node = starting.value;
  const parts: { helm?: Helm; world?: World } = {};
  const stop = async (): Promise<void> => {
    parts.helm?.remove();
    await parts.world?.stop();
    await node.stop();
  };
  try {
    const helm = (parts.helm = await openHelm(node.kubeconfig));
    const world = (parts.world = await startWorld());
    const redis = await giveRedis(node, say);
    for (const archive of images.archives) await node.load(archive);
    const system = systemIn({ node, helm, world, redis, digests: images.digests });
    await prepareNamespaces(system);
    return { system, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    images.remove();
  }
}

interface Started {
  readonly node: TestNode;
  readonly helm: Helm;
  readonly world: World;
  readonly digests: Readonly<Record<ImageName, string>>;
  /** Name of an image. */
  readonly redis: string;
}

/** As the README says, with what lies outside opened by name. */
const valuesFor = ({ digests, redis, world }: Started): Values => ({
  HOSTNAME,
  image: { digest: digests.duckmon },
  browserImage: { digest: digests['duckmon-browser'] },
  postgres: { bundled: { image: { digest: digests['duckmon-postgres'] } } },
  redis: { mode: 'bundled', bundled: { image: redis } },
  namespaces: { list: [TEAM] },
  ingress: { enabled: true, trustedProxies: [POD_ADDRESSES] },
  model: { baseUrl: world.model.url },
  platform: {
    egress: { allow: [{ cidr: `${new URL(world.site.url).hostname}/32`, ports: world.ports }] },
  },
});

function systemIn(started: Started): System {
  const { node, helm, world } = started;
  const times = new Map<string, number>();
  const values = valuesFor(started);
  const kubectl: Kubectl = (args, input) => node.kubectl(['-n', NAMESPACE, ...args], input);
  return {
    node,
    helm,
    world,
    values,
    kubectl,
    times,
    monitor: async (...args) => {
      const program = path.join(root, 'scripts', 'kubectl-monitor.mjs');
      const env = { ...process.env, KUBECONFIG: node.kubeconfig };
      const { stdout } = await run(process.execPath, [program, ...args], { env });
      return stdout;
    },
    apply: async (...items) => {
      const list = { apiVersion: 'v1', kind: 'List', items };
      await node.kubectl(['apply', '-f', '-'], JSON.stringify(list));
    },
    read: (what, field, namespace = NAMESPACE) =>
      node.kubectl(['-n', namespace, 'get', what, '--ignore-not-found', '-o', `jsonpath=${field}`]),
    install: async (given, chart = chartFolder) => {
      const args = ['upgrade', '--install', 'duckmon', chart, '-n', NAMESPACE, '-f', '-'];
      await helm.run(args, JSON.stringify(given));
      await rollOut(kubectl);
    },
  };
}

/** Waits until every workload runs as it was asked for last, and the platform is Ready. */
export async function rollOut(kubectl: Kubectl): Promise<void> {
  const patience = '--timeout=180s';
  await kubectl(['wait', '--for=create', 'mplat/default', patience]);
  const all = await kubectl(['get', 'deployments,statefulsets', '-o', 'name']);
  for (const name of all.trim().split('\n')) await kubectl(['rollout', 'status', name, patience]);
  await kubectl(['wait', '--for=condition=Ready', 'mplat/default', patience]);
}

const namespaceOf = (name: string, labels: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted', ...labels } },
});

export const prepareNamespaces = ({ apply }: System): Promise<void> =>
  apply(namespaceOf(NAMESPACE), namespaceOf(TEAM));

/** Runs something and remembers how long it took. */
export async function timed<T>(system: System, what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  const took = performance.now() - startedAt;
  system.times.set(what, took);
  say(`e2e: ${what}: ${(took / 1000).toFixed(1)} s`);
  return result;
}

/**
 * Asks until the answer is one.
 * @throws Error with the last that was said when it takes too long.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  patienceMs = MINUTE_MS,
): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  let said: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      said = error;
    }
    if (performance.now() >= giveUpAt)
      throw new Error(`Waited in vain for ${what}.`, { cause: said });
    await systemClock.sleep(250);
  }
}

/** Many MonitorJobs on a real API server: made, given a status without an operator, and taken away. */
import { root } from '../../lib/prepare.ts';
import path from 'node:path';
import { transportOf } from '../../../crds/testing/server.ts';
import { install } from '../../../operator/src/install.ts';
import { MONITOR_JOBS } from '../../../operator/src/resources.ts';
import { systemClock } from '../../../services/core/clock.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import { createLog } from '../../../services/core/log.ts';
import { startTestCluster, type TestCluster } from '../../testing/cluster/cluster.ts';
import { expectContent } from '../lib/report.ts';

export const NAMESPACE = 'bench';

/** Requests that are on their way at a time; as many as the operator has workers. */
const AT_ONCE = 8;
const PAGE = 500;
const PATIENCE_MS = 60_000;
const LOOK_MS = 20;

export interface JobServer {
  readonly cluster: TestCluster;
  /** Makes so many jobs; `then` follows each in the same worker. */
  readonly create: (count: number, then?: (name: string) => Promise<unknown>) => Promise<void>;
  /** One status by a merge patch, as small as it can be and Ready. */
  readonly patchStatus: (name: string) => Promise<unknown>;
  /** Statuses by merge patches, as fast as it can. */
  readonly patchAll: (count: number) => Promise<void>;
  /**
   * Waits until so many jobs are there and each is Ready: a count of writes that reads as many may have
   * two of one job in it.
   * @throws ContentError when they never are.
   */
  readonly whenReady: (count: number) => Promise<void>;
  /** What a list says that changes with each write. */
  readonly version: () => Promise<string>;
  readonly clear: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const nameOf = (at: number): string => `job-${at}`;

/** As kubectl apply leaves it, its second copy included. */
function manifestOf(name: string): object {
  const body = {
    apiVersion: 'mon.duckerhub.com/v1alpha1',
    kind: 'MonitorJob',
    metadata: { name, namespace: NAMESPACE, annotations: {} },
    spec: {
      sources: [{ name: 'page', url: `https://shop.example/${name}` }],
      schedule: { interval: '15m' },
      goal: { prompt: 'Tell me when the price changes.' },
    },
  };
  const applied = {
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(body),
  };
  return { ...body, metadata: { ...body.metadata, annotations: applied } };
}

const READY = ['Accepted', 'Scheduled', 'Ready', 'Healthy', 'BudgetOK', 'Paused'].map((type) => ({
  type,
  status: 'True',
  reason: type,
  message: '',
  observedGeneration: 1,
  lastTransitionTime: '2026-03-10T12:00:00Z',
}));

async function inParallel(count: number, work: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Starts an API server of its own, with the kinds. */
export async function startJobServer(): Promise<JobServer> {
  const cluster = await startTestCluster();
  const transport = transportOf(cluster);
  const deps = { transport, clock: systemClock, log: createLog('bench', 'silent') };
  await install(path.join(root, 'crds'), NAMESPACE, deps);
  const patchStatus = (name: string): Promise<unknown> =>
    transport.mergePatch(
      MONITOR_JOBS,
      { namespace: NAMESPACE, name },
      {
        status: {
          observedGeneration: 1,
          pool: { namespace: NAMESPACE, name: 'local' },
          conditions: READY,
        },
      },
      { subresource: 'status' },
    );
  return {
    cluster,
    create: (count, then) =>
      inParallel(count, async (at) => {
        const how = { fieldManager: 'kubectl-client-side-apply' };
        await transport.create(MONITOR_JOBS, manifestOf(nameOf(at)) as never, how);
        await then?.(nameOf(at));
      }),
    patchStatus,
    patchAll: (count) => inParallel(count, (at) => patchStatus(nameOf(at))),
    whenReady: (count) => whenReady(transport, count),
    version: async () => {
      const { items } = await transport.list(MONITOR_JOBS, { namespace: NAMESPACE });
      return items.map((job) => job.metadata.resourceVersion).join();
    },
    clear: async () => {
      await cluster.kubectl(['-n', NAMESPACE, 'delete', 'monitorjobs', '--all', '--wait=false']);
    },
    stop: async () => {
      transport.close();
      await cluster.stop();
    },
  };
}

async function whenReady(transport: Transport, count: number): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const { there, ready } = await look(transport);
    if (there === count && ready === count) return;
    expectContent(
      performance.now() < end,
      `Of ${count} jobs ${there} are there and ${ready} are Ready.`,
    );
    await systemClock.sleep(LOOK_MS);
  }
}

async function look(transport: Transport): Promise<{ there: number; ready: number }> {
  let [there, ready] = [0, 0];
  let token: string | undefined;
  do {
    const page = await transport.list(MONITOR_JOBS, {
      namespace: NAMESPACE,
      limit: PAGE,
      continue: token,
    });
    there += page.items.length;
    ready += page.items.filter(({ status }) =>
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
    ).length;
    token = page.metadata.continue || undefined;
  } while (token !== undefined);
  return { there, ready };
}

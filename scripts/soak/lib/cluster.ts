/** An API server with our kinds, a scheduler in memory, and jobs: where the soaks of the operator run. */
import path from 'node:path';
import { transportOf } from '../../../crds/testing/server.ts';
import type { MonitorJob } from '../../../crds/types/monitorjob.ts';
import { install } from '../../../operator/src/install.ts';
import { MONITOR_JOBS } from '../../../operator/src/resources.ts';
import { startTestScheduler, type TestScheduler } from '../../../operator/src/testing/scheduler.ts';
import { systemClock } from '../../../services/core/clock.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import { createLog } from '../../../services/core/log.ts';
import { job } from '../../../services/core/manifest/testing/samples.ts';
import { testKeys, type TestKeys } from '../../../services/core/testing/keys.ts';
import { root } from '../../lib/prepare.ts';
import { startTestCluster, type TestCluster } from '../../testing/cluster/cluster.ts';

/** A namespace of the API server, with a scheduler of its own. */
export interface Ground {
  readonly cluster: TestCluster;
  readonly namespace: string;
  readonly transport: Transport;
  readonly scheduler: TestScheduler;
  readonly keys: TestKeys;
  create(name: string): Promise<MonitorJob>;
  isReady(name: string): Promise<boolean>;
}

export interface Grounds {
  readonly grounds: readonly Ground[];
  stop(): Promise<void>;
}

/** One API server, and so many namespaces that know nothing of one another. */
export async function startGrounds(count: number): Promise<Grounds> {
  const cluster = await startTestCluster();
  const transport = transportOf(cluster);
  const grounds: Ground[] = [];
  for (let at = 0; at < count; at += 1)
    grounds.push(await groundIn(`soak-${at}`, cluster, transport));
  return {
    grounds,
    stop: async () => {
      await Promise.all(grounds.map(({ scheduler }) => scheduler.stop()));
      transport.close();
      await cluster.stop();
    },
  };
}

async function groundIn(
  namespace: string,
  cluster: TestCluster,
  transport: Transport,
): Promise<Ground> {
  const log = createLog('soak', 'silent');
  await install(path.join(root, 'crds'), namespace, { transport, clock: systemClock, log });
  const keys = testKeys();
  const scheduler = await startTestScheduler(keys);
  return {
    cluster,
    namespace,
    transport,
    scheduler,
    keys,
    create: (name) => {
      const manifest = job({ 'metadata.name': name, 'metadata.namespace': namespace });
      return transport.create(MONITOR_JOBS, manifest as unknown as MonitorJob);
    },
    isReady: async (name) => {
      const { status } = await transport.get(MONITOR_JOBS, { namespace, name });
      return (
        status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false
      );
    },
  };
}

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

export const NAMESPACE = 'soak';

export interface Ground {
  readonly cluster: TestCluster;
  readonly transport: Transport;
  readonly scheduler: TestScheduler;
  readonly keys: TestKeys;
  create(name: string): Promise<MonitorJob>;
  isReady(name: string): Promise<boolean>;
  stop(): Promise<void>;
}

export async function startGround(): Promise<Ground> {
  const cluster = await startTestCluster();
  const transport = transportOf(cluster);
  const log = createLog('soak', 'silent');
  await install(path.join(root, 'crds'), NAMESPACE, { transport, clock: systemClock, log });
  const keys = testKeys();
  const scheduler = await startTestScheduler(keys);
  return {
    cluster,
    transport,
    scheduler,
    keys,
    create: (name) => {
      const manifest = job({ 'metadata.name': name, 'metadata.namespace': NAMESPACE });
      return transport.create(MONITOR_JOBS, manifest as unknown as MonitorJob);
    },
    isReady: async (name) => {
      const { status } = await transport.get(MONITOR_JOBS, { namespace: NAMESPACE, name });
      return (
        status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false
      );
    },
    stop: async () => {
      await scheduler.stop();
      transport.close();
      await cluster.stop();
    },
  };
}

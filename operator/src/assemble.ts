/** Puts the controllers together into one manager: a kind more is a line in `SET_UPS`. */
import type { Transport } from '../../services/core/kube/transport.ts';
import type { Metrics } from '../../services/core/metrics.ts';
import { createBase, type Base, type Part } from './base.ts';
import type { OperatorConfig } from './config.ts';
import { setUpIsolation } from './controllers/isolation/setUp.ts';
import { setUpJobs } from './controllers/monitorjob/setUp.ts';
import { setUpPlatform } from './controllers/monitorplatform/setUp.ts';
import { setUpChannels } from './controllers/notificationchannel/setUp.ts';
import { setUpPools } from './controllers/workerpool/setUp.ts';
import type { Cache } from './kube/caches.ts';
import { createManager, type AnyReflector, type Manager } from './kube/manager.ts';
import { createKubeMetrics } from './kube/metrics.ts';
import type { StartDeps } from './start.ts';

export interface AssembleDeps extends StartDeps {
  readonly transport: Transport;
  readonly metrics: Metrics;
}

export interface Assembly {
  readonly manager: Manager;
  close(): Promise<void>;
}

const LEASE = 'duckmon-operator';

type SetUp = (base: Base) => Part;
const SET_UPS: readonly SetUp[] = [setUpJobs, setUpChannels, setUpPlatform];
/** What makes pods: on a laptop the workers are processes. */
const CLUSTER_SET_UPS: readonly SetUp[] = [setUpPools, setUpIsolation];

/** Builds everything; nothing runs before `manager.run`. */
export function assemble(config: OperatorConfig, deps: AssembleDeps): Assembly {
  const { transport, clock, log, random, newId } = deps;
  const metrics = createKubeMetrics(deps.metrics);
  const common = { transport, clock, log, random, newId, metrics };
  const base = createBase(config, common, deps, () => manager.term()?.fencing ?? 0);
  const setUps = [...SET_UPS, ...(config.pools === 'cluster' ? CLUSTER_SET_UPS : [])];
  const parts = setUps.map((setUp) => setUp(base));
  const manager: Manager = createManager(
    {
      namespace: config.namespace,
      name: LEASE,
      identity: config.identity,
      onLost: deps.onLost,
      reflectors: [...shared(base), ...parts.flatMap(({ reflectors = [] }) => reflectors)],
      controllers: parts.map(({ controller }) => controller),
      alsoLead: [
        (term) => base.link.run(term.signal),
        ...parts.flatMap(({ lead }) => (lead ? [lead] : [])),
      ],
    },
    common,
  );
  return {
    manager,
    close: async () => {
      await base.events.flush();
      await base.client.close();
    },
  };
}

const shared = ({ caches }: Base): readonly AnyReflector[] =>
  Object.values(caches).flatMap(
    (cache: Cache<never>) => cache.reflectors as readonly AnyReflector[],
  );

/** The objects of a WorkerPool: one pure builder a kind. */
import type {
  V1Deployment,
  V1Job,
  V1PodDisruptionBudget,
  V1Service,
  V1ServiceAccount,
} from '@kubernetes/client-node';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { DEFAULT_PORTS } from '../../../../services/core/contracts/ports.ts';
import type { KubeObject, ObjectMeta } from '../../../../services/core/kube/types.ts';
import { LABELS, LIFETIMES, PART_OF } from '../../names.ts';
import {
  componentOf,
  labelsOf,
  onceJobName,
  onceName,
  poolChildName,
  selectorOf,
  serviceAccountName,
  type Lifetime,
} from './names.ts';
import { podTemplate } from './pod.ts';
import type { PoolSetting } from './types.ts';

/** An object of the server's own kinds with our notion of metadata. */
export type Built<T> = Omit<T, 'metadata'> &
  KubeObject & { readonly metadata: ObjectMeta & { readonly name: string } };

const metadataOf = (pool: WorkerPool, name = poolChildName(pool)) => ({
  name,
  namespace: pool.metadata.namespace ?? '',
  labels: { ...labelsOf(pool), [LABELS.partOf]: PART_OF },
});

export const serviceAccount = ({ pool }: PoolSetting): Built<V1ServiceAccount> => ({
  metadata: metadataOf(pool, serviceAccountName(pool)),
  automountServiceAccountToken: false,
});

/** Headless: each pod is called by its own address. */
function headless(pool: WorkerPool, name: string, lifetime: Lifetime): Built<V1Service> {
  const component = componentOf(pool);
  return {
    metadata: metadataOf(pool, name),
    spec: {
      clusterIP: 'None',
      selector: selectorOf(pool, lifetime),
      ports: [
        { name: 'http', port: DEFAULT_PORTS[component], targetPort: 'http', protocol: 'TCP' },
      ],
    },
  };
}

/** The pods that stay; the scheduler calls the least busy first. */
export const service = ({ pool }: PoolSetting): Built<V1Service> =>
  headless(pool, poolChildName(pool), LIFETIMES.pool);

/** The pods that take one check each. */
export const onceService = ({ pool }: PoolSetting): Built<V1Service> =>
  headless(pool, onceName(pool), LIFETIMES.check);

/** One pod at a time may be taken from a pool of several; a pool of one may be drained. */
export const disruptionBudget = ({ pool }: PoolSetting): Built<V1PodDisruptionBudget> => ({
  metadata: metadataOf(pool),
  spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(pool) } },
});

/** Its number of pods is the pool's: whoever scales, scales the pool. */
export function deployment(setting: PoolSetting): Built<V1Deployment> {
  const { pool, replicas } = setting;
  return {
    metadata: metadataOf(pool),
    spec: {
      replicas,
      selector: { matchLabels: selectorOf(pool) },
      // a pod that leaves finishes its pages first; none is missed while its successor starts
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      revisionHistoryLimit: 3,
      template: podTemplate(setting, LIFETIMES.pool),
    },
  };
}

/** Longer than a check may take, so that a pod that hangs goes too. */
const ONCE_SECONDS = 900;
/** What is over stays for so long, for people; one that failed holds its check's next one up. */
const ONCE_TTL_SECONDS = 60;

/** A pod for one check. It is not tried again: its check waits on, and another is made for it. */
export const onceJob = (setting: PoolSetting, id: string): Built<V1Job> => ({
  metadata: metadataOf(setting.pool, onceJobName(setting.pool, id)),
  spec: {
    backoffLimit: 0,
    activeDeadlineSeconds: ONCE_SECONDS,
    ttlSecondsAfterFinished: ONCE_TTL_SECONDS,
    template: podTemplate(setting, LIFETIMES.check),
  },
});

/** The objects of a WorkerPool: one pure builder a kind. */
import type {
  V1Deployment,
  V1PodDisruptionBudget,
  V1Service,
  V1ServiceAccount,
} from '@kubernetes/client-node';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { DEFAULT_PORTS } from '../../../../services/core/contracts/ports.ts';
import type { KubeObject, ObjectMeta } from '../../../../services/core/kube/types.ts';
import { LABELS, PART_OF } from '../../names.ts';
import { componentOf, poolChildName, selectorOf, serviceAccountName } from './names.ts';
import { podTemplate } from './pod.ts';
import type { PoolSetting } from './types.ts';

/** An object of the server's own kinds with our notion of metadata. */
export type Built<T> = Omit<T, 'metadata'> &
  KubeObject & { readonly metadata: ObjectMeta & { readonly name: string } };

const metadataOf = (pool: WorkerPool, name = poolChildName(pool)) => ({
  name,
  namespace: pool.metadata.namespace ?? '',
  labels: { ...selectorOf(pool), [LABELS.partOf]: PART_OF },
});

export const serviceAccount = ({ pool }: PoolSetting): Built<V1ServiceAccount> => ({
  metadata: metadataOf(pool, serviceAccountName(pool)),
  automountServiceAccountToken: false,
});

/** Headless: the scheduler calls each pod by its own address, the least busy first. */
export function service({ pool }: PoolSetting): Built<V1Service> {
  const component = componentOf(pool);
  return {
    metadata: metadataOf(pool),
    spec: {
      clusterIP: 'None',
      selector: selectorOf(pool),
      ports: [
        { name: 'http', port: DEFAULT_PORTS[component], targetPort: 'http', protocol: 'TCP' },
      ],
    },
  };
}

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
      template: podTemplate(setting),
    },
  };
}

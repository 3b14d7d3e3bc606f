/** What the WorkerPool controller decides from. Plain data. */
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';

/** Where a pool's pods run and what they reach. */
export interface PoolSetting {
  readonly pool: WorkerPool;
  /** Namespace of the platform: of the egress proxy, and of every LLM pool. */
  readonly platformNamespace: string;
  /** Image when the pool names none, by digest. */
  readonly image: string;
  /** ClusterIP of the egress proxy; browser pods have no DNS to look it up. */
  readonly egressAddress: string;
  /** Names of login Secrets that jobs of this pool may use, sorted. */
  readonly logins: readonly string[];
  /** The operator scales: the number of pods. Undefined leaves it to somebody else. */
  readonly replicas: number | undefined;
}

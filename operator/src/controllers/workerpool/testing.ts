/** Pools that tests begin with. */
import type { WorkerPool, WorkerPoolSpec } from '../../../../crds/types/workerpool.ts';
import type { PoolSetting } from './types.ts';

/** A pool with the schema's defaults; `patch` replaces top-level fields of the spec. */
export const poolOf = (
  patch: Partial<WorkerPoolSpec> = {},
  metadata: Partial<WorkerPool['metadata']> = {},
): WorkerPool => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'WorkerPool',
  metadata: {
    name: 'browser',
    namespace: 'duckmon',
    uid: '33333333-3333-4333-8333-333333333333',
    generation: 1,
    ...metadata,
  },
  spec: {
    role: 'Browser',
    replicas: 1,
    slotsPerPod: 4,
    sandbox: 'SeccompLocalhost',
    recycle: { checks: 200, age: '30m', memory: '1Gi' },
    autoscaling: {
      mode: 'Operator',
      min: 1,
      max: 20,
      targetUtilizationPercent: 70,
      scaleDownDelay: '5m',
    },
    ...patch,
  },
});

export const settingOf = (patch: Partial<PoolSetting> = {}): PoolSetting => ({
  pool: poolOf(),
  platformNamespace: 'duckmon',
  image: 'registry.example/browser@sha256:abc',
  egressAddress: '10.96.0.40',
  logins: [],
  replicas: 2,
  ...patch,
});

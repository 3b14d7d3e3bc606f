/** Pools that tests begin with. */
import type { WorkerPool, WorkerPoolSpec } from '../../../../crds/types/workerpool.ts';
import type { CapacityReport } from '../../../../services/core/contracts/projection.ts';
import type { Deployment, PoolInput, PoolSetting } from './types.ts';

export const NOON = new Date('2026-03-10T12:00:00Z');

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
  workloadIdentity: 'off',
  logins: [],
  replicas: 2,
  ...patch,
});

/** A pool of browsers without jobs, whose Deployment is not there yet. */
export const inputOf = (patch: Partial<PoolInput> = {}): PoolInput => ({
  pool: poolOf(),
  platformNamespace: 'duckmon',
  image: 'registry.example/browser@sha256:abc',
  egressAddress: '10.96.0.40',
  workloadIdentity: 'off',
  logins: [],
  slots: 0,
  isAskedFor: false,
  duties: [],
  once: undefined,
  ungranted: [],
  measured: reportOf(),
  lowSince: undefined,
  deployment: undefined,
  nodesWithoutProfile: [],
  keys: undefined,
  now: NOON,
  ...patch,
});

/** A Deployment of which so many of the wanted pods are ready. */
export const deploymentOf = (
  wanted: number,
  ready: number,
  status: Deployment['status'] = {},
): Deployment => ({
  metadata: { name: 'duckmon-pool-browser', namespace: 'duckmon', generation: 2 },
  spec: { replicas: wanted },
  status: { observedGeneration: 2, replicas: wanted, readyReplicas: ready, ...status },
});

/** What the scheduler measured. */
export const reportOf = (patch: Partial<CapacityReport> = {}): CapacityReport => ({
  p95Ms: { http: 500, browser: 4000 },
  judgeP95Ms: 3000,
  judgedShare: 0.02,
  running: 0,
  slots: 32,
  queueAgeMs: 0,
  waiting: [],
  ...patch,
});

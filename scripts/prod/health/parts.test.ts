import assert from 'node:assert/strict';
import type { WorkerPool } from '../../../crds/types/workerpool.ts';
import type { Pod, Workload } from '../objects.ts';
import { partRows, releaseRow } from './parts.ts';

const matchLabels = { 'mon.duckerhub.com/component': 'api' };
const workload = (replicas: number, ready: number, labels = {}): Workload => ({
  kind: 'Deployment',
  metadata: { name: 'duckmon-api', labels },
  spec: { replicas, selector: { matchLabels } },
  status: {
    replicas: ready,
    updatedReplicas: ready,
    availableReplicas: ready,
    readyReplicas: ready,
  },
});
const rowsOf = (workloads: readonly Workload[], pods: readonly Pod[] = []) =>
  partRows({ workloads, pods, warnings: [], pools: [], platform: undefined });
const pool = (status: WorkerPool['status']): WorkerPool =>
  ({
    kind: 'WorkerPool',
    metadata: { name: 'browser' },
    spec: { role: 'Browser', replicas: 2 },
    status,
  }) as unknown as WorkerPool;
const poolRow = (status: WorkerPool['status']) =>
  partRows({
    workloads: [],
    pods: [],
    warnings: [],
    pools: [pool(status)],
    platform: undefined,
  })[0];

describe('prod-health: parts', () => {
  it('a release that is not deployed is bad', () => {
    const revision = { revision: 3, status: 'deployed', chart: 'duckmon-0.1.0' };
    assert.equal(releaseRow(revision, 'duckmon').state, 'ok');
    const failed = { ...revision, status: 'failed', description: 'timed out' };
    const { state, detail, next } = releaseRow(failed, 'duckmon');
    assert.deepEqual([state, detail], ['bad', 'failed: timed out']);
    assert.match(next ?? '', /helm rollback duckmon/);
  });

  it('a part that is rolled out is ok, with how often it began anew', () => {
    const pod: Pod = {
      kind: 'Pod',
      metadata: { name: 'x', labels: matchLabels },
      status: { containerStatuses: [{ name: 'api', ready: true, restartCount: 3 }] },
    };
    const [row] = rowsOf([workload(2, 2)], [pod]);
    assert.deepEqual([row?.state, row?.ready], ['ok', '2/2']);
    assert.match(row?.detail ?? '', /^restarts: 3; .*--previous/);
    assert.equal(rowsOf([workload(2, 2)])[0]?.detail, '');
  });

  it('a part that is not rolled out is bad, and its logs are named', () => {
    const [row] = rowsOf([workload(2, 1)]);
    assert.deepEqual([row?.state, row?.ready], ['bad', '1/2']);
    assert.match(
      row?.next ?? '',
      /^npm run prod-logs -- api, kubectl describe deployment\/duckmon-api/,
    );
  });

  it('a part without pods is bad, but for that of a pool, which scales to none', () => {
    assert.deepEqual(rowsOf([workload(0, 0)])[0]?.detail, 'scaled to zero');
    const ofPool = workload(0, 0, { 'mon.duckerhub.com/pool': 'browser' });
    assert.equal(rowsOf([ofPool])[0]?.state, 'ok');
  });

  it('a pool is as its condition Ready says', () => {
    const condition = (status: string) => ({ type: 'Ready', status, reason: 'R', message: 'why' });
    const status = (holds: string) =>
      ({ readyReplicas: 2, slots: 8, slotsNeeded: 5, conditions: [condition(holds)] }) as never;
    assert.deepEqual(poolRow(status('True')), {
      part: 'pool browser',
      state: 'ok',
      ready: '2/2',
      detail: 'Browser, 8 slots, 5 needed',
    });
    assert.deepEqual(
      [poolRow(status('False'))?.state, poolRow(status('False'))?.detail],
      ['bad', 'why'],
    );
    assert.equal(poolRow(undefined)?.state, 'note');
  });
});

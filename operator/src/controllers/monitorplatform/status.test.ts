import assert from 'node:assert/strict';
import type { MonitorPlatform, StatusKey } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { createStatusMemory, isUrgent, planStatus } from './status.ts';
import type { ClusterFindings, Findings } from './types.ts';

const key: StatusKey = {
  kid: 'one',
  ring: 'Internal',
  state: 'Current',
  fingerprint: 'f',
  created: '2026-01-01T00:00:00Z',
};
const stored = (status?: MonitorPlatform['status'], resourceVersion = '1'): MonitorPlatform =>
  ({ metadata: { uid: 'u', generation: 3, resourceVersion }, status }) as MonitorPlatform;
const pool = (slots: number, slotsNeeded: number, role = 'Browser'): WorkerPool =>
  ({ metadata: {}, spec: { role }, status: { slots, slotsNeeded } }) as unknown as WorkerPool;
const findings = (platform: MonitorPlatform, cluster?: Partial<ClusterFindings>): Findings => ({
  platform,
  cluster: cluster && {
    keys: { keys: [key], conditions: [] as never },
    keyProblems: [],
    nextRotation: new Date('2026-02-01T00:00:00.500Z'),
    enforced: undefined,
    pools: [],
    ...cluster,
  },
  freeze: { kind: 'answered', frozen: false },
  reachability: { kind: 'reached' },
  namespaces: 2,
  monitors: 5,
  version: '1.0.0',
});

describe('operator: status of the MonitorPlatform', () => {
  it('names keys, the next rotation, capacity of the browsers, and counts', () => {
    const pools = [pool(8, 3), pool(4, 5), pool(100, 100, 'LLM')];
    assert.deepEqual(planStatus(findings(stored(), { pools })), {
      observedGeneration: 3,
      version: '1.0.0',
      keys: [key],
      nextRotation: '2026-02-01T00:00:00Z',
      capacity: { slots: 12, needed: 8 },
      namespaces: 2,
      monitors: 5,
    });
  });
  it('keeps what it said of keys when this pass knows nothing of them: they count as lost otherwise', () => {
    const before = { keys: [key], nextRotation: '2026-02-01T00:00:00Z' };
    const { keys, nextRotation } = planStatus(findings(stored(before), { keys: undefined }));
    assert.deepEqual({ keys, nextRotation }, before);
  });
  it('has no capacity where workers are processes', () => {
    assert.equal('capacity' in planStatus(findings(stored())), false);
  });
  it('is urgent when keys have changed, and not for counts', () => {
    const status = planStatus(findings(stored(), {}));
    assert.equal(isUrgent(stored(), status), true);
    assert.equal(isUrgent(stored({ keys: [key] }), { ...status, monitors: 6 }), false);
  });
});

describe('operator: memory of the last status', () => {
  it('stands in for a cache that does not have it yet, and for no later version', () => {
    const memory = createStatusMemory();
    memory.wrote(stored(undefined, '1'), { monitors: 7 });
    assert.equal(memory.newest(stored(undefined, '1')).status?.monitors, 7);
    assert.equal(memory.newest(stored({ monitors: 8 }, '2')).status?.monitors, 8);
  });
});

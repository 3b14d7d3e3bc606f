import assert from 'node:assert/strict';
import type { InventoryRequest } from '../../../services/core/contracts/projection.ts';
import type { KubeObject } from '../../../services/core/kube/types.ts';
import { createLog } from '../../../services/core/log.ts';
import { workspacesIn } from '../workspaces.ts';
import { compareOnce, keepInventory, type InventoryDeps } from './inventory.ts';

const uidOf = (at: number): string => `00000000-0000-4000-8000-00000000000${at}`;
const object = (name: string, at: number, going = false): KubeObject => ({
  metadata: {
    namespace: 'team',
    name,
    uid: uidOf(at),
    ...(going ? { deletionTimestamp: '2026-03-10T12:00:00Z' } : {}),
  },
});

describe('operator: inventory', () => {
  let sent: Omit<InventoryRequest, 'term'>[] = [];
  let missing: string[] = [];
  let slept: number[] = [];
  let fail = 0;
  let retired: { workspace: string; name: string }[] = [];
  const never = new AbortController().signal;
  const deps = (monitors: KubeObject[], stop?: AbortController): InventoryDeps => ({
    client: {
      inventory: (request) => {
        sent.push(request);
        fail -= 1;
        if (fail >= 0) return Promise.reject(new Error('away'));
        const key = { workspace: 'team', name: 'b' };
        return Promise.resolve({
          retired: { monitors: retired, channels: [] },
          missing: { monitors: [key, { workspace: 'team', name: 'unknown' }], channels: [] },
        });
      },
    },
    stores: { monitors: { all: () => monitors }, channels: { all: () => [object('ops', 9)] } },
    workspaces: workspacesIn(undefined),
    clock: {
      now: () => new Date(0),
      monotonic: () => 0,
      sleep: (ms) => {
        slept.push(ms);
        if (slept.length === 2) stop?.abort();
        return Promise.resolve();
      },
    },
    log: createLog('operator', 'silent'),
    onMissing: (kind, key) => missing.push(`${kind} ${key}`),
  });
  beforeEach(() => {
    sent = [];
    missing = [];
    slept = [];
    fail = 0;
    retired = [];
  });

  it('names everything that lives, with its uid', async () => {
    await compareOnce(deps([object('a', 1), object('b', 2), object('c', 3, true)]), never);
    assert.deepEqual(sent, [
      {
        monitors: [
          ['team', 'a', uidOf(1)],
          ['team', 'b', uidOf(2)],
        ],
        channels: [['team', 'ops', uidOf(9)]],
      },
    ]);
  });

  it('tells of what the scheduler lacks, by its key in the cluster', async () => {
    await compareOnce(deps([object('a', 1), object('b', 2)]), never);
    assert.deepEqual(missing, ['monitors team/b']);
  });

  it('sends an object again that was made while the set was on its way and retired with it', async () => {
    retired = [
      { workspace: 'team', name: 'new' },
      { workspace: 'team', name: 'gone' },
    ];
    await compareOnce(deps([object('new', 4)]), never);
    assert.deepEqual(missing, ['monitors team/new']);
  });

  it('compares again after ten minutes, and sooner after a failure', async () => {
    const stop = new AbortController();
    fail = 1;
    await keepInventory(deps([], stop), stop.signal);
    assert.deepEqual(slept, [10_000, 600_000]);
  });
});

import assert from 'node:assert/strict';
import { ANNOTATIONS } from '../../names.ts';
import { planPool } from './plan.ts';
import { isUrgent, planStatus } from './status.ts';
import { deploymentOf, inputOf, NOON, poolOf } from './testing.ts';
import type { PoolConditionType, PoolInput } from './types.ts';

const statusOf = (patch: Partial<PoolInput> = {}) => {
  const input = inputOf(patch);
  return planStatus(input, planPool(input));
};
const claimOf = (type: PoolConditionType, patch: Partial<PoolInput> = {}) =>
  statusOf(patch).claims.find((claim) => claim.type === type) ?? assert.fail(type);
const short = (type: PoolConditionType, patch: Partial<PoolInput> = {}): string => {
  const { status, reason } = claimOf(type, patch);
  return `${status} ${reason}`;
};
const sandbox = (is: 'SeccompLocalhost' | 'RuntimeClass' | 'None') =>
  poolOf({ sandbox: is, ...(is === 'RuntimeClass' ? { runtimeClassName: 'gvisor' } : {}) });
const two = deploymentOf(3, 2);

describe('operator: conditions of a WorkerPool', () => {
  describe('Available', () => {
    it('is unknown until there are pods, and says what is waited for', () => {
      assert.equal(short('Available'), 'Unknown Pending');
      assert.match(claimOf('Available', { egressAddress: undefined }).message, /duckmon-egress/);
      const made = deploymentOf(2, 0, { observedGeneration: 1 });
      assert.equal(short('Available', { deployment: made }), 'Unknown Pending');
    });

    it('is true as soon as one pod is ready', () => {
      const { status, reason, message } = claimOf('Available', { deployment: two });
      assert.deepEqual(
        [status, reason, message],
        ['True', 'MinimumAvailable', '2 of 3 pods are ready.'],
      );
    });

    it('is true of a pool that sleeps, and says why it has no pod', () => {
      const none = { deployment: deploymentOf(0, 0) };
      const duty = {
        isDedicated: true,
        suspended: false,
        intervalMs: 3_600_000,
        nextCheck: new Date(NOON.getTime() + 1_800_000),
      };
      const why = (patch: Partial<PoolInput>) => claimOf('Available', { ...none, ...patch });
      assert.equal(short('Available', none), 'True ScaledToZero');
      assert.equal(why({}).message, 'No pod is wanted.');
      assert.match(why({ duties: [duty] }).message, /until a minute before the next check/);
      assert.match(why({ once: { waiting: [], named: [], jobs: [] } }).message, /a pod of its own/);
    });

    it('is unknown while the first pod starts, and false when it takes longer than a start may', () => {
      const waking = (seconds: number) => {
        const since = new Date(NOON.getTime() - seconds * 1000).toISOString();
        const condition = { type: 'Available', status: 'False', lastTransitionTime: since };
        return { deployment: deploymentOf(1, 0, { conditions: [condition] }) };
      };
      assert.equal(short('Available', waking(119)), 'Unknown Pending');
      assert.deepEqual(statusOf(waking(119)).events, []);
      assert.equal(short('Available', waking(120)), 'False MinimumUnavailable');
    });

    it('is false without a ready pod, with what the cluster says of it', () => {
      const conditions = [
        { type: 'Progressing', status: 'True', message: 'progressing' },
        { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' },
      ];
      const { status, message } = claimOf('Available', {
        deployment: deploymentOf(2, 0, { conditions }),
      });
      assert.deepEqual([status, message], ['False', 'None of 2 pods is ready: exceeded quota']);
      const slow = [{ type: 'Progressing', status: 'False', message: 'deadline exceeded' }];
      const late = claimOf('Available', { deployment: deploymentOf(2, 0, { conditions: slow }) });
      assert.match(late.message, /deadline exceeded/);
    });
  });

  describe('Sandboxed', () => {
    it('C22 is unknown until a pod has started with the profile', () => {
      assert.equal(short('Sandboxed'), 'Unknown Pending');
      assert.equal(short('Sandboxed', { deployment: two }), 'True Sandboxed');
    });

    it('C22 is true of a pool without pods, since none starts without the profile', () => {
      const none = { deployment: deploymentOf(0, 0) };
      assert.equal(short('Sandboxed', none), 'True Sandboxed');
      assert.match(claimOf('Sandboxed', none).message, /none starts without duckmon/);
      const missing = { ...none, nodesWithoutProfile: ['node-1'] };
      assert.equal(short('Sandboxed', missing), 'False ProfileMissing');
    });

    it('C22 is false when a node lacks the profile, and names the node', () => {
      const { status, reason, message } = claimOf('Sandboxed', {
        deployment: two,
        nodesWithoutProfile: ['node-1', 'node-2'],
      });
      assert.deepEqual([status, reason], ['False', 'ProfileMissing']);
      assert.match(message, /duckmon\/chromium\.json is missing on node-1, node-2: install it/);
    });

    it('C22 is never silent about a pool without a sandbox', () => {
      const patch = { pool: sandbox('None'), deployment: two };
      assert.equal(short('Sandboxed', patch), 'False SandboxOff');
      assert.deepEqual(
        statusOf(patch).events.map(({ type, reason }) => [type, reason]),
        [['Warning', 'SandboxOff']],
      );
      assert.match(claimOf('Ready', patch).message, /spec\.sandbox is None/);
    });

    it('is left to the RuntimeClass where the pool has one, and not needed by role LLM', () => {
      const { status, message } = claimOf('Sandboxed', { pool: sandbox('RuntimeClass') });
      assert.deepEqual([status, message], ['True', 'By the RuntimeClass gvisor.']);
      assert.equal(short('Sandboxed', { pool: poolOf({ role: 'LLM' }) }), 'True NotNeeded');
    });
  });

  describe('KeysCurrent', () => {
    const said = (waitingFor: string[], unasked: string[]) => ({ keys: { waitingFor, unasked } });

    it('is unknown without a table, true when nobody lags, else names who does', () => {
      assert.equal(short('KeysCurrent'), 'Unknown Pending');
      assert.equal(short('KeysCurrent', said([], [])), 'True AllCurrent');
      const names = Array.from({ length: 12 }, (_, index) => `pod-${index}`);
      const { status, reason, message } = claimOf('KeysCurrent', said(names, ['pod-x']));
      assert.deepEqual([status, reason], ['False', 'WaitingForReaders']);
      assert.match(message, /pod-0, .*pod-9 and 2 more\.$/);
    });

    it('is unknown while the scheduler has not asked a pod, and names it', () => {
      assert.equal(short('KeysCurrent', said([], ['pod-x'])), 'Unknown Pending');
      assert.match(claimOf('KeysCurrent', said([], ['pod-x'])).message, /not asked pod-x/);
    });
  });

  describe('Ready', () => {
    it('follows Available', () => {
      assert.equal(short('Ready'), 'Unknown Pending');
      assert.equal(short('Ready', { deployment: two }), 'True Ready');
      assert.equal(short('Ready', { deployment: deploymentOf(2, 0) }), 'False NotAvailable');
    });

    it('is false while the profile is missing, and true of a pool that does without a sandbox', () => {
      const missing = { deployment: two, nodesWithoutProfile: ['node-1'] };
      assert.equal(short('Ready', missing), 'False NotSandboxed');
      assert.equal(short('Ready', { deployment: two, pool: sandbox('None') }), 'True Ready');
    });

    it('F30 says ModelOutsidePlatform, and where the pool belongs', () => {
      const pool = poolOf({ role: 'LLM' }, { namespace: 'team' });
      const { reason, message } = claimOf('Ready', { pool, deployment: two });
      assert.equal(reason, 'ModelOutsidePlatform');
      assert.match(message, /namespace of the platform, duckmon/);
      assert.equal(short('Available', { pool }), 'False MinimumUnavailable');
    });

    it('is unknown while something of somebody else is missing, though old pods run', () => {
      const patch = { deployment: two, egressAddress: undefined };
      assert.equal(short('Ready', patch), 'Unknown Pending');
      assert.equal(short('Available', patch), 'True MinimumAvailable');
    });

    it('is never silent about targets that the platform does not grant, though the pods work', () => {
      const patch = { deployment: two, ungranted: ['10.1.0.0/16 port 80'] };
      assert.equal(short('Ready', patch), 'True Ready');
      assert.match(claimOf('Ready', patch).message, /cannot reach 10\.1\.0\.0\/16 port 80/);
      const both = { ...patch, pool: sandbox('None') };
      assert.match(claimOf('Ready', both).message, /spec\.sandbox is None.*cannot reach/);
    });

    it('points to the Events of a dry run', () => {
      const pool = poolOf({}, { annotations: { [ANNOTATIONS.dryRun]: 'true' } });
      assert.match(claimOf('Ready', { pool }).message, /see the Events/);
    });
  });

  it('says Paused under the pause annotation', () => {
    const pool = poolOf({}, { annotations: { [ANNOTATIONS.reconcile]: 'disabled' } });
    assert.equal(short('Paused', { pool }), 'True ReconcileDisabled');
    assert.equal(short('Paused'), 'False NotPaused');
  });
});

describe('operator: status of a WorkerPool', () => {
  it('has what /scale reads and the slots of the ready pods', () => {
    const pool = poolOf({ slotsPerPod: 3 }, { generation: 7 });
    assert.deepEqual(statusOf({ pool, deployment: two, slots: 4.2 }).status, {
      observedGeneration: 7,
      replicas: 3,
      readyReplicas: 2,
      slots: 6,
      slotsNeeded: 5,
      selector:
        'mon.duckerhub.com/pool=browser,mon.duckerhub.com/component=browser,mon.duckerhub.com/lifetime=pool',
    });
  });

  it('tells a condition by an Event when it turns bad, and not again', () => {
    const deployment = deploymentOf(2, 0);
    const first = statusOf({ deployment });
    assert.deepEqual(
      first.events.map(({ reason, note }) => [reason, note]),
      [['MinimumUnavailable', 'None of 2 pods is ready.']],
    );
    const conditions = first.claims.map((claim) => ({
      ...claim,
      observedGeneration: 1,
      lastTransitionTime: '2026-03-10T12:00:00Z',
    }));
    const pool = { ...poolOf(), status: { conditions } };
    assert.deepEqual(statusOf({ pool, deployment }).events, []);
  });

  it('is written at once when a scaler waits for it, and later when only the need moves', () => {
    const { status } = statusOf({ deployment: two });
    assert.equal(isUrgent(undefined, status), true);
    assert.equal(isUrgent(status, { ...status, replicas: 4 }), true);
    assert.equal(isUrgent(status, { ...status, slots: 4 }), true);
    assert.equal(isUrgent(status, { ...status, slotsNeeded: 40 }), false);
  });
});

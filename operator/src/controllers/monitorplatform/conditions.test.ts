import assert from 'node:assert/strict';
import type { MonitorPlatform } from '../../../../crds/types/monitorplatform.ts';
import type { WorkerPool } from '../../../../crds/types/workerpool.ts';
import { ANNOTATIONS, CONDITIONS } from '../../names.ts';
import { claimsOf, notTheOne } from './conditions.ts';
import type { ClusterFindings, Findings, PlatformClaim } from './types.ts';

const platform = (suspend = false, annotations = {}): MonitorPlatform =>
  ({ metadata: { name: 'default', annotations }, spec: { suspend } }) as unknown as MonitorPlatform;
const pool = (name: string, status: string, role = 'Browser'): WorkerPool =>
  ({
    metadata: { namespace: 'duckmon', name },
    spec: { role },
    status: { conditions: [{ type: 'Sandboxed', status, message: `${name} says so.` }] },
  }) as unknown as WorkerPool;
const keys: ClusterFindings['keys'] = {
  keys: [],
  conditions: [
    { type: 'KeysCurrent', status: 'True', reason: 'AllCurrent', message: 'All have them.' },
    { type: 'KeysLost', status: 'False', reason: 'NotLost', message: '' },
    { type: 'DataKeyLost', status: 'False', reason: 'NotLost', message: '' },
    { type: 'DataKeyRotating', status: 'False', reason: 'NotRotating', message: '' },
  ],
};
const cluster: ClusterFindings = {
  keys,
  keyProblems: [],
  nextRotation: undefined,
  enforced: {
    type: 'NetworkPolicyEnforced',
    status: 'True',
    reason: 'Enforced',
    message: '',
  },
  pools: [pool('browser', 'True')],
};
const calm: Findings = {
  platform: platform(),
  cluster,
  freeze: { kind: 'answered', frozen: false },
  reachability: { kind: 'reached' },
  namespaces: 1,
  monitors: 2,
  version: '1.0.0',
};
const claim = (type: string, changes: Partial<Findings> = {}): PlatformClaim =>
  claimsOf({ ...calm, ...changes }).find((one) => one.type === type) ?? assert.fail(type);
const said = (type: string, changes: Partial<Findings> = {}): string => {
  const { status, reason } = claim(type, changes);
  return `${status} ${reason}`;
};
const within = (changes: Partial<ClusterFindings>): Partial<Findings> => ({
  cluster: { ...cluster, ...changes },
});

describe('operator: conditions of the MonitorPlatform', () => {
  it('are all that the kind has, each with a reason of its own list', () => {
    for (const findings of [calm, { ...calm, cluster: undefined }]) {
      const claims = claimsOf(findings);
      assert.deepEqual(
        claims.map(({ type }) => type).toSorted(),
        Object.keys(CONDITIONS.MonitorPlatform).toSorted(),
      );
      for (const { type, reason } of claims)
        assert.ok((CONDITIONS.MonitorPlatform[type] as readonly string[]).includes(reason), type);
    }
  });
  it('are Ready when nothing is bad, on a laptop as well', () => {
    assert.equal(said('Ready'), 'True Ready');
    assert.equal(said('Ready', { cluster: undefined }), 'True Ready');
  });
  it('C18 say at Ready that an entry for pods opens the network alone, and what to add', () => {
    const labels = { matchLabels: { app: 'wiki' } };
    const pods = { namespaceSelector: labels, podSelector: labels, ports: [8080] };
    const address = { cidr: '10.96.0.50/32', ports: [80] };
    const allowing = (...allow: object[]): Partial<Findings> => ({
      platform: { ...platform(), spec: { egress: { allow } } } as unknown as MonitorPlatform,
    });
    const { status, message } = claim('Ready', allowing(address, pods));
    assert.equal(status, 'True');
    assert.match(message, /^spec\.egress\.allow\[1\]: .* by an entry with its address as cidr/);
    assert.equal(claim('Ready', allowing(address)).message, '');
  });
  it('are not Ready while the values of the chart are refused', () => {
    assert.equal(said('Ready', { refused: 'minInterval is too short' }), 'False NotReady');
  });
  it('are not Ready for whatever is bad, and name it with what to do', () => {
    const enforced = {
      type: 'NetworkPolicyEnforced',
      status: 'False',
      reason: 'NotEnforced',
      message: 'Install a network plugin that does.',
    } as const;
    const bad: readonly (readonly [string, Partial<Findings>])[] = [
      ['NetworkPolicyEnforced', within({ enforced })],
      ['Sandboxed', within({ pools: [pool('browser', 'False')] })],
      ['SchedulerReachable', { reachability: { kind: 'unreachable', message: 'refused' } }],
      // that the data key is turned is nothing bad
      ...keys.conditions.slice(0, 3).map((one, at): [string, Partial<Findings>] => {
        const turned = { ...one, status: at === 0 ? 'False' : 'True', message: 'Mend it.' };
        const conditions = keys.conditions.with(at, turned as never);
        return [one.type, within({ keys: { ...keys, conditions: conditions as never } })];
      }),
    ];
    for (const [type, changes] of bad) {
      const ready = claim('Ready', changes);
      assert.equal(`${ready.status} ${ready.reason}`, 'False NotReady', type);
      assert.ok(ready.message.startsWith(`${type} is `), ready.message);
    }
  });
  it('wait for the scheduler, and for nothing that only a canary can say', () => {
    assert.equal(said('Ready', { reachability: { kind: 'pending' } }), 'Unknown Pending');
    const enforced = {
      type: 'NetworkPolicyEnforced',
      status: 'Unknown',
      reason: 'CanaryPending',
      message: '',
    } as const;
    assert.equal(said('Ready', within({ enforced })), 'True Ready');
  });
  it('are Sandboxed when every browser pool is, and unknown before all have said', () => {
    const of = (...pools: WorkerPool[]): string => said('Sandboxed', within({ pools }));
    assert.equal(of(pool('a', 'True'), pool('llm', 'False', 'LLM')), 'True Sandboxed');
    assert.equal(of(pool('a', 'True'), pool('b', 'Unknown')), 'Unknown Pending');
    assert.equal(of(), 'Unknown Pending');
    assert.equal(of(pool('a', 'Unknown'), pool('b', 'False')), 'False PoolNotSandboxed');
    const { message } = claim('Sandboxed', within({ pools: [pool('b', 'False')] }));
    assert.equal(message, 'duckmon/b: b says so.');
  });
  it('are Frozen when the scheduler has said so, and unknown until then', () => {
    const frozen = { kind: 'answered', frozen: true } as const;
    const failed = { kind: 'failed', message: 'refused' } as const;
    const asked = platform(true);
    assert.equal(said('Frozen', { platform: asked, freeze: frozen }), 'True Suspended');
    assert.equal(said('Frozen', { platform: asked, freeze: failed }), 'Unknown Suspended');
    assert.equal(said('Frozen', { freeze: failed }), 'Unknown NotFrozen');
    assert.equal(said('Frozen'), 'False NotFrozen');
  });
  it('H5 name who froze, where an annotation does, and say it where none does', () => {
    const freeze = { kind: 'answered', frozen: true } as const;
    const named = platform(true, { [ANNOTATIONS.suspendRequestedBy]: 'anna' });
    assert.match(claim('Frozen', { platform: named, freeze }).message, /Asked for by anna\.$/);
    assert.match(
      claim('Frozen', { platform: platform(true), freeze }).message,
      /Asked for by somebody who gave no name\.$/,
    );
  });
  it('tell a freeze that somebody else made apart', () => {
    const { status, message } = claim('Frozen', { freeze: { kind: 'answered', frozen: true } });
    assert.equal(status, 'True');
    assert.match(message, /at the scheduler itself/);
  });
  it('name an annotation that cannot be read', () => {
    const { message } = claim(
      'KeysCurrent',
      within({ keyProblems: ['annotation x must be a time'] }),
    );
    assert.equal(message, 'All have them. Ignored: annotation x must be a time.');
  });
  it('keep what was said of keys when this pass did not come so far', () => {
    const types = claimsOf({ ...calm, ...within({ keys: undefined }) }).map(({ type }) => type);
    assert.ok(!types.includes('KeysCurrent') && !types.includes('KeysLost'));
  });
  it('say that the operator keeps its hands off', () => {
    const paused = platform(false, { [ANNOTATIONS.reconcile]: 'disabled' });
    assert.equal(said('Paused', { platform: paused }), 'True ReconcileDisabled');
    assert.equal(said('Paused'), 'False NotPaused');
  });
  it('tell one in another namespace which one counts', () => {
    const [only, ...rest] = notTheOne('duckmon');
    assert.deepEqual([only?.status, only?.reason, rest], ['False', 'NotTheOne', []]);
    assert.match(only?.message ?? '', /namespace duckmon counts/);
  });

  it('say under the dry-run annotation that nothing is done, and that the scheduler is told nothing', () => {
    const dry = { [ANNOTATIONS.dryRun]: 'true' };
    for (const suspend of [true, false]) {
      const changes = { platform: platform(suspend, dry), freeze: { kind: 'notTold' as const } };
      assert.equal(said('Frozen', changes), `Unknown ${suspend ? 'Suspended' : 'NotFrozen'}`);
      assert.match(claim('Frozen', changes).message, /is told nothing: see the Events/);
      assert.equal(said('Ready', changes), 'True Ready');
      assert.match(claim('Ready', changes).message, /Nothing is done .*: see the Events/);
    }
  });
});

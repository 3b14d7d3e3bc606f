import assert from 'node:assert/strict';
import { nodesWithoutProfile, poolKeysOf, reducePod, startedJobs, type Pod } from './pods.ts';

const podOf = (message: string | undefined, more: object = {}): Pod =>
  ({
    metadata: {
      name: 'x',
      namespace: 'team',
      uid: '1',
      resourceVersion: '5',
      labels: { 'mon.duckerhub.com/pool': 'web' },
      annotations: { large: 'text' },
    },
    spec: { nodeName: 'node-1', containers: [{ env: [{ name: 'A', value: 'b' }] }] },
    status: {
      containerStatuses: [{ state: message === undefined ? {} : { waiting: { message } } }],
    },
    ...more,
  }) as Pod;

describe('operator: pods of pools', () => {
  it('C22 tells the node of a container that has no seccomp profile, whatever the runtime', () => {
    for (const message of [
      'failed to generate seccomp spec opts: cannot load seccomp profile "/var/lib/kubelet/seccomp/duckmon/chromium.json"',
      'setup seccomp: unable to load local profile',
      'container create failed: Seccomp profile not found',
    ])
      assert.equal(reducePod(podOf(message)).lacksProfileOn, 'node-1', message);
  });

  it('takes no other trouble for a missing profile', () => {
    for (const message of [undefined, 'Back-off pulling image "x"', 'secret "k" not found'])
      assert.equal(reducePod(podOf(message)).lacksProfileOn, undefined);
    assert.equal(reducePod(podOf('', { status: undefined })).lacksProfileOn, undefined);
  });

  it('keeps nothing else of a pod but what finds it', () => {
    assert.deepEqual(Object.keys(reducePod(podOf('seccomp'))), [
      'metadata',
      'lacksProfileOn',
      'ip',
      'readySince',
      'isPending',
    ]);
    assert.deepEqual(reducePod(podOf(undefined)).metadata.annotations, undefined);
    assert.deepEqual(poolKeysOf(reducePod(podOf(undefined))), ['team/web']);
    assert.deepEqual(poolKeysOf({ metadata: { name: 'x', namespace: 'team' } }), []);
  });

  it('knows where a pod is, since when it takes work, and whether it has begun', () => {
    const status = {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [
        { type: 'Ready', status: 'True', lastTransitionTime: '2026-03-10T12:00:00Z' },
        { type: 'Initialized', status: 'True', lastTransitionTime: '2026-03-10T11:00:00Z' },
      ],
    };
    const { ip, readySince, isPending } = reducePod(podOf('', { status }));
    assert.deepEqual([ip, readySince, isPending], ['10.0.0.1', '2026-03-10T12:00:00Z', false]);
    const [ready] = status.conditions;
    const unready = { ...status, conditions: [{ ...ready, status: 'False' }] };
    assert.equal(reducePod(podOf('', { status: unready })).readySince, undefined);
    for (const early of [undefined, {}, { phase: 'Pending' }])
      assert.equal(reducePod(podOf('', { status: early })).isPending, true);
  });

  it('takes no work from the moment on that it is to go', () => {
    const going = podOf('', {
      metadata: { name: 'x', namespace: 'team', deletionTimestamp: '2026-03-10T12:00:00Z' },
      status: {
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-03-10T11:00:00Z' }],
      },
    });
    assert.equal(reducePod(going).readySince, undefined);
  });

  it('are counted as begun for the Job that they are of', () => {
    const of = (job: string | undefined, phase: string) =>
      reducePod(
        podOf('', {
          metadata: {
            name: 'x',
            labels: job === undefined ? {} : { 'batch.kubernetes.io/job-name': job },
          },
          status: { phase },
        }),
      );
    const pods = [
      of('a', 'Pending'),
      of('b', 'Running'),
      of('c', 'Failed'),
      of(undefined, 'Running'),
    ];
    assert.deepEqual([...startedJobs(pods)], ['b', 'c']);
  });

  it('names each node once, in order', () => {
    const on = (node: string) => reducePod(podOf('seccomp', { spec: { nodeName: node } }));
    assert.deepEqual(nodesWithoutProfile([on('b'), on('a'), on('b'), podOf(undefined)]), [
      'a',
      'b',
    ]);
  });
});

import assert from 'node:assert/strict';
import { nodesWithoutProfile, poolKeysOf, reducePod, type Pod } from './pods.ts';

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
    assert.deepEqual(Object.keys(reducePod(podOf('seccomp'))), ['metadata', 'lacksProfileOn']);
    assert.deepEqual(reducePod(podOf(undefined)).metadata.annotations, undefined);
    assert.deepEqual(poolKeysOf(reducePod(podOf(undefined))), ['team/web']);
    assert.deepEqual(poolKeysOf({ metadata: { name: 'x', namespace: 'team' } }), []);
  });

  it('names each node once, in order', () => {
    const on = (node: string) => reducePod(podOf('seccomp', { spec: { nodeName: node } }));
    assert.deepEqual(nodesWithoutProfile([on('b'), on('a'), on('b'), podOf(undefined)]), [
      'a',
      'b',
    ]);
  });
});

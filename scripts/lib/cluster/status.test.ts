import assert from 'node:assert/strict';
import type { ClusterRecord } from './folder.ts';
import { describeStatus } from './status.ts';

const record: ClusterRecord = {
  startedAt: '2026-11-25T18:00:00.000Z',
  version: 'v1.36.3',
  ports: { api: 6443, etcd: 2379, etcdPeer: 2380 },
  programs: { etcd: '/b/etcd', apiServer: '/b/kube-apiserver', controllerManager: undefined },
  processes: { etcd: { pid: 11, mark: 'a' }, 'kube-apiserver': { pid: 12, mark: 'b' } },
};

describe('cluster: status', () => {
  it('says what runs, which version, where and since when', () => {
    assert.deepEqual(describeStatus('/state', { kind: 'running', record }), [
      'Kubernetes v1.36.3 at https://127.0.0.1:6443 since 2026-11-25T18:00:00.000Z',
      'etcd                     process 11',
      'kube-apiserver           process 12',
      'kubeconfig /state/kubeconfig',
    ]);
  });

  it('names what a node runs as well', () => {
    const node = { holder: { pid: 10, mark: '' }, kernel: {} };
    const processes = { ...record.processes, kubelet: { pid: 13, mark: 'c' } };
    const lines = describeStatus('/state', {
      kind: 'running',
      record: { ...record, node, processes },
    });
    assert.match(lines[0] ?? '', /at https:\/\/10\.243\.0\.2:6443 with a node since/);
    assert.ok(lines.includes('kubelet                  process 13'), lines.join());
  });

  it('says what is broken and what to do', () => {
    const [first] = describeStatus('/state', { kind: 'broken', record, wrong: 'etcd ended' });
    assert.equal(first, 'broken: etcd ended; ./scripts/cluster up starts it anew, down removes it');
  });

  it('names the folder in which nothing runs', () => {
    assert.deepEqual(describeStatus('/state', { kind: 'absent' }), ['nothing runs in /state']);
  });
});

import assert from 'node:assert/strict';
import { hierarchies } from './groups.ts';

describe('cluster: control groups of a node', () => {
  it('finds processes by the controller that counts them, in the first version', () => {
    const mounts = [
      'cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0',
      'cgroup /sys/fs/cgroup/pids cgroup rw,relatime,pids 0 0',
      'cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0',
      'tmpfs /run tmpfs rw 0 0',
    ].join('\n');
    assert.deepEqual(hierarchies(mounts), [
      '/sys/fs/cgroup/pids',
      '/sys/fs/cgroup/cpu',
      '/sys/fs/cgroup/unified',
    ]);
  });

  it('takes the one hierarchy of the second version', () => {
    const mounts = 'proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n';
    assert.deepEqual(hierarchies(mounts), ['/sys/fs/cgroup']);
  });

  it('finds none where none is mounted', () => {
    assert.deepEqual(hierarchies('proc /proc proc rw 0 0\n'), []);
  });
});

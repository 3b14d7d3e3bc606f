import assert from 'node:assert/strict';
import { prefixOf, staleOf } from './names.ts';

describe('network of a test: names of namespaces', () => {
  it('are stale when their maker does not live any more, and no others are', () => {
    const ours = `${prefixOf(10, 1)}browse`;
    const dead = `${prefixOf(11, 2)}hub`;
    const foreign = ['duckmon-net-x-1-hub', 'duckmon-node', 'other', `a${dead}`, `${dead}-2`];
    assert.deepEqual(
      staleOf([ours, dead, ...foreign], (pid) => pid === 10),
      [dead],
    );
  });
});

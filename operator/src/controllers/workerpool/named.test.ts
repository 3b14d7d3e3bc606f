import assert from 'node:assert/strict';
import { createNamed } from './named.ts';

describe('operator: waiting checks that were named lately', () => {
  const set = () => {
    let now = 0;
    const named = createNamed({ monotonic: () => now });
    return { named, later: (ms: number) => void (now += ms) };
  };

  it('are all of the last 20 s, since each of several schedulers names its own', () => {
    const { named, later } = set();
    assert.deepEqual(named.note('a/web', ['1', '2']), ['1', '2']);
    later(2_000);
    assert.deepEqual(named.note('a/web', ['3']), ['1', '2', '3']);
    later(18_000);
    assert.deepEqual(named.note('a/web', []), ['3']);
    later(2_000);
    assert.deepEqual(named.note('a/web', []), []);
  });

  it('stay for as long as they are named', () => {
    const { named, later } = set();
    named.note('a/web', ['1']);
    later(19_000);
    named.note('a/web', ['1']);
    later(19_000);
    assert.deepEqual(named.note('a/web', []), ['1']);
  });

  it('are those of one pool, and none of a pool that is gone', () => {
    const { named } = set();
    named.note('a/web', ['1']);
    assert.deepEqual(named.note('b/web', []), []);
    named.forget('a/web');
    assert.deepEqual(named.note('a/web', []), []);
  });
});

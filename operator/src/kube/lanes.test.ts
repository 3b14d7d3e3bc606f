import assert from 'node:assert/strict';
import { createLanes, type Lanes } from './lanes.ts';

describe('kube: lanes', () => {
  let lanes: Lanes;
  beforeEach(() => (lanes = createLanes()));
  const add = (...keys: readonly string[]): void => keys.forEach((key) => lanes.add(key, 0));
  const rest = (): string[] => {
    const keys: string[] = [];
    for (let key = lanes.next(); key !== undefined; key = lanes.next()) keys.push(key);
    return keys;
  };

  it('give namespaces their turns, and keys of one in their order', () => {
    add('a/1', 'a/2', 'a/3', 'b/1', 'c/1');
    assert.deepEqual(rest(), ['a/1', 'b/1', 'c/1', 'a/2', 'a/3']);
  });

  it('put what is added meanwhile at the end', () => {
    add('a/1', 'a/2', 'b/1');
    assert.equal(lanes.next(), 'a/1');
    add('a/1', 'c/1');
    assert.deepEqual(rest(), ['b/1', 'a/2', 'c/1', 'a/1']);
  });

  it('put what left and came again at the end', () => {
    add('a/1', 'a/2', 'b/1', 'b/2');
    assert.equal(lanes.next(), 'a/1');
    lanes.remove('b/1', 0);
    lanes.remove('a/2', 0);
    add('a/2', 'b/1');
    assert.deepEqual(rest(), ['b/2', 'a/2', 'b/1']);
  });

  it('go on after they were empty', () => {
    add('a/1');
    assert.deepEqual(rest(), ['a/1']);
    add('a/1', 'b/1');
    lanes.remove('a/1', 0);
    assert.deepEqual([rest(), lanes.size], [['b/1'], 0]);
  });

  it('put a higher priority first', () => {
    lanes.add('a/low', -100);
    add('b/1');
    assert.deepEqual(rest(), ['b/1', 'a/low']);
  });

  it('defect: begin no walk over all namespaces for each key, since it leads over all that left', () => {
    let walks = 0;
    class Counted<T> extends Map<string, T> {
      override keys(): MapIterator<string> {
        if (this.size > 0) walks += 1;
        return super.keys();
      }
      override entries(): MapIterator<[string, T]> {
        walks += 1;
        return super.entries();
      }
    }
    lanes = createLanes(<T>() => new Counted<T>());
    add(...Array.from({ length: 100 }, (_, at) => `n${at}/x`));
    assert.deepEqual([rest().length, walks], [100, 0]);
  });
});

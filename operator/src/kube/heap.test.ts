import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHeap, type Heap } from './heap.ts';

const drain = (heap: Heap<number>): number[] => {
  const all: number[] = [];
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) all.push(next);
  return all;
};
const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

describe('kube: heap', () => {
  it('gives all items in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const heap = createHeap<number>((one) => one);
        numbers.forEach((one) => heap.push(one));
        assert.equal(heap.peek(), ascending(numbers)[0]);
        assert.equal(heap.size, numbers.length);
        assert.deepEqual(drain(heap), ascending(numbers));
      }),
    );
  });

  it('keeps the order of what is retained', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (numbers) => {
        const heap = createHeap<number>((one) => one);
        numbers.forEach((one) => heap.push(one));
        heap.retain((one) => one % 2 === 0);
        assert.deepEqual(drain(heap), ascending(numbers.filter((one) => one % 2 === 0)));
      }),
    );
  });
});

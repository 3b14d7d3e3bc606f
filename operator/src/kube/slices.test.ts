import assert from 'node:assert/strict';
import { inSlices } from './slices.ts';

describe('kube: slices', () => {
  const numbers = Array.from({ length: 450 }, (_, at) => at);

  it('take all items in their order, the first slice at once', async () => {
    const seen: number[] = [];
    const whole = inSlices(numbers, (one) => seen.push(one));
    assert.deepEqual(seen, numbers.slice(0, 200));
    await whole;
    assert.deepEqual(seen, numbers);
  });

  it('let others have their turn between two slices', async () => {
    const seen: number[] = [];
    const turns: number[] = [];
    const other = (): void => {
      turns.push(seen.length);
      if (seen.length < numbers.length) setImmediate(other);
    };
    setImmediate(other);
    await inSlices(numbers, (one) => seen.push(one));
    assert.deepEqual([...new Set(turns)], [200, 400]);
  });

  it('are none for nothing', async () => {
    await inSlices([], () => assert.fail('nothing'));
  });

  it('end when there is no more rest', async () => {
    const seen: number[] = [];
    const over = (): Promise<void> => Promise.reject(new Error('over'));
    await assert.rejects(
      inSlices(numbers, (one) => seen.push(one), over),
      /over/,
    );
    assert.equal(seen.length, 200);
  });
});

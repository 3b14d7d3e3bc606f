import assert from 'node:assert/strict';
import { createBucket } from './bucket.ts';

describe('kube: bucket', () => {
  let now = 0;
  beforeEach(() => {
    now = 1000;
  });

  it('gives its burst at once, then says how long until the next', () => {
    const bucket = createBucket({ burst: 2, perSecond: 2 }, () => now);
    assert.deepEqual([bucket.take(), bucket.take(), bucket.take()], [0, 0, 500]);
    now += 200;
    assert.equal(bucket.take(), 300);
    now += 300;
    assert.deepEqual([bucket.take(), bucket.take()], [0, 500]);
  });

  it('never holds more than its burst', () => {
    const bucket = createBucket({ burst: 1, perSecond: 1 }, () => now);
    now += 60_000;
    assert.deepEqual([bucket.take(), bucket.take()], [0, 1000]);
  });

  it('is full when nothing is missing', () => {
    const bucket = createBucket({ burst: 1, perSecond: 1 }, () => now);
    assert.equal(bucket.full(), true);
    bucket.take();
    assert.equal(bucket.full(), false);
    now += 1000;
    assert.equal(bucket.full(), true);
  });
});

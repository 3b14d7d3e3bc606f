import assert from 'node:assert/strict';
import { ApiError } from '../../../services/core/kube/errors.ts';
import { SilentStreamError, endOf, restartAfter } from './restart.ts';

describe('kube: restart of a watch', () => {
  it('tells why a watch ended', () => {
    assert.equal(endOf(new ApiError(410, {}, 'x')), 'expired');
    assert.equal(endOf(new SilentStreamError()), 'silent');
    assert.equal(endOf(new Error('ECONNRESET')), 'error');
  });

  it('comes at once after a stream of 30 s, whatever ended it', () => {
    assert.deepEqual(restartAfter(30_000, new Error('reset'), 7, 0.5), { poor: 0, waitMs: 0 });
  });

  it('waits between nothing and 800 ms doubling to 30 s after poor streams', () => {
    const waits = (random: number): number[] =>
      [0, 1, 2, 5, 6, 50].map((poor) => restartAfter(29_999, undefined, poor, random).waitMs);
    assert.deepEqual(waits(1), [800, 1600, 3200, 25_600, 30_000, 30_000]);
    assert.deepEqual(waits(0.5), [400, 800, 1600, 12_800, 15_000, 15_000]);
    assert.deepEqual(waits(0), [0, 0, 0, 0, 0, 0]);
  });

  it('counts poor streams', () => {
    assert.equal(restartAfter(0, undefined, 3, 0).poor, 4);
  });

  it('waits as long as a busy server asks, up to 30 s', () => {
    const busy = (ms?: number): ApiError => new ApiError(429, {}, 'x', ms);
    assert.equal(restartAfter(0, busy(5000), 0, 1).waitMs, 5000);
    assert.equal(restartAfter(0, busy(90_000), 0, 1).waitMs, 30_000);
    assert.equal(restartAfter(0, busy(), 0, 1).waitMs, 800);
  });
});

import assert from 'node:assert/strict';
import { ApiError } from '../../../services/core/kube/errors.ts';
import { SilentStreamError, endOf, restartAfter, type Stream } from './restart.ts';

describe('kube: restart of a watch', () => {
  it('tells why a watch ended', () => {
    assert.equal(endOf(new ApiError(410, {}, 'x')), 'expired');
    assert.equal(endOf(new SilentStreamError()), 'silent');
    assert.equal(endOf(new Error('ECONNRESET')), 'error');
  });

  const stream = (livedMs: number, events = 0, error?: unknown): Stream => ({
    livedMs,
    events,
    error,
  });

  it('comes at once after a stream of 30 s, whatever ended it', () => {
    const quiet = stream(30_000, 0, new Error('reset'));
    assert.deepEqual(restartAfter(quiet, 7, 0.5), { poor: 0, waitMs: 0 });
  });

  it('defect: comes at once after a stream that brought events, however short its life', () => {
    const cut = stream(1_000, 1, new Error('reset'));
    assert.deepEqual(restartAfter(cut, 7, 0.5), { poor: 0, waitMs: 0 });
  });

  it('comes at once only the first time when streams end with their first events', () => {
    const short = stream(999, 1);
    assert.deepEqual(restartAfter(short, 0, 0.5), { poor: 1, waitMs: 0 });
    assert.deepEqual(restartAfter(short, 1, 0.5), { poor: 2, waitMs: 800 });
  });

  it('waits between nothing and 800 ms doubling to 30 s after poor streams', () => {
    const waits = (random: number): number[] =>
      [0, 1, 2, 5, 6, 50].map((poor) => restartAfter(stream(29_999), poor, random).waitMs);
    assert.deepEqual(waits(1), [800, 1600, 3200, 25_600, 30_000, 30_000]);
    assert.deepEqual(waits(0.5), [400, 800, 1600, 12_800, 15_000, 15_000]);
    assert.deepEqual(waits(0), [0, 0, 0, 0, 0, 0]);
  });

  it('counts poor streams', () => {
    assert.equal(restartAfter(stream(0), 3, 0).poor, 4);
  });

  it('waits as long as a busy server asks, up to 30 s', () => {
    const waits = (events: number, ms?: number): number =>
      restartAfter(stream(0, events, new ApiError(429, {}, 'x', ms)), 0, 1).waitMs;
    assert.deepEqual([waits(0, 5000), waits(0, 90_000), waits(0)], [5000, 30_000, 800]);
    assert.deepEqual([waits(1, 5000), waits(1)], [5000, 0]);
  });
});

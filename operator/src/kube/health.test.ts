import assert from 'node:assert/strict';
import { livenessProblems, readinessProblems } from './health.ts';
import type { WatchHealth } from './reflector.ts';

const watch = (lastEventAt: number, synced = true): WatchHealth => ({
  name: 'widgets',
  synced,
  lastEventAt,
  timeoutMs: 300_000,
});
const overdue = (byMs: number) => ({ controller: 'c', key: 'a/x', reconcileId: 'id-1', byMs });

describe('kube: health', () => {
  it('is well while every watch hears something and every pass ends', () => {
    const vitals = { watches: [watch(100_000)], overdue: [overdue(30_000)], now: 1_000_000 };
    assert.deepEqual(livenessProblems(vitals), []);
  });

  it('is not well when a watch heard nothing for three of its times', () => {
    assert.deepEqual(livenessProblems({ watches: [watch(99_999)], overdue: [], now: 1_000_000 }), [
      'the watch of widgets has seen neither event nor bookmark for 900 s',
    ]);
  });

  it('is not well when a pass does not end after its deadline', () => {
    assert.deepEqual(livenessProblems({ watches: [], overdue: [overdue(31_000)], now: 0 }), [
      'c is 31 s past the deadline with a/x (id-1)',
    ]);
  });

  it('is ready when all kinds are listed', () => {
    assert.deepEqual(readinessProblems({ watches: [watch(0)] }), []);
    assert.deepEqual(readinessProblems({ watches: [watch(0), watch(0, false)] }), [
      'widgets are not listed yet',
    ]);
  });
});

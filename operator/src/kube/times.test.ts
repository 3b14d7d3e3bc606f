import assert from 'node:assert/strict';
import { microTime, secondsTime } from './times.ts';

describe('kube: times', () => {
  const time = new Date('2026-11-25T12:00:00.789Z');

  it('are in seconds in conditions and in microseconds in leases and events', () => {
    assert.equal(secondsTime(time), '2026-11-25T12:00:00Z');
    assert.equal(microTime(time), '2026-11-25T12:00:00.789000Z');
  });
});

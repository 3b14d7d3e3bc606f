import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { virtualClock } from '../../../operator/src/kube/testing/virtualClock.ts';
import { systemClock } from '../clock.ts';
import { openScope, pause } from './scope.ts';

describe('kube: scope', () => {
  it('ends with its parent, for the same reason', () => {
    const parent = new AbortController();
    const scope = openScope(virtualClock(), parent.signal);
    parent.abort('stop');
    assert.deepEqual([scope.signal.aborted, scope.signal.reason], [true, 'stop']);
  });

  it('has ended when its parent had', () => {
    const scope = openScope(virtualClock(), AbortSignal.abort('before'));
    assert.equal(scope.signal.reason, 'before');
  });

  it('ends after its time, not before', async () => {
    const clock = virtualClock();
    const scope = openScope(clock, undefined, { ms: 100, reason: () => 'late' });
    await clock.run(99);
    assert.equal(scope.signal.aborted, false);
    await clock.run(1);
    assert.equal(scope.signal.reason, 'late');
  });

  it('does not end its parent', () => {
    const parent = new AbortController();
    openScope(virtualClock(), parent.signal).abort('mine');
    assert.equal(parent.signal.aborted, false);
  });

  it('lets go of parent and timer when it is closed', async () => {
    const clock = virtualClock();
    const parent = new AbortController();
    const scope = openScope(clock, parent.signal, { ms: 100, reason: () => 'late' });
    scope.close();
    await clock.settle();
    assert.deepEqual([clock.sleepers(), getEventListeners(parent.signal, 'abort').length], [0, 0]);
    await clock.run(100);
    assert.equal(scope.signal.aborted, false);
  });

  it('defect: makes no error when it is closed, as one would be made for each call', async () => {
    let ended: unknown;
    const clock = virtualClock();
    const sleep = async (_ms: number, signal?: AbortSignal): Promise<void> => {
      signal?.addEventListener('abort', () => (ended = signal.reason));
    };
    openScope({ ...clock, sleep }, undefined, { ms: 100, reason: () => 'late' }).close();
    await clock.settle();
    assert.equal(typeof ended, 'symbol');
  });

  describe('pause', () => {
    it('takes its time', async () => {
      const clock = virtualClock();
      let over = false;
      const paused = pause(clock, 50, new AbortController().signal).then(() => (over = true));
      await clock.run(49);
      assert.equal(over, false);
      await clock.run(1);
      await paused;
      assert.equal(over, true);
    });

    it("rejects with the signal's own reason, also by the system's clock", async () => {
      const stop = new AbortController();
      const paused = pause(systemClock, 60_000, stop.signal);
      stop.abort(new Error('mine'));
      await assert.rejects(paused, /^Error: mine$/);
    });

    it('does not begin under an aborted signal', async () => {
      const clock = virtualClock();
      await assert.rejects(pause(clock, 1, AbortSignal.abort(new Error('before'))), /before/);
      assert.equal(clock.sleepers(), 0);
    });

    it('passes on what is wrong with the clock', async () => {
      const broken = { ...virtualClock(), sleep: () => Promise.reject(new Error('broken')) };
      await assert.rejects(pause(broken, 1, new AbortController().signal), /broken/);
    });
  });
});

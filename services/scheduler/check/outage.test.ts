import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Retry } from '../../store/memory.ts';
import { NOON, later, testSource, testSpec } from '../../store/testing/monitors.ts';
import { claimOf } from '../testing/claim.ts';
import { daily } from '../testing/specs.ts';
import type { Look } from './look.ts';
import { isOurs, retryAfter, soonMs } from './outage.ts';
import { planNext } from './plan.ts';

const SECOND = 1000;
const seed = fc.string({ minLength: 1 });
const tries = fc.integer({ min: 1, max: 60 });

const failed = (code: Extract<Look, { kind: 'failed' }>['error']['code'], wait?: number): Look => ({
  kind: 'failed',
  error: { code, message: 'x', retryAfterSeconds: wait },
});

describe('whose fault a failure is', () => {
  it('ours is what the services of the installation did not do', () => {
    assert.deepEqual([isOurs(failed('internal')), isOurs(failed('busy'))], [true, true]);
  });

  it("the page's are its name, its address, its answer and its slowness", () => {
    const codes = [
      'timeout',
      'nameNotFound',
      'connectionRefused',
      'connectionReset',
      'tls',
      'addressForbidden',
      'tooManyRedirects',
      'selectorMissing',
      'outOfMemory',
      'limitExceeded',
      'browserCrashed',
    ] as const;
    assert.deepEqual(
      codes.filter((code) => isOurs(failed(code))),
      [],
    );
  });

  it('C36 a server that asks to be left alone is not taken for a busy browser', () => {
    assert.equal(isOurs(failed('busy', 60)), false);
  });
});

describe('how soon it is tried again', () => {
  it('after 10 s, doubling to four minutes, and up to a quarter more', () => {
    const steps = [1, 2, 3, 4, 5, 6, 60].map((each) => soonMs(each, 'u1') / SECOND);
    const least = [10, 20, 40, 80, 160, 240, 240];
    assert.deepEqual(
      steps.map((step, at) => step >= (least[at] ?? 0) && step <= (least[at] ?? 0) * 1.25),
      least.map(() => true),
    );
  });

  it('never sooner than 10 s and never later than 5 min', () => {
    fc.assert(
      fc.property(tries, seed, (count, uid) => {
        const ms = soonMs(count, uid);
        assert.ok(ms >= 10 * SECOND && ms <= 300 * SECOND);
      }),
    );
  });

  it('jobs that failed together come back apart, each always in its own time', () => {
    const times = Array.from({ length: 1000 }, (_, at) => soonMs(1, `u${at}`));
    const perSecond = Object.values(Object.groupBy(times, (ms) => Math.floor(ms / 250)));
    assert.ok(Math.max(...perSecond.map((each) => each?.length ?? 0)) < 200);
    assert.equal(soonMs(1, 'u7'), times[7]);
  });
});

describe('what is tried again', () => {
  const sources = ['a', 'b', 'c'].map((name) => testSource({ name }));
  const claim = (retry: Retry | null = null, spec = testSpec({ sources, ...daily() })) =>
    claimOf({ spec, retry });
  const waiting: Retry = { tries: 3, at: later(NOON, 40_000).toISOString(), sources: ['a', 'b'] };

  it('the sources that failed on our side, and no others', () => {
    const tried = [
      { source: 'a', ours: true },
      { source: 'b', ours: false },
    ];
    const retry = retryAfter(claim(), tried, NOON);
    assert.deepEqual([retry?.tries, retry?.sources], [1, ['a']]);
    assert.equal(retry?.at, later(NOON, soonMs(1, 'u1')).toISOString());
  });

  it('nothing when all could be read', () => {
    assert.equal(retryAfter(claim(), [{ source: 'a', ours: false }], NOON), null);
  });

  it('what waits already waits on in its own time when others are looked at', () => {
    const retry = retryAfter(claim(waiting), [{ source: 'b', ours: false }], NOON);
    assert.deepEqual(retry, { ...waiting, sources: ['a'] });
  });

  it('a further failure makes the pause longer, also over a slot', () => {
    const tried = sources.map(({ name }) => ({ source: name, ours: true }));
    const retry = retryAfter(claim(waiting), tried, NOON);
    assert.equal(retry?.tries, 4);
    assert.equal(retry.at, later(NOON, soonMs(4, 'u1')).toISOString());
  });

  it('a source that an edit took away is forgotten', () => {
    const spec = testSpec({ sources: [testSource({ name: 'b' })], ...daily() });
    assert.deepEqual(retryAfter(claim(waiting, spec), [], NOON)?.sources, ['b']);
  });

  it('not while the windows of the schedule are closed', () => {
    const windows = [{ kind: 'Allow' as const, from: '06:00', to: '12:00' }];
    const spec = testSpec({ sources, ...daily({ windows }) });
    const retry = retryAfter(claim(null, spec), [{ source: 'a', ours: true }], NOON);
    assert.equal(retry?.at, '2026-03-11T06:00:00.000Z');
  });

  it('never, where the schedule itself is wrong', () => {
    const spec = testSpec({ sources, ...daily({ timeZone: 'Mars/Phobos', windows: [] }) });
    assert.equal(retryAfter(claim(null, spec), [{ source: 'a', ours: true }], NOON), null);
  });

  it('the monitor is due at the try or at its slot, whichever comes first, and never within 10 s', () => {
    const untilSlot = fc.integer({ min: 10 * SECOND, max: 600 * SECOND });
    fc.assert(
      fc.property(tries, untilSlot, seed, (count, ms, uid) => {
        const slot = later(NOON, ms);
        const own = { ...claim({ ...waiting, tries: count }), uid };
        const retry = retryAfter(own, [{ source: 'a', ours: true }], NOON);
        const { wakeAt, nextSlot } = planNext({
          spec: own.spec,
          seed: uid,
          slot,
          ranSlot: undefined,
          now: NOON,
          wakes: retry ? [new Date(retry.at)] : [],
          notBefore: undefined,
        });
        assert.ok(wakeAt && wakeAt <= slot && wakeAt >= later(NOON, 10 * SECOND));
        assert.deepEqual(nextSlot, slot);
      }),
    );
  });
});

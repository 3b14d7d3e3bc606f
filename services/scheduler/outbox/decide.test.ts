import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NOON, later } from '../../store/testing/monitors.ts';
import {
  GIVE_UP_MS,
  RECONCILE_MS,
  afterReconcile,
  afterSend,
  backoffMs,
  retryOrGiveUp,
} from './decide.ts';

const tried = { attempts: 1, firstAttemptAt: NOON, resent: false, unknownSince: null };

describe('what becomes of a delivery', () => {
  it('is accepted for mail, whose fate the provider tells later', () => {
    const outcome = afterSend(tried, 'Email', { kind: 'accepted', providerId: 'x' }, NOON, 0);
    assert.deepEqual(outcome, { kind: 'accepted', providerId: 'x', final: false });
  });

  for (const type of ['Slack', 'Teams', 'Webhook'] as const)
    it(`is delivered once ${type} took it`, () => {
      const outcome = afterSend(tried, type, { kind: 'accepted', providerId: null }, NOON, 0);
      assert.deepEqual(outcome, { kind: 'accepted', providerId: null, final: true });
    });

  it('F4 is dead when it was refused for good', () => {
    assert.deepEqual(
      afterSend(tried, 'Email', { kind: 'rejected', reason: 'suppressed' }, NOON, 0),
      { kind: 'dead', error: 'suppressed' },
    );
  });

  it('F3 waits as long as Retry-After asks when that is longer than the back-off', () => {
    const outcome = afterSend(
      tried,
      'Email',
      { kind: 'retry', reason: '429', retryAfterSeconds: 600 },
      NOON,
      0,
    );
    assert.deepEqual(outcome, { kind: 'retry', at: later(NOON, 600_000), error: '429' });
  });

  it('F3 is given up when the next try would come a day after the first', () => {
    const outcome = retryOrGiveUp(
      { ...tried, attempts: 90 },
      '500',
      null,
      later(NOON, GIVE_UP_MS - 1000),
      0,
    );
    assert.deepEqual(outcome, { kind: 'dead', error: 'Given up after 24 h: 500' });
  });

  it('the back-off doubles from 2 s to 15 min and stays in the upper half of its step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, random) => {
          const ceiling = Math.min(900_000, 2000 * 2 ** (attempts - 1));
          const wait = backoffMs(attempts, random);
          assert.ok(wait >= Math.floor(ceiling / 2) && wait <= ceiling);
        },
      ),
    );
  });

  describe('with an unknown outcome', () => {
    const unknown = { ...tried, unknownSince: NOON };

    it('F2 is delivered when the provider has it', () => {
      const outcome = afterReconcile(unknown, { state: 'delivered', providerId: 'y' }, NOON, 0);
      assert.deepEqual(outcome, { kind: 'accepted', providerId: 'y', final: true });
    });

    it("F2 is asked for again as long as the provider's news may take", () => {
      const outcome = afterReconcile(
        unknown,
        { state: 'absent', providerId: null },
        later(NOON, RECONCILE_MS - 1),
        0,
      );
      assert.equal(outcome.kind, 'unknown');
    });

    it('F2 is sent once more when it is still absent after five minutes', () => {
      const outcome = afterReconcile(
        unknown,
        { state: 'absent', providerId: null },
        later(NOON, RECONCILE_MS),
        0,
      );
      assert.deepEqual(outcome, { kind: 'resend', at: later(NOON, RECONCILE_MS) });
    });

    it('is sent once more after five minutes when nobody answered', () => {
      assert.equal(afterReconcile(unknown, undefined, later(NOON, RECONCILE_MS), 0).kind, 'resend');
      assert.equal(afterReconcile(unknown, undefined, NOON, 0).kind, 'unknown');
    });

    it('is sent once more at once where nobody can be asked', () => {
      assert.deepEqual(
        afterReconcile(unknown, { state: 'unsupported', providerId: null }, NOON, 0),
        { kind: 'resend', at: NOON },
      );
    });

    it('waits longer from its second unknown on', () => {
      const outcome = afterReconcile(
        { ...unknown, resent: true, attempts: 4 },
        { state: 'unsupported', providerId: null },
        NOON,
        0,
      );
      assert.deepEqual(outcome, { kind: 'resend', at: later(NOON, 8_000) });
    });

    it('is a dead letter after a day, visible and re-sendable', () => {
      const outcome = afterReconcile(
        { ...unknown, resent: true },
        { state: 'unsupported', providerId: null },
        later(NOON, GIVE_UP_MS),
        0,
      );
      assert.equal(outcome.kind, 'dead');
    });

    it('no outcome of any history is silence: it is retried, asked for, delivered or a visible dead letter', () => {
      const states = fc.constantFrom(
        'delivered' as const,
        'absent' as const,
        'unsupported' as const,
      );
      fc.assert(
        fc.property(
          fc.option(states, { nil: undefined }),
          fc.integer({ min: 0, max: 2 * GIVE_UP_MS }),
          fc.boolean(),
          (state, ms, resent) => {
            const answer = state && { state, providerId: null };
            const outcome = afterReconcile({ ...unknown, resent }, answer, later(NOON, ms), 0.5);
            const later24 = outcome.kind === 'dead' ? ms >= GIVE_UP_MS : true;
            assert.ok(later24);
          },
        ),
      );
    });
  });
});

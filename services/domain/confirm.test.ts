import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  decideConfirmation,
  type Confirmation,
  type ConfirmRule,
  type PendingConfirmation,
} from './confirm.ts';

const rule: ConfirmRule = { checks: 2, of: 3, delayMs: 60_000 };
const start = new Date('2026-11-25T12:00:00Z');
const after = (minutes: number): Date => new Date(start.getTime() + minutes * 60_000);

/** Looks again each minute until it is decided; the first look has seen the change. */
function look(
  looks: readonly boolean[],
  by: ConfirmRule = rule,
): { readonly end: Confirmation; readonly used: number } {
  let pending: PendingConfirmation | undefined;
  for (const [i, seen] of looks.entries()) {
    const step = decideConfirmation(pending, seen, by, after(i));
    if (step.kind !== 'wait') return { end: step, used: i + 1 };
    ({ pending } = step);
  }
  throw new Error('not decided');
}

describe('decideConfirmation', () => {
  it('confirms at once when one look is enough', () =>
    assert.deepEqual(decideConfirmation(undefined, true, { checks: 1, of: 1, delayMs: 0 }, start), {
      kind: 'confirmed',
    }));
  it('asks for another look after the delay', () =>
    assert.deepEqual(decideConfirmation(undefined, true, rule, start), {
      kind: 'wait',
      pending: { seen: 1, looks: 1, nextAt: after(1).toISOString() },
      recheckAt: after(1),
    }));
  it('confirms when it is seen often enough', () =>
    assert.deepEqual(look([true, true]), { end: { kind: 'confirmed' }, used: 2 }));
  it('forgives one look in which it is not seen', () =>
    assert.deepEqual(look([true, false, true]), { end: { kind: 'confirmed' }, used: 3 }));
  it('refutes as soon as the number cannot be reached', () =>
    assert.deepEqual(look([true, false, false]), { end: { kind: 'refuted' }, used: 3 }));
  it('refutes what was not even seen at first', () =>
    assert.deepEqual(look([false]), { end: { kind: 'refuted' }, used: 1 }));
  it('does not count a look before its time', () => {
    const pending = { seen: 1, looks: 1, nextAt: after(1).toISOString() };
    assert.deepEqual(decideConfirmation(pending, true, rule, start), {
      kind: 'wait',
      pending,
      recheckAt: after(1),
    });
  });
  it('takes n as at least m', () =>
    assert.deepEqual(look([true, true, true], { checks: 3, of: 1, delayMs: 60_000 }).end, {
      kind: 'confirmed',
    }));
  it('always decides within n looks, and rightly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        (m, n, rest) => {
          const looks = [true, ...rest];
          const { end, used } = look(looks, { checks: m, of: n, delayMs: 60_000 });
          const seen = looks.slice(0, used).filter(Boolean).length;
          assert.ok(used <= Math.max(m, n));
          assert.equal(end.kind, seen >= m ? 'confirmed' : 'refuted');
        },
      ),
    );
  });
});

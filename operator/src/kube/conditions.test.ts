import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  findCondition,
  isTrue,
  mergeConditions,
  turned,
  type Condition,
  type ConditionClaim,
  type ConditionStatus,
} from './conditions.ts';

const NOON = new Date('2026-11-25T12:00:00.789Z');
const LATER = new Date('2026-11-25T13:00:00Z');
const claim = (type: string, status: ConditionStatus, reason = 'Because'): ConditionClaim => ({
  type,
  status,
  reason,
  message: 'so it is',
});
const first = mergeConditions([], [claim('Ready', 'False')], { generation: 1, now: NOON });

describe('kube: conditions', () => {
  it('begin with their generation and the time in seconds', () => {
    assert.deepEqual(first, [
      {
        type: 'Ready',
        status: 'False',
        reason: 'Because',
        message: 'so it is',
        observedGeneration: 1,
        lastTransitionTime: '2026-11-25T12:00:00Z',
      },
    ]);
  });

  it('keep their time while only reason, message or generation change', () => {
    const [after] = mergeConditions(
      first,
      [{ ...claim('Ready', 'False', 'Other'), message: 'x' }],
      {
        generation: 2,
        now: LATER,
      },
    );
    assert.deepEqual(
      [after?.reason, after?.message, after?.observedGeneration, after?.lastTransitionTime],
      ['Other', 'x', 2, '2026-11-25T12:00:00Z'],
    );
  });

  it('move their time when the status flips', () => {
    const [after] = mergeConditions(first, [claim('Ready', 'True')], { generation: 1, now: LATER });
    assert.equal(after?.lastTransitionTime, '2026-11-25T13:00:00Z');
  });

  it('all carry the new generation, also those that nobody claims anew', () => {
    const two = mergeConditions(first, [claim('Healthy', 'True')], { generation: 2, now: LATER });
    assert.deepEqual(
      two.map(({ type, observedGeneration }) => [type, observedGeneration]),
      [
        ['Ready', 2],
        ['Healthy', 2],
      ],
    );
    assert.equal(two[0]?.lastTransitionTime, '2026-11-25T12:00:00Z');
  });

  for (const reason of ['', '1st', 'not good', 'Ends:', 'x'.repeat(1025)])
    it(`refuse the reason ${JSON.stringify(reason.slice(0, 10))}, as the API server would`, () => {
      assert.throws(
        () => mergeConditions([], [claim('Ready', 'True', reason)], { generation: 1, now: NOON }),
        /reason of the condition Ready/,
      );
    });

  it('cut a message that the API server would refuse', () => {
    const long = { ...claim('Ready', 'True'), message: 'x'.repeat(40_000) };
    const [only] = mergeConditions([], [long], { generation: 1, now: NOON });
    assert.equal(only?.message.length, 4096);
  });

  const claims = fc.uniqueArray(
    fc.record({
      type: fc.constantFrom('A', 'B', 'C'),
      status: fc.constantFrom<ConditionStatus>('True', 'False', 'Unknown'),
      reason: fc.constantFrom('One', 'Two'),
      message: fc.constantFrom('', 'text'),
    }),
    { selector: ({ type }) => type },
  );

  it('do not change when the same is claimed again, however much time has passed', () => {
    fc.assert(
      fc.property(claims, claims, (before, now) => {
        const start = mergeConditions([], before, { generation: 1, now: NOON });
        const once = mergeConditions(start, now, { generation: 2, now: NOON });
        assert.deepEqual(mergeConditions(once, now, { generation: 2, now: LATER }), once);
      }),
    );
  });

  it('say the same in whatever order they are claimed', () => {
    const byType = (all: readonly Condition[]): Condition[] =>
      all.toSorted((a, b) => (a.type < b.type ? -1 : 1));
    fc.assert(
      fc.property(claims, (all) => {
        const seen = { generation: 1, now: NOON };
        assert.deepEqual(
          byType(mergeConditions(first, all, seen)),
          byType(mergeConditions(first, all.toReversed(), seen)),
        );
      }),
    );
  });

  it('are found by type', () => {
    assert.equal(findCondition(first, 'Ready'), first[0]);
    assert.equal(findCondition(first, 'Healthy'), undefined);
    assert.equal(findCondition(undefined, 'Ready'), undefined);
  });

  it('are true only with status True, at the generation that is asked for', () => {
    const ready = mergeConditions([], [claim('Ready', 'True')], { generation: 3, now: NOON });
    assert.deepEqual(
      [
        isTrue(ready, 'Ready'),
        isTrue(ready, 'Ready', 3),
        isTrue(ready, 'Ready', 4),
        isTrue(first, 'Ready'),
        isTrue(undefined, 'Ready'),
      ],
      [true, true, false, false, false],
    );
  });

  it('have turned when a status, a generation or a type came or went, not by a text', () => {
    const again = (status: ConditionStatus, generation: number, reason = 'Because') =>
      mergeConditions(first, [claim('Ready', status, reason)], { generation, now: LATER });
    assert.equal(turned(first, again('False', 1, 'Other')), false);
    assert.equal(turned(first, again('True', 1)), true);
    assert.equal(turned(first, again('False', 2)), true);
    assert.equal(turned(undefined, first), true);
    assert.equal(turned(first, []), true);
    assert.equal(turned(undefined, undefined), false);
  });
});

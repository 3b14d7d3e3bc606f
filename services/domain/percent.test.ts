import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { NumberOperator } from '../../crds/types/monitorjob.ts';
import { parseDecimal } from './number.ts';
import type { Outcome } from './outcome.ts';
import { evaluatePercent } from './percent.ts';
import { seenNumber, type SeenNumber } from './series.ts';

const HOUR = 3_600_000;
const NOON = new Date('2026-03-10T12:00:00Z');

const seen = (hours: number, value: string | null): SeenNumber =>
  seenNumber(
    new Date(NOON.getTime() + hours * HOUR),
    value ?? 'sold out',
    value === null ? undefined : parseDecimal(value),
  );

interface Asked {
  readonly op: NumberOperator;
  readonly value: string;
  readonly select?: string;
}

/** The condition `.price` within a day, at noon. */
const within = (
  { op, value, select = '.price' }: Asked,
  points: readonly SeenNumber[],
  after: string | null,
): Outcome =>
  evaluatePercent(
    { select: '.price', op, value, within: '24h' },
    { before: '100', after, now: NOON, series: { select, points } },
  );

describe('a percent change within a time', () => {
  it('a fall is counted from the highest number of the time', () => {
    const points = [seen(-20, '50'), seen(-10, '80'), seen(-1, '60')];
    const result = within({ op: 'Le', value: '-50' }, points, '40');
    assert.deepEqual([result.holds, result.before, result.evidence], [true, '80', '80 → 40']);
  });

  it('a rise is counted from the lowest number of the time', () => {
    const points = [seen(-20, '80'), seen(-10, '20'), seen(-1, '60')];
    const result = within({ op: 'Ge', value: '100' }, points, '40');
    assert.deepEqual([result.holds, result.before], [true, '20']);
  });

  it('small steps add up, where the last step alone would not do', () => {
    const steps = [seen(-3, '100'), seen(-2, '97'), seen(-1, '94')];
    assert.equal(within({ op: 'Le', value: '-8' }, steps, '92').holds, true);
    assert.equal(within({ op: 'Le', value: '-8' }, steps.slice(2), '92').holds, false);
  });

  it('a number that ended when the time begins does not count; one that held in it does', () => {
    const fall = { op: 'Le', value: '-50' } as const;
    assert.equal(within(fall, [seen(-30, '80'), seen(-24, '40')], '40').holds, false);
    assert.equal(within(fall, [seen(-30, '80'), seen(-23, '40')], '40').holds, true);
  });

  it('a number that still holds counts, however long ago it was seen', () => {
    assert.equal(within({ op: 'Le', value: '-50' }, [seen(-900, '80')], '40').holds, true);
  });

  it('without an earlier number it says so, and not that it does not hold', () => {
    const result = within({ op: 'Le', value: '-50' }, [], '40');
    assert.match(result.problem ?? '', /No earlier number was seen within 24h/);
  });

  it('a time in which the page had no number is the same', () => {
    assert.match(
      within({ op: 'Le', value: '-50' }, [seen(-5, null)], '40').problem ?? '',
      /No earlier number/,
    );
  });

  it('numbers of another selector do not count', () => {
    const result = within({ op: 'Le', value: '-50', select: '.old' }, [seen(-5, '80')], '40');
    assert.match(result.problem ?? '', /No earlier number/);
  });

  it('a page without a number is a problem, whatever was seen before', () => {
    assert.match(
      within({ op: 'Le', value: '-50' }, [seen(-5, '80')], null).problem ?? '',
      /found nothing/,
    );
  });

  it('a zero among the numbers is passed over; nothing but zeros is a problem', () => {
    assert.equal(
      within({ op: 'Ge', value: '100' }, [seen(-5, '0'), seen(-4, '20')], '40').holds,
      true,
    );
    assert.match(within({ op: 'Ge', value: '100' }, [seen(-5, '0')], '40').problem ?? '', /was 0/);
  });

  it('Eq and Ne ask whether one of the numbers fits', () => {
    const points = [seen(-5, '20'), seen(-4, '30')];
    assert.equal(within({ op: 'Eq', value: '100' }, points, '40').before, '20');
    assert.equal(within({ op: 'Ne', value: '100' }, points, '40').before, '30');
    assert.equal(within({ op: 'Eq', value: '7' }, points, '40').holds, false);
  });

  it('the last snapshot alone counts where the rule names no time', () => {
    const rule = { select: '.price', op: 'Le', value: '-50' } as const;
    const series = { select: '.price', points: [seen(-5, '80')] };
    assert.equal(
      evaluatePercent(rule, { before: '60', after: '40', now: NOON, series }).holds,
      false,
    );
  });

  const numbers = fc.uniqueArray(
    fc.record({
      hour: fc.integer({ min: -23, max: -1 }),
      value: fc.integer({ min: -50, max: 50 }),
    }),
    { selector: ({ hour }) => hour, minLength: 1, maxLength: 10 },
  );
  const operators = fc.constantFrom<NumberOperator>('Lt', 'Le', 'Eq', 'Ne', 'Ge', 'Gt');

  it('the outcome does not depend on the order of what was seen', () => {
    fc.assert(
      fc.property(numbers, operators, fc.integer({ min: -99, max: 99 }), (list, op, percent) => {
        const points = list.map(({ hour, value }) => seen(hour, String(value)));
        const asked = { op, value: String(percent) };
        assert.deepEqual(within(asked, points, '7'), within(asked, points.toReversed(), '7'));
      }),
    );
  });

  it('holds exactly when the change from one of the numbers does', () => {
    fc.assert(
      fc.property(numbers, operators, fc.integer({ min: -99, max: 99 }), (list, op, percent) => {
        const asked = { op, value: String(percent) };
        const values = list.map(({ value }) => value).filter((value) => value !== 0);
        fc.pre(values.length > 0);
        const alone = values.map((value) => within(asked, [seen(-1, String(value))], '7').holds);
        const all = list.map(({ hour, value }) => seen(hour, String(value)));
        assert.equal(within(asked, all, '7').holds, alone.includes(true));
      }),
    );
  });
});

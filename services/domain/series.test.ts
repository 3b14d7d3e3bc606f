import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDecimal } from './number.ts';
import {
  MAX_POINTS,
  decimalOf,
  heldWithin,
  seenNumber,
  withSeen,
  type SeenNumber,
} from './series.ts';

const HOUR = 3_600_000;
const NOON = new Date('2026-03-10T12:00:00Z');

const at = (hours: number): Date => new Date(NOON.getTime() + hours * HOUR);
const seen = (hours: number, value: string): SeenNumber =>
  seenNumber(at(hours), `${value} €`, parseDecimal(value));
const texts = (points: readonly SeenNumber[]): string[] => points.map(({ text }) => text);

/** Adds numbers one after the other, an hour apart. */
const series = (values: readonly number[], withinHours: number): readonly SeenNumber[] =>
  values.reduce<readonly SeenNumber[]>(
    (points, value, hour) => withSeen(points, seen(hour, String(value)), withinHours * HOUR),
    [],
  );

describe('a series of numbers', () => {
  it('remembers a number exactly', () => {
    assert.deepEqual(
      decimalOf(seen(0, '1234567890.123456789')),
      parseDecimal('1234567890.123456789'),
    );
  });

  it('remembers that there was no number', () => {
    assert.equal(decimalOf(seenNumber(NOON, 'sold out', undefined)), undefined);
  });

  it('a number holds until another one is seen', () => {
    const points = [seen(-30, '40'), seen(-2, '35')];
    assert.deepEqual(texts(heldWithin(points, NOON, 24 * HOUR)), ['40 €', '35 €']);
  });

  it('a number that another one replaced just when the window begins is out of it', () => {
    const points = [seen(-30, '40'), seen(-24, '35')];
    assert.deepEqual(texts(heldWithin(points, NOON, 24 * HOUR)), ['35 €']);
  });

  it('a number that another one replaced a millisecond later is in it', () => {
    const points = [seen(-30, '40'), seen(-24, '35')];
    assert.equal(heldWithin(points, new Date(NOON.getTime() - 1), 24 * HOUR).length, 2);
  });

  it('a day has 24 hours where the clocks change', () => {
    const [saturday, sunday] = [
      new Date('2026-03-28T12:00:00+01:00'),
      new Date('2026-03-29T13:00:00+02:00'),
    ];
    const points = [
      seenNumber(saturday, '40', parseDecimal('40')),
      seenNumber(sunday, '35', parseDecimal('35')),
    ];
    assert.equal(sunday.getTime() - saturday.getTime(), 24 * HOUR);
    const last = new Date(sunday.getTime() + 24 * HOUR);
    assert.deepEqual(texts(heldWithin(points, last, 24 * HOUR)), ['35']);
  });

  it('the order in which points lie does not matter', () => {
    const points = fc.uniqueArray(fc.integer({ min: -100, max: 0 }), { maxLength: 20 });
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 60 }), (hours, within) => {
        const list = hours.map((hour) => seen(hour, String(hour)));
        const sorted = list.toSorted((left, right) => Date.parse(left.at) - Date.parse(right.at));
        assert.deepEqual(
          heldWithin(list, NOON, within * HOUR),
          heldWithin(sorted, NOON, within * HOUR),
        );
      }),
    );
  });

  it('the same number again is not added', () => {
    assert.equal(series([40, 40, 40, 35, 35], 24).length, 2);
  });

  it('forgets what no window reaches any more', () => {
    assert.deepEqual(texts(series([40, 39, 38, 37, 36], 2)), ['38 €', '37 €', '36 €']);
  });

  it('never has more than its most points', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { maxLength: 400 }),
        fc.integer({ min: 1, max: 500 }),
        (values, within) => {
          assert.ok(series(values, within).length <= MAX_POINTS);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps the lowest and the highest number of the window, however many there were', () => {
    const WITHIN = 300;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9999 }), { minLength: 100, maxLength: 250 }),
        (values) => {
          const kept = series(values, WITHIN).map((point) => Number(point.number));
          assert.deepEqual(
            [Math.min(...kept), Math.max(...kept), kept.at(-1)],
            [Math.min(...values), Math.max(...values), values.at(-1)],
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

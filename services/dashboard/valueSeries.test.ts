import assert from 'node:assert/strict';
import {
  columnsOf,
  gapsOf,
  linePieces,
  lineWords,
  summaryOf,
  type LastValue,
  type ValuePart,
  type ValueSeries,
} from './web/src/parts/valueSeries.ts';
import './testing/english.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 2, 10, 12, minute)).toISOString();
const read = (minute: number, number: string): ValuePart => ({
  at: at(minute),
  until: at(minute),
  min: number,
  max: number,
  last: number,
  read: 1,
  unread: 0,
  why: null,
  found: null,
});
const unread = (minute: number, why = 'notFound', found = ''): ValuePart => ({
  ...read(minute, '0'),
  min: null,
  max: null,
  last: null,
  read: 0,
  unread: 1,
  why,
  found,
});
const series = (...parts: readonly ValuePart[]): ValueSeries => ({
  source: 'page',
  name: 'price',
  unit: '€',
  parts,
});

describe('the chart of a value', () => {
  it('draws the lowest, the highest and the last number at its time in seconds', () => {
    const part = { ...read(0, '39.5'), min: '35', max: '40' };
    assert.deepEqual(columnsOf(series(part)), {
      at: [Date.parse(at(0)) / 1000],
      min: [35],
      max: [40],
      last: [39.5],
    });
  });

  it('ends its line where there was no number', () => {
    const { last } = columnsOf(series(read(0, '40'), unread(5), read(10, '39')));
    assert.deepEqual(last, [40, null, 39]);
  });

  it('ends its line where nobody looked for long, and says so', () => {
    const all = series(read(0, '40'), read(5, '40'), read(10, '40'), read(40, '39'));
    assert.deepEqual(columnsOf(all).last, [40, 40, 40, null, 39]);
    assert.deepEqual(gapsOf(all), [{ from: at(10), to: at(40), why: 'no check was made' }]);
  });

  it('goes on over a check that was a little late', () => {
    const all = series(read(0, '40'), read(5, '40'), read(16, '39'));
    assert.equal(columnsOf(all).last.length, 3);
    assert.deepEqual(gapsOf(all), []);
  });
});

describe('the gaps of a value', () => {
  it('are one while the reason stays the same', () => {
    const all = series(read(0, '40'), unread(5), unread(10), unread(15, 'noPage'), read(20, '39'));
    assert.deepEqual(gapsOf(all), [
      { from: at(5), to: at(10), why: 'nothing was found by its selector' },
      { from: at(15), to: at(15), why: 'there was no page to read' },
    ]);
  });

  it('say what was found instead', () => {
    assert.deepEqual(
      gapsOf(series(unread(0, 'ambiguous', '49 € · 35 €'))).map(({ why }) => why),
      ['different numbers were found: “49 € · 35 €”'],
    );
  });

  it('are told of a part that has numbers as well', () => {
    const mixed = { ...read(0, '40'), read: 3, unread: 1, why: 'noPage' };
    assert.deepEqual(
      gapsOf(series(mixed)).map(({ why }) => why),
      ['1 of 4 checks: there was no page to read'],
    );
  });
});

describe('the summary of a value', () => {
  it('says the last number and between what it was', () => {
    const parts = [{ ...read(0, '40'), min: '9.5' }, read(5, '39'), unread(10)];
    assert.equal(summaryOf(series(...parts)), '39 € at last, between 9.5 € and 40 €.');
  });
  it('says that it never changed', () => {
    assert.equal(summaryOf(series(read(0, '40'), read(5, '40'))), '40 € at every check.');
  });
  it('says that there was none', () => {
    assert.equal(summaryOf(series(unread(0))), 'No number was read.');
  });
});

describe('the line of a value in a list', () => {
  const box = { width: 20, height: 10 };
  const last = (...numbers: readonly (string | null)[]): LastValue[] =>
    numbers.map((number, index) => ({
      monitor: 'shop',
      source: 'page',
      name: 'price',
      at: at(index),
      number,
      unit: '€',
      why: number === null ? 'notFound' : null,
      found: '',
    }));

  it('goes from the lowest at the foot to the highest at the head of its box', () => {
    assert.deepEqual(linePieces(last('35', '40', '37.5'), box), ['0.0,10.0 10.0,0.0 20.0,5.0']);
  });
  it('lies in the middle where nothing changed', () => {
    assert.deepEqual(linePieces(last('40', '40'), box), ['0.0,5.0 20.0,5.0']);
  });
  it('is broken where there was no number', () => {
    assert.deepEqual(linePieces(last('35', null, '40'), box), ['0.0,10.0', '20.0,0.0']);
  });
  it('is told in words', () => {
    assert.equal(
      lineWords(last('40', null, '39')),
      'price: 39 €; 3 checks, between 39 € and 40 €, 1 without a number',
    );
    assert.equal(
      lineWords(last('40', null)),
      'price: nothing was found by its selector; 2 checks, 1 without a number',
    );
    assert.equal(lineWords([]), '');
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatDecimal, parseDecimal } from './number.ts';
import { asksOf, readValue } from './reading.ts';

const css = { name: 'price', select: '.price' };
const json = { name: 'price', select: 'jsonpath:$.price' };

describe('the reading of a value', () => {
  const numbers: [title: string, found: string, number: string, unit: string | null][] = [
    ['reads a price as Germans write it', '1.299,00 €', '1299', 'EUR'],
    ['reads a price as Americans write it', '$1,299.50', '1299.5', 'USD'],
    ['reads a fall below zero', '−3,5 °C', '-3.5', '°C'],
    ['takes the price and not the name', 'Model 15, 799 €', '799', 'EUR'],
    ['takes the percentage and not the count', '12 % of 40', '12', '%'],
    ['keeps a price by the litre', '1,799 €/l', '1.799', 'EUR/l'],
    ['takes one number that stands in two places', '40 €\n40,00 €', '40', 'EUR'],
    ['takes the number beside texts without one', 'Price\n40 €', '40', 'EUR'],
    ['reads a number without a unit', '7', '7', null],
  ];
  for (const [title, found, number, unit] of numbers)
    it(title, () => {
      const reading = readValue(css, found);
      assert.deepEqual([reading.kind, 'number' in reading && reading.number], ['number', number]);
      assert.equal('unit' in reading && reading.unit, unit);
    });

  it('reads a number of JSON by its point, and the same text of a page by its groups', () => {
    assert.equal((readValue(json, '1.299') as { number: string }).number, '1.299');
    assert.equal((readValue(css, '1.299') as { number: string }).number, '1299');
  });

  const unread: [title: string, found: string | null, why: string, text: string][] = [
    ['says that nothing was found', null, 'notFound', ''],
    ['says that nothing was found in an empty text', '', 'notFound', ''],
    ['says what is no number', 'Sold out', 'notANumber', 'Sold out'],
    ['takes no date for a number', '2026-03-10', 'notANumber', '2026-03-10'],
    ['takes no row of digits for a number', '9'.repeat(31), 'notANumber', '9'.repeat(31)],
    ['does not choose between two places', '40 €\n35 €', 'ambiguous', '40 € · 35 €'],
    ['does not choose between two prices of one text', '49 € 35 €', 'ambiguous', '49 € 35 €'],
    ['does not take two currencies for one number', '40 €\n$40', 'ambiguous', '40 € · $40'],
  ];
  for (const [title, found, why, text] of unread)
    it(title, () => {
      assert.deepEqual(readValue(css, found), { kind: 'unread', why, text });
    });

  it('keeps no more of a text than people look at', () => {
    assert.equal(readValue(css, 'x'.repeat(1000)).text.length, 80);
  });

  it('law: gives back every decimal of JSON exactly', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.nat(9), (digits, scale) => {
        const text = formatDecimal({ digits, scale });
        assert.equal((readValue(json, text) as { number: string }).number, text);
        assert.ok(parseDecimal(text));
      }),
    );
  });

  it('asks for a pattern as for a selector, under a name that no condition has', () => {
    assert.deepEqual(asksOf([css, { name: 'stock', regex: 'Stock: (\\d+)' }]), [
      { name: 'values.price', select: '.price', all: true },
      { name: 'values.stock', select: 'regex:Stock: (\\d+)', all: true },
    ]);
  });
});

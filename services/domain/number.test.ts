import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  compareDecimals,
  formatDecimal,
  multiply,
  parseDecimal,
  parseNumber,
  parseNumbers,
  subtract,
} from './number.ts';

/** Text, the number that it is about, its currency, its unit. */
const readable: readonly [string, string, string | null, string | null][] = [
  ['1.299,00 €', '1299', 'EUR', null],
  ['1,299.00', '1299', null, null],
  ['1 299', '1299', null, null],
  ['1\u202f299,50 €', '1299.5', 'EUR', null],
  ['−5', '-5', null, null],
  ['–5 °C', '-5', null, '°C'],
  ['12 %', '12', null, '%'],
  ['-$5', '-5', 'USD', null],
  ['$-5', '-5', 'USD', null],
  ['$1,299', '1299', 'USD', null],
  ['US$ 12', '12', 'USD', null],
  ['R$ 1.000,50', '1000.5', 'BRL', null],
  ['€1.299', '1299', 'EUR', null],
  ['1.299 €/l', '1.299', 'EUR', '/l'],
  ['5 €/kg', '5', 'EUR', '/kg'],
  ['0.299', '0.299', null, null],
  ['3,1416', '3.1416', null, null],
  ['12,34,567', '1234567', null, null],
  ["1'299.00 CHF", '1299', 'CHF', null],
  ['CHF 1’299.–', '1299', 'CHF', null],
  ['99,– €', '99', 'EUR', null],
  ['1.5k', '1500', null, null],
  ['2M views', '2000000', null, 'views'],
  ['1,2 Mio. €', '1200000', 'EUR', null],
  ['iPhone 15 – 999 €', '999', 'EUR', null],
  ['10 days, 50 % off', '50', null, '%'],
  ['１２３', '123', null, null],
  ['٣٤٫٥', '34.5', null, null],
  ['35元', '35', 'CNY', null],
  ['price:500', '500', null, null],
  ['(−3)', '-3', null, null],
  ['1.299.000', '1299000', null, null],
  ['12,5kg', '12.5', null, 'kg'],
  ['199 kr', '199', 'kr', null],
  ['v1.2 costs 7 dollars', '7', 'USD', null],
];

const unreadable = [
  '',
  'none',
  'sold out',
  '12.05.2024',
  '2026-11-25',
  '10:30',
  'v1.2',
  '1.2.3',
  '1,234,56',
  'B12',
  '25/11/2026',
];

describe('parseNumber', () => {
  for (const [text, value, currency, unit] of readable) {
    it(`reads "${text}" as ${value}`, () => {
      const parsed = parseNumber(text);
      assert.ok(parsed);
      assert.deepEqual(
        [formatDecimal(parsed.value), parsed.currency, parsed.unit],
        [value, currency, unit],
      );
    });
  }
  for (const text of unreadable) {
    it(`finds no number in "${text}"`, () => assert.equal(parseNumber(text), undefined));
  }
  it('takes a plain JSON number with its decimal point', () => {
    const parsed = parseNumber('1.299', true);
    assert.equal(parsed && formatDecimal(parsed.value), '1.299');
  });
  it('still reads written prices out of JSON strings', () => {
    const parsed = parseNumber('1.299,00 €', true);
    assert.equal(parsed && formatDecimal(parsed.value), '1299');
  });
  it('reads both ends of a range without a sign', () => {
    assert.deepEqual(
      parseNumbers('5-10').map((n) => formatDecimal(n.value)),
      ['5', '10'],
    );
  });
  it('splits numbers that only look grouped', () => {
    assert.deepEqual(
      parseNumbers('2024 500').map((n) => formatDecimal(n.value)),
      ['2024', '500'],
    );
    assert.deepEqual(
      parseNumbers('v12 500').map((n) => formatDecimal(n.value)),
      ['500'],
    );
  });
  it('does not read a number of absurd length', () => {
    assert.equal(parseNumber('9'.repeat(60)), undefined);
  });
  it('says where the number and its currency stand', () => {
    const [parsed] = parseNumbers('now 35.00 € only');
    assert.deepEqual([parsed?.start, parsed?.end], [4, 11]);
  });
  it('reads what the locale formats, in many locales', () => {
    const locales = [
      'en-US',
      'de-DE',
      'fr-FR',
      'de-CH',
      'hi-IN',
      'pl-PL',
      'sv-SE',
      'pt-BR',
      'ja-JP',
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: -9_999_999, max: 9_999_999 }),
        fc.constantFrom(...locales),
        (cents, locale) => {
          const value = cents / 100;
          const text = new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(value);
          const parsed = parseNumber(text);
          assert.equal(
            parsed && compareDecimals(parsed.value, { digits: BigInt(cents), scale: 2 }),
            0,
            text,
          );
        },
      ),
    );
  });
  it('never throws and never reads NaN', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const { value } of parseNumbers(text))
          assert.match(formatDecimal(value), /^-?\d+(\.\d+)?$/);
      }),
    );
  });
});

describe('decimals', () => {
  const decimal = fc.record({
    digits: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
    scale: fc.nat(9),
  });
  it('reads plain decimal strings', () => {
    assert.deepEqual(parseDecimal('-12.50'), { digits: -1250n, scale: 2 });
  });
  for (const text of ['', '1,5', '1e5', '.5', '5.', 'NaN', '١', '9'.repeat(41)]) {
    it(`refuses "${text.slice(0, 10)}" as a plain decimal`, () =>
      assert.equal(parseDecimal(text), undefined));
  }
  it('compares 0.1 + 0.2 with 0.3 exactly', () => {
    const sum = subtract({ digits: 1n, scale: 1 }, { digits: -2n, scale: 1 });
    assert.equal(compareDecimals(sum, { digits: 30n, scale: 2 }), 0);
  });
  it('orders numbers that a float cannot tell apart', () => {
    const a = parseDecimal('9007199254740993');
    const b = parseDecimal('9007199254740992');
    assert.ok(a && b);
    assert.equal(compareDecimals(a, b), 1);
    assert.equal(compareDecimals(b, a), -1);
  });
  it('formats and reads back to the same value', () => {
    fc.assert(
      fc.property(decimal, (value) => {
        const read = parseDecimal(formatDecimal(value));
        assert.equal(read && compareDecimals(read, value), 0);
      }),
    );
  });
  it('orders antisymmetrically', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) =>
        assert.equal(compareDecimals(a, b) + compareDecimals(b, a), 0),
      ),
    );
  });
  it('multiplies digits and adds scales', () => {
    assert.equal(
      formatDecimal(multiply({ digits: 15n, scale: 1 }, { digits: -2n, scale: 0 })),
      '-3',
    );
  });
});

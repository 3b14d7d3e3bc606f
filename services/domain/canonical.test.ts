import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { canonicalValue } from './canonical.ts';
import { canonicalDates } from './date.ts';

const same: readonly [string, string][] = [
  ['1.299,00 €', 'EUR 1,299'],
  ['€1,299.00', '1299 €'],
  ['£5', '5 GBP'],
  ['$5.50', '5.5 USD'],
  ['12 %', '12%'],
  ['1,00', '1.00'],
  ['Version 1,0', 'version 1.0'],
  ['25.11.2026', 'November 25, 2026'],
  ['2026-11-25', '25. November 2026'],
  ['Nov 3rd, 2026', '3 November 2026'],
  ['1er', '1ER'],
  ['In  Stock', 'in stock'],
  ['−5 °C', '-5 °C'],
];
const different: readonly [string, string][] = [
  ['12 %', '21 %'],
  ['12 %', '12'],
  ['5 €', '5 $'],
  ['1.5', '15'],
  ['-5', '5'],
  ['10:30', '10:31'],
  ['in stock', 'not in stock'],
  ['03/04/2026', '04/03/2026'],
  ['v1.2', 'v1.3'],
];

describe('canonicalValue', () => {
  for (const [a, b] of same)
    it(`gives "${a}" and "${b}" one spelling`, () =>
      assert.equal(canonicalValue(a), canonicalValue(b)));
  for (const [a, b] of different)
    it(`keeps "${a}" and "${b}" apart`, () =>
      assert.notEqual(canonicalValue(a), canonicalValue(b)));
  it("gives every locale's spelling of one price the same form", () => {
    const locales = ['en-US', 'de-DE', 'fr-FR', 'pt-PT', 'de-CH', 'nl-NL', 'hi-IN'];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99_999_999 }),
        fc.constantFrom(...locales),
        fc.constantFrom(...locales),
        (cents, a, b) => {
          const spell = (locale: string): string =>
            new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }).format(
              cents / 100,
            );
          assert.equal(canonicalValue(spell(a)), canonicalValue(spell(b)));
        },
      ),
    );
  });
});

describe('canonicalDates', () => {
  it('leaves a date that does not exist as it is', () =>
    assert.equal(canonicalDates('31.02.2026'), '31.02.2026'));
  it('leaves slashes as they are, because day and month cannot be told apart', () =>
    assert.equal(canonicalDates('03/04/2026'), '03/04/2026'));
  it('rewrites every date of a text', () =>
    assert.equal(
      canonicalDates('from 1.2.2026 to March 3, 2026'),
      'from 2026-02-01 to 2026-03-03',
    ));
  it('reads Spanish and French months', () =>
    assert.equal(canonicalDates('3 de mayo de 2026, 14 février 2026'), '2026-05-03, 2026-02-14'));
});

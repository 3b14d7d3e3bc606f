import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { headingLevel, isSelfContained, isValueLike } from './blockKind.ts';

describe('isValueLike', () => {
  const values = [
    '40',
    '40 €',
    '$1,299.00',
    '- 40',
    '12 %',
    '-5 %',
    '40 EUR per month',
    'from 12 GB',
    'v1.2.3',
    '12 May 2024',
    '2024-05-01',
    '12:30',
    'Yes',
    'nein',
    'In stock',
    'Sold out',
    'Operational',
    'Degraded performance',
    '✓',
    '–',
    '★★★',
    '‹time›',
    'Not available',
    'Ausverkauft',
    'N/A',
    '3 left',
    '12gb',
    '40 € | 50 €',
    'Yes | No',
  ];
  for (const line of values) it(`holds for "${line}"`, () => assert.equal(isValueLike(line), true));
  const others = [
    'Plan A',
    'Price 40',
    'iPhone 15',
    'Apple',
    '# 40',
    '- Apple',
    'Price: 40 €',
    'Q4',
    'A | 40',
    'We open at nine and close at five',
    '1 '.repeat(30),
  ];
  for (const line of others) {
    it(`does not hold for "${line}"`, () => assert.equal(isValueLike(line), false));
  }
});

describe('isSelfContained', () => {
  const alone = [
    '- Apple',
    'Pro | 40 €',
    'plans[id=pro].price: 40',
    'tags[]: a',
    'The council has agreed to build a new bridge over the river next year.',
  ];
  for (const line of alone) {
    it(`holds for "${line}"`, () => assert.equal(isSelfContained(line), true));
  }
  const others = [
    '40',
    '- 40',
    '- Operational',
    '# Plans',
    'Apple',
    'Price: 40',
    'Most popular',
    ' | A | ',
    'Averyveryverylongwordthatsaysnothing averyveryverylongwordthatsaysnothing',
  ];
  for (const line of others) {
    it(`does not hold for "${line}"`, () => assert.equal(isSelfContained(line), false));
  }
});

describe('headingLevel', () => {
  it('counts the marks', () => assert.equal(headingLevel('### A'), 3));
  it('is undefined for other lines', () => assert.equal(headingLevel('#tag'), undefined));
});

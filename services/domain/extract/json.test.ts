import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { extractJson } from './json.ts';
import { BASE, extracted, failure } from './testing/page.ts';

const read = (value: unknown, options: object = {}) =>
  extracted(extractJson(JSON.stringify(value), { ...BASE, ...options }));

describe('extractJson', () => {
  const cases: [title: string, value: unknown, text: string][] = [
    [
      'writes one scalar a line',
      { price: 40, open: true, note: null },
      'note: null\nopen: true\nprice: 40',
    ],
    ['writes nested objects by their path', { a: { b: { c: 1 } } }, 'a.b.c: 1'],
    [
      'names objects by their id',
      { plans: [{ id: 'pro', price: 40 }] },
      'plans[id=pro].id: pro\nplans[id=pro].price: 40',
    ],
    ['names objects by their name', [{ name: 'A', v: 1 }], '[name=A].name: A\n[name=A].v: 1'],
    [
      'counts objects whose ids are not unique',
      [
        { id: 1, v: 1 },
        { id: 1, v: 2 },
      ],
      '[0].id: 1\n[0].v: 1\n[1].id: 1\n[1].v: 2',
    ],
    ['counts objects when one has no id', [{ id: 1 }, { v: 2 }], '[0].id: 1\n[1].v: 2'],
    [
      'counts objects with very long names',
      [{ name: 'x'.repeat(90) }],
      `[0].name: ${'x'.repeat(90)}`,
    ],
    ['gives scalars of an array no place', { tags: ['b', 'a'] }, 'tags[]: b\ntags[]: a'],
    ['counts arrays in arrays', [[1], [2]], '[0][]: 1\n[1][]: 2'],
    ['writes empty objects and arrays', { a: [], b: {} }, 'a: []\nb: {}'],
    ['writes a scalar alone', 5, '$: 5'],
    ['quotes keys that are no names', { 'a b': 1, 'c.d': 2 }, '["a b"]: 1\n["c.d"]: 2'],
    ['keeps a string on one line', { a: 'x\n  y' }, 'a: x y'],
    ['drops invisible characters', { a: 'x\u200by\u202e' }, 'a: xy'],
    ['keeps keys of an object in one order', { b: 1, a: 2 }, 'a: 2\nb: 1'],
  ];
  for (const [title, value, text] of cases) {
    it(title, () => assert.equal(read(value).text, text));
  }

  it('reads a body with a byte order mark', () => {
    assert.equal(extracted(extractJson('\ufeff{"a":1}', BASE)).text, 'a: 1');
  });
  it('fails on what is no JSON', () => {
    assert.equal(failure(extractJson('<html>', BASE)).code, 'decodeFailed');
  });
  it('keeps only what include matches', () => {
    const value = {
      plans: [
        { id: 'a', price: 1 },
        { id: 'b', price: 2 },
      ],
      x: 1,
    };
    const page = read(value, { include: ['jsonpath:$.plans[*].price'] });
    assert.equal(page.text, 'plans[id=a].price: 1\nplans[id=b].price: 2');
  });
  it('leaves out what exclude matches', () => {
    assert.equal(read({ a: 1, time: 2 }, { exclude: ['jsonpath:$.time'] }).text, 'a: 1');
  });
  it('warns when one of several includes matches nothing', () => {
    const page = read({ a: 1 }, { include: ['jsonpath:$.a', 'jsonpath:$.b'] });
    assert.deepEqual(page.warnings, ['Nothing in the answer matches include "jsonpath:$.b".']);
  });
  it('fails when no include matches', () => {
    const failed = failure(extractJson('{}', { ...BASE, include: ['jsonpath:$.b'] }));
    assert.equal(failed.code, 'selectorMissing');
    assert.match(failed.message, /"jsonpath:\$\.b"/);
  });
  for (const [field, options] of [
    ['include', { include: ['p.price'] }],
    ['include', { include: ['jsonpath:$['] }],
    ['exclude', { exclude: ['xpath://a'] }],
    ['values.v', { values: [{ name: 'v', select: 'jsonpath:$[' }] }],
  ] as const) {
    it(`names an invalid ${field}: ${JSON.stringify(options)}`, () => {
      const failed = failure(extractJson('{}', { ...BASE, ...options }));
      assert.equal(failed.code, 'selectorInvalid');
      assert.ok(failed.message.startsWith(`${field} "`));
    });
  }
  it('finds values by JSONPath and regex, and null where there is nothing', () => {
    const values = [
      { name: 'price', select: 'jsonpath:$.plans[0].price' },
      { name: 'plan', select: 'jsonpath:$.plans[0]' },
      { name: 'none', select: 'jsonpath:$.gone' },
      { name: 'empty', select: 'jsonpath:$.empty' },
      { name: 'regex', select: 'regex:price: (\\d+)' },
      { name: 'css', select: '.price' },
    ];
    const page = read({ plans: [{ price: 40 }], empty: null }, { values });
    assert.deepEqual(page.values, {
      price: '40',
      plan: '{"price":40}',
      none: null,
      empty: null,
      regex: '40',
      css: null,
    });
    assert.match(page.warnings.join(), /"css".*does not fit/);
  });
  it('writes small and large numbers without an exponent, in the text and as values', () => {
    const page = read(
      { small: 1.5e-7, large: 1e21, below: -2e-9, usual: 0.1 },
      { values: [{ name: 'small', select: 'jsonpath:$.small' }] },
    );
    assert.deepEqual(page.values, { small: '0.00000015' });
    assert.deepEqual(page.text.split('\n'), [
      'below: -0.000000002',
      'large: 1000000000000000000000',
      'small: 0.00000015',
      'usual: 0.1',
    ]);
  });

  it('gives all that a JSONPath finds where all is asked for', () => {
    const values = [{ name: 'values.v', select: 'jsonpath:$..price', all: true }];
    const page = read({ plans: [{ price: 40 }, { price: null }, { price: 35 }] }, { values });
    assert.deepEqual(page.values, { 'values.v': '40\n35' });
  });
  it('stops at values that are nested without end', () => {
    const page = extracted(
      extractJson(`{"a":1,"b":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, BASE),
    );
    assert.equal(page.text, 'a: 1');
    assert.match(page.warnings.join(), /deeper than 200/);
  });
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        assert.equal(read(reversed).text, read(object).text);
      }),
    );
  });
  it('writes each value on exactly one line', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (strings) => {
        assert.equal(read(strings).text.split('\n').length, strings.length);
      }),
    );
  });
});

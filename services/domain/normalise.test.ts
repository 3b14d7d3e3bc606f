import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { foldForQuote, foldSpelling, IgnoreInvalid, normalise } from './normalise.ts';

const FRAGMENTS = [
  '3 minutes ago',
  'vor 5 Stunden',
  'il y a 2 jours',
  'hace 1 hora',
  'just now',
  'about',
  '1,234 views',
  'Views: 12',
  '12',
  'views',
  'of',
  '40 €',
  'v1.2.3',
  '- ',
  '# ',
  '## A',
  ' | ',
  '0123456789abcdef0',
  '123e4567-e89b-12d3-a456-426614174000',
  'session id: ab12cd34',
  'sha256',
  '‹time›',
  '‹',
  '›',
  '\n',
  ' ',
  '-',
  '.',
  ',',
  'page generated in 0.2 s',
  'current time: 12:30',
  '\u200b',
  '\u0301',
  'é',
  'ﬁ',
  'İ',
  '“',
  '‘',
  '–',
  '1',
  '2 h ago',
  'k',
  '1.5k likes',
  '\u2028',
];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 12 }).map((parts) => parts.join(' ')),
);

describe('normalise', () => {
  it('drops empty lines and folds spaces', () => {
    assert.equal(normalise(' a \n\n\t\n b  c\u00a0').text, 'a\nb c');
  });
  it('folds compatibility characters and drops invisible ones', () => {
    assert.equal(normalise('Ｐｒｉｃｅ\u200b ４０').text, 'Price 40');
  });
  it('gives each line the nearest heading above it', () => {
    const { blocks } = normalise('a\n# Plans\nb\n### Pro\nc');
    assert.deepEqual(
      blocks.map((block) => [block.text, block.section]),
      [
        ['a', ''],
        ['# Plans', 'Plans'],
        ['b', 'Plans'],
        ['### Pro', 'Pro'],
        ['c', 'Pro'],
      ],
    );
  });
  it('takes no line for a heading that has no text or no space', () => {
    const { blocks } = normalise('#\n#tag\n####### seven');
    assert.deepEqual([...new Set(blocks.map((block) => block.section))], ['']);
  });
  it('hashes the text', () => {
    const { hash } = normalise('a\n\nb');
    assert.equal(hash, createHash('sha256').update('a\nb').digest('hex'));
  });
  it('has no blocks for an empty page', () => {
    assert.deepEqual(normalise(' \n').blocks, []);
  });
  it('gives the same hash to texts that differ in spaces and widths only', () => {
    assert.equal(normalise('Price  40\r\n').hash, normalise('Price ４０').hash);
  });
  it('changes nothing when it is run again', () => {
    fc.assert(
      fc.property(text, (any) => {
        const once = normalise(any);
        assert.equal(normalise(once.text).text, once.text);
      }),
      { numRuns: 2_000 },
    );
  });
  it('defect: changes nothing a second time where a masked id looked like a fingerprint', () => {
    const once = normalise('session id: ab12cd34sha256 A0123456789abcdef0').text;
    assert.equal(once, 'session id: ‹id› ‹id›');
    assert.equal(normalise(once).text, once);
  });
  it('has one line a block', () => {
    fc.assert(
      fc.property(text, (any) => {
        const { blocks, text: joined } = normalise(any);
        assert.equal(joined, blocks.map((block) => block.text).join('\n'));
        assert.ok(blocks.every((block) => block.text !== '' && !/[\n\r\u2028]/.test(block.text)));
      }),
    );
  });
});

describe('normalise: ignore', () => {
  it('masks what a pattern matches', () => {
    assert.equal(normalise('Build 123 ok', { ignore: ['Build \\d+'] }).text, '‹ignored› ok');
  });
  it('gives the same hash whatever the masked text is', () => {
    const ignore = ['Visitor \\w+'];
    assert.equal(normalise('Visitor a', { ignore }).hash, normalise('Visitor b', { ignore }).hash);
  });
  it('matches line by line', () => {
    assert.equal(normalise('ab\nab', { ignore: ['^a'] }).text, '‹ignored›b\n‹ignored›b');
  });
  it('does not match inside what another pattern masked', () => {
    assert.equal(normalise('abc', { ignore: ['b', 'ignored'] }).text, 'a‹ignored›c');
  });
  it('masks a heading and its section alike', () => {
    const { blocks } = normalise('# Offer 12\na', { ignore: ['\\d+'] });
    assert.equal(blocks[1]?.section, 'Offer ‹ignored›');
  });
  it('takes time in proportion to the text for a pattern that would explode elsewhere', () => {
    const line = `${'a'.repeat(20_000)}b`;
    assert.equal(normalise(line, { ignore: ['(a+)+c'] }).text, line);
  });
  it('refuses a pattern that is no RE2 pattern, naming it', () => {
    assert.throws(
      () => normalise('a', { ignore: ['(?<=a)b('] }),
      (error) => {
        assert.ok(error instanceof IgnoreInvalid);
        assert.equal(error.pattern, '(?<=a)b(');
        return error.message.startsWith('ignore.text "(?<=a)b("');
      },
    );
  });
});

describe('foldForQuote', () => {
  const same: [title: string, left: string, right: string][] = [
    ['case', 'PRICE Forty', 'price forty'],
    ['white space and line breaks', 'a  b\nc', 'a b c'],
    ['double quotes', '“a” „b‟ «c»', '"a" "b" "c"'],
    ['single quotes', '‘a’ b′s', "'a' b's"],
    ['dashes and minus signs', '1–2 — −3', '1-2 - -3'],
    ['width', '４０', '40'],
    ['letters that compose only in lower case', 'J\u030c', '\u01f0'],
    ['invisible characters', 'a\u200bb', 'ab'],
    ['marks of headings', '## Plans\n# Pro', 'Plans Pro'],
    ['marks of list items', '- a\n• b', 'a b'],
    ['a dash that becomes a mark', '– a', 'a'],
  ];
  for (const [title, left, right] of same) {
    it(`folds ${title}`, () => assert.equal(foldForQuote(left), foldForQuote(right)));
  }
  const different: [left: string, right: string][] = [
    ['40', '41'],
    ['12 %', '21 %'],
    ['price', 'рrice'],
    ['> 5', '5'],
    ['#tag', 'tag'],
    ['a-b', 'ab'],
  ];
  for (const [left, right] of different) {
    it(`keeps "${left}" and "${right}" apart`, () => {
      assert.notEqual(foldForQuote(left), foldForQuote(right));
    });
  }
  it('changes nothing when it is run again', () => {
    fc.assert(
      fc.property(text, (any) => {
        assert.equal(foldForQuote(foldForQuote(any)), foldForQuote(any));
      }),
      { numRuns: 2_000 },
    );
  });
  it('finds a whole line of a page in the folded page', () => {
    fc.assert(
      fc.property(text, text, text, (above, line, below) => {
        const page = foldForQuote(`${above}\nx ${line} x\n${below}`);
        assert.ok(page.includes(foldForQuote(`x ${line} x`)));
      }),
    );
  });
});

describe('foldSpelling', () => {
  it('folds the level of a heading', () =>
    assert.equal(foldSpelling('## A'), foldSpelling('### a')));
  it('keeps the mark of a list item, which may be a minus sign', () => {
    assert.notEqual(foldSpelling('- 5 %'), foldSpelling('5 %'));
  });
});

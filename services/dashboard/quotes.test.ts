import assert from 'node:assert/strict';
import fc from 'fast-check';
import { markQuotes, type Word } from './web/src/parts/quotes.ts';

const words = (...texts: string[]): Word[] => texts.map((text) => ({ op: 'equal', text }));
const quoted = (parts: ReturnType<typeof markQuotes>): string =>
  parts.map(({ text, quoted: is }) => (is ? `[${text}]` : text)).join('');

describe('marking quotes in a text', () => {
  it('marks a quote inside one word change', () => {
    assert.equal(quoted(markQuotes(words('Price: 54 today'), ['54'])), 'Price: [54] today');
  });

  it('marks a quote that runs over several word changes', () => {
    assert.equal(
      quoted(markQuotes(words('Price: ', '54', ' today'), ['Price: 54'])),
      '[Price: ][54] today',
    );
  });

  it('keeps what kind of change each piece is', () => {
    const parts = markQuotes([{ op: 'added', text: 'now 54 EUR' }], ['54']);
    assert.deepEqual(
      parts.map(({ op }) => op),
      ['added', 'added', 'added'],
    );
  });

  it('ignores case and runs of white space', () => {
    assert.equal(quoted(markQuotes(words('PRICE:   54'), ['price: 54'])), '[PRICE:   54]');
  });

  it('marks every place where the quote stands', () => {
    assert.equal(quoted(markQuotes(words('54 and 54'), ['54'])), '[54] and [54]');
  });

  it('marks nothing for a quote that is not there, or is empty', () => {
    assert.equal(quoted(markQuotes(words('Price: 54'), ['55', ' '])), 'Price: 54');
  });

  it('reads a quote as text, never as a pattern', () => {
    assert.equal(quoted(markQuotes(words('a.b axb (c)'), ['a.b', '(c)'])), '[a.b] axb [(c)]');
  });

  it('never loses or invents text', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (texts, quotes) => {
        const parts = markQuotes(words(...texts), quotes);
        assert.equal(parts.map(({ text }) => text).join(''), texts.join(''));
      }),
    );
  });
});

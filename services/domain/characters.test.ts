import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { dropInvisible, foldCharacters, foldSpace, splitLines } from './characters.ts';

describe('dropInvisible', () => {
  const cases: [title: string, text: string, left: string][] = [
    ['keeps plain text', 'Price 40\n', 'Price 40\n'],
    ['drops zero-width and bidi characters', 'a\u200b\u200e\u202e\u2066b', 'ab'],
    ['drops a soft hyphen', 'a\u00adb', 'ab'],
    ['drops control characters but white space', 'a\u0000\u001b\tb\nc', 'a\tb\nc'],
    ['keeps Arabic number signs, which are seen', '\u0600\u0661', '\u0600\u0661'],
    ['reads a blank cell as a space', 'a\u2800b', 'a b'],
    ['replaces half of a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['keeps letters of all scripts', 'Ünï 価格 цена', 'Ünï 価格 цена'],
  ];
  for (const [title, text, left] of cases) {
    it(title, () => assert.equal(dropInvisible(text), left));
  }
});

describe('foldCharacters', () => {
  it('folds width and compatibility forms', () =>
    assert.equal(foldCharacters('４０ ㎏ ﬁ'), '40 kg fi'));
  it('composes what a dropped character kept apart', () => {
    assert.equal(foldCharacters('e\u200d\u0301'), 'é');
  });
  it('changes nothing when it is run again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(foldCharacters(foldCharacters(text)), foldCharacters(text));
      }),
    );
  });
});

describe('splitLines and foldSpace', () => {
  it('splits at each kind of line end', () => {
    assert.deepEqual(splitLines('a\r\nb\nc\rd\u2028e\u0085f'), ['a', 'b', 'c', 'd', 'e', 'f']);
  });
  it('folds runs of spaces and drops those at the ends', () => {
    assert.equal(foldSpace('\u00a0 a \t b\u3000'), 'a b');
  });
});

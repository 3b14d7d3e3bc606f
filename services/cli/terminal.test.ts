import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { age, cut, plain, table, wrap } from './terminal.ts';

const now = new Date('2026-11-25T12:00:00Z');
const before = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString();

describe('plain', () => {
  it('keeps a web page from sending commands to the terminal', () => {
    assert.equal(plain('\u001b[2J\u001b]0;owned\u0007Price \u001b[31m39\u001b[0m'), 'Price 39');
  });
  it('makes one line of several', () => {
    assert.equal(plain('a\n\tb\u2028c\r\nd'), 'a b c d');
  });
  it('drops characters that turn the reading direction', () => {
    assert.equal(plain('ab\u202ecd\u200b'), 'abcd');
  });
  it('keeps letters of all languages', () => {
    assert.equal(plain('Größe 鸭 🦆'), 'Größe 鸭 🦆');
  });
  it('never lets a control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(plain(text), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('age', () => {
  for (const [seconds, text] of [
    [0, '0s'],
    [45, '45s'],
    [119, '119s'],
    [120, '2m'],
    [185, '3m5s'],
    [3599, '59m'],
    [7200, '2h'],
    [9000, '2h30m'],
    [36_000, '10h'],
    [172_800, '2d'],
    [-40, 'in 40s'],
    [-3600, 'in 60m'],
  ] as const)
    it(`writes ${seconds} seconds as ${text}`, () => {
      assert.equal(age(before(seconds), now), text);
    });
  for (const time of [undefined, null, 'soon'])
    it(`writes ${String(time)} as -`, () => {
      assert.equal(age(time, now), '-');
    });
});

describe('table', () => {
  it('aligns its columns', () => {
    assert.deepEqual(
      table(
        ['NAME', 'AGE'],
        [
          ['a', '1m'],
          ['longer', '2d'],
        ],
        undefined,
      ),
      ['NAME     AGE', 'a        1m', 'longer   2d'],
    );
  });
  it('writes a dash for nothing', () => {
    assert.deepEqual(table(['A', 'B'], [['', 'x']], undefined), ['A   B', '-   x']);
  });
  it('cuts lines to the terminal', () => {
    assert.deepEqual(table(['NAME'], [['a-very-long-name']], 8), ['NAME', 'a-very-…']);
  });
  it('is never wider than the terminal', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), fc.string())),
        fc.integer({ min: 5, max: 200 }),
        (rows, width) => {
          for (const line of table(['ONE', 'TWO'], rows, width)) assert.ok(line.length <= width);
        },
      ),
    );
  });
  it('counts an emoji as one character', () => {
    assert.deepEqual(table(['A', 'B'], [['👩‍👩‍👧', 'x']], undefined)[1], '👩👩👧   x');
  });
});

describe('cut', () => {
  it('leaves a text that fits', () => {
    assert.equal(cut('abc', 3), 'abc');
  });
  it('does not break a character in two', () => {
    assert.equal(cut('🦆🦆🦆', 2), '🦆…');
  });
});

describe('wrap', () => {
  it('breaks between words', () => {
    assert.deepEqual(wrap('one two three four five six', '  ', 22), [
      '  one two three four',
      '  five six',
    ]);
  });
  it('keeps everything on one line without a terminal', () => {
    assert.equal(wrap('word '.repeat(100), '', undefined).length, 1);
  });
  it('loses no word', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1 }), (words) => {
        const back = wrap(words.join(' '), '> ', 40).map((line) => line.slice(2));
        assert.equal(back.join(' '), words.join(' '));
      }),
    );
  });
});

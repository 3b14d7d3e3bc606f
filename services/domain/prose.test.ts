import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { cleanProse } from './prose.ts';

const stripped: readonly [string, string][] = [
  ['see https://evil.test/x?y=1 now', 'see now'],
  ['ftp://a.b/c', ''],
  ['//evil.test/x', ''],
  ['www.evil.test', ''],
  ['go to evil.test/login today', 'go to today'],
  ['evil.test', ''],
  ['аррӏе.com is a homograph', 'is a homograph'],
  ['example。com', ''],
  ['ｅｖｉｌ．ｔｅｓｔ', ''],
  ['xn--e1awd7f.com', ''],
  ['javascript:alert(1)', ''],
  ['data:text/html;base64,AAAA', ''],
  ['mailto:a@b.example', ''],
  ['tel:5551', ''],
  ['tel: 555', ''],
  ['write to a.b+c@evil.test please', 'write to please'],
  ['call +49 30 1234567 now', 'call now'],
  ['call (555) 123-4567', 'call'],
  ['555-1234', ''],
  ['0800 123 4567', ''],
  ['1-800-FLOWERS', ''],
  ['٠١٢٣٤٥٦٧٨', ''],
  ['[click here](http://evil.test)', ''],
  ['![x](http://evil.test/p.png)', ''],
  ['[a][1] text', 'text'],
  ['[1]: http://evil.test', ''],
  ['<a href="http://evil.test">x</a>', 'x'],
  ['<http://evil.test|click>', ''],
  ['<!channel> hello', 'hello'],
  ['@everyone look', 'everyone look'],
  ['**bold** `code` ~~x~~', 'bold code x'],
  ['&#104;&#116;tp', 'tp'],
  ['a\u202eb\u2066c', 'abc'],
  ['a\u200bb\u0000c\u{e0041}', 'abc'],
  ['h\u200bttps://evil.test', ''],
  ['line\r\nBcc: x', 'line Bcc: x'],
  ['192.168.0.1 is up', 'is up'],
  ['aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=', ''],
  ['ht<b></b>tps://evil.test', 'ht'],
  ['{{7*7}} ${x}', '7 7 $ x'],
];
const kept = [
  'The price fell from 40.00 € to 35.00 €.',
  'Now 1,299.00 instead of 1,499.00',
  'Preis: 1.299,00 € (−10 %)',
  'since 2026-11-25 10:30',
  'valid 25.11.2026 only',
  'the years 2024-2025',
  '1 299 000 views',
  'Node.js 24 and index.html',
  '降价。现在有货',
  "It's sold out; back at 9:30 a.m.",
  'Version 1.2.3',
  'C3 & D9',
  'Q: yes / no?',
];

describe('cleanProse', () => {
  for (const [text, clean] of stripped)
    it(`D9 turns ${JSON.stringify(text).slice(0, 50)} into "${clean}"`, () =>
      assert.equal(cleanProse(text), clean));
  for (const text of kept) it(`keeps "${text}"`, () => assert.equal(cleanProse(text), text));
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'http',
          's',
          ':',
          '//',
          '/',
          '.',
          'evil',
          'com',
          '@',
          '<',
          '>',
          '[',
          ']',
          '(',
          ')',
          'a',
          '1',
          '23',
          ' ',
          '-',
          '+49',
          '\u200b',
          '\u202e',
          '&#58;',
          'www.',
          'mailto:',
          '。',
          '．',
          'javascript',
          '|',
          '\n',
        ),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      { maxLength: 25 },
    )
    .map((parts) => parts.join(''));
  it('D9 leaves no link, mail address, markup or control character in any text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const clean = cleanProse(text);
        assert.doesNotMatch(clean, /:\/\/|www\.|[<>@`[\]|]|mailto:|javascript:\S|[\p{Cc}\p{Cf}]/iu);
        assert.doesNotMatch(clean, /\p{L}\.(?:com|test|org)(?![\p{L}\p{N}.-])/iu);
      }),
      { numRuns: 1000 },
    );
  });
  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(hostile, (text) => assert.equal(cleanProse(cleanProse(text)), cleanProse(text))),
      { numRuns: 500 },
    );
  });
});

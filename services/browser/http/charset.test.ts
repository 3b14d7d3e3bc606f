import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decodeText } from './charset.ts';

const bytes = (...values: number[]): Buffer => Buffer.from(values);
const LATIN = bytes(0x47, 0x72, 0xf6, 0xdf, 0x65);

describe('charset of a document', () => {
  it('reads UTF-8 without any declaration', () => {
    const decoded = decodeText(Buffer.from('Größe 価格'), 'text/html');
    assert.equal(decoded.text, 'Größe 価格');
    assert.deepEqual(decoded.warnings, []);
  });

  it('takes the charset of the header', () => {
    const decoded = decodeText(bytes(0xd6, 0xe5, 0xed, 0xe0), 'text/html; charset=windows-1251');
    assert.equal(decoded.text, 'Цена');
  });

  it('takes a quoted charset of the header', () => {
    assert.equal(decodeText(LATIN, 'text/html; charset="iso-8859-1"').text, 'Größe');
  });

  it('takes the meta declaration when the header names none', () => {
    const body = Buffer.concat([Buffer.from('<meta charset=shift_jis>'), bytes(0x89, 0xbf)]);
    assert.match(decodeText(body, 'text/html').text, /価$/);
  });

  it('takes the older meta form', () => {
    const meta = '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">';
    const body = Buffer.concat([Buffer.from(meta), LATIN]);
    assert.match(decodeText(body, 'text/html').text, /Größe$/);
  });

  it('takes the declaration of an XML document', () => {
    const xml = '<?xml version="1.0" encoding="windows-1251"?><a>';
    const body = Buffer.concat([Buffer.from(xml), bytes(0xd6)]);
    assert.match(decodeText(body, 'application/xml').text, /Ц$/);
  });

  it('prefers the header to the declaration', () => {
    const body = Buffer.concat([Buffer.from('<meta charset=shift_jis>'), bytes(0xd6)]);
    assert.match(decodeText(body, 'text/html; charset=windows-1251').text, /Ц$/);
  });

  it('prefers a byte order mark to everything and leaves it out', () => {
    const body = Buffer.concat([bytes(0xef, 0xbb, 0xbf), Buffer.from('ä')]);
    assert.equal(decodeText(body, 'text/html; charset=windows-1251').text, 'ä');
  });

  it('reads UTF-16 by its byte order mark', () => {
    const body = Buffer.concat([bytes(0xff, 0xfe), Buffer.from('hi', 'utf16le')]);
    assert.equal(decodeText(body, '').text, 'hi');
  });

  it('does not believe an ASCII declaration of UTF-16', () => {
    assert.equal(decodeText(Buffer.from('<meta charset=utf-16>x'), '').charset, 'utf-8');
  });

  it('ignores a declaration inside a comment', () => {
    const body = Buffer.from('<!-- <meta charset=shift_jis> -->é');
    assert.equal(decodeText(body, '').charset, 'utf-8');
  });

  it('assumes windows-1252 with a warning when bytes are no UTF-8', () => {
    const decoded = decodeText(LATIN, 'text/html');
    assert.equal(decoded.text, 'Größe');
    assert.match(decoded.warnings[0] ?? '', /windows-1252/);
  });

  it('warns of an unknown charset and goes on', () => {
    const decoded = decodeText(Buffer.from('ok'), 'text/html; charset=klingon');
    assert.equal(decoded.text, 'ok');
    assert.match(decoded.warnings[0] ?? '', /klingon/);
  });

  it('gives back any text that was written in UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const body = Buffer.from(text);
        fc.pre(!text.startsWith('\ufeff'));
        assert.equal(decodeText(body, 'text/plain; charset=utf-8').text, body.toString());
      }),
    );
  });
});

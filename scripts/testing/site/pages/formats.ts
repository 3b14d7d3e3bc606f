/** Documents that are not HTML in UTF-8: JSON, feeds, PDF, text, other charsets, files. */
import { send, type Page, type Pages } from '../page.ts';
import { pdfOf } from '../pdf.ts';

const typed =
  (type: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Page =>
  (visit) =>
    send(visit, body, { 'content-type': type, ...headers });

const rss = `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed of news</title>
<item><title>First post</title><link>https://example.org/1</link><description>Body &lt;b&gt;one&lt;/b&gt;</description></item>
<item><title>Second post</title><link>https://example.org/2</link><description>Body two</description></item></channel></rss>`;

/** Bytes of `Цена` (windows-1251), `価格` (Shift_JIS) and `Größe` (ISO-8859-1). */
const CYRILLIC = Buffer.from([0xd6, 0xe5, 0xed, 0xe0]);
const JAPANESE = Buffer.from([0x89, 0xbf, 0x8a, 0x69]);
const LATIN = Buffer.from([0x47, 0x72, 0xf6, 0xdf, 0x65]);

const around = (before: string, word: Buffer): Buffer =>
  Buffer.concat([Buffer.from(before), word, Buffer.from('</p></body></html>')]);

export const formatPages: Pages = {
  'data.json': (visit) =>
    send(visit, JSON.stringify({ product: { name: 'Chair', price: 40 + visit.version } }), {
      'content-type': 'application/json',
    }),
  feed: typed('application/rss+xml', rss),
  text: typed('text/plain; charset=utf-8', 'Line one\nLine two\n'),
  pdf: typed('application/pdf', pdfOf(['Report of the year', 'Second page'])),
  'pdf-broken': typed('application/pdf', Buffer.from('%PDF-1.4\nnothing of use')),
  'windows-1251': typed(
    'text/html; charset=windows-1251',
    around('<html><title>t</title><body><p>', CYRILLIC),
  ),
  'shift-jis': typed(
    'text/html',
    around('<html><head><meta charset="shift_jis"><title>t</title></head><body><p>', JAPANESE),
  ),
  latin: typed(
    'text/html',
    around(
      '<html><head><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"></head><body><p>',
      LATIN,
    ),
  ),
  undeclared: typed('text/html', around('<html><title>t</title><body><p>', LATIN)),
  utf16: typed(
    'text/html',
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<p>sixteen bits</p>', 'utf16le')]),
  ),
  image: typed('image/png', Buffer.from('89504e470d0a1a0a', 'hex')),
  attachment: typed('text/html', '<p>a file</p>', {
    'content-disposition': 'attachment; filename="report.html"',
  }),
  binary: typed('application/octet-stream', Buffer.alloc(64, 7)),
};

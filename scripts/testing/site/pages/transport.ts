/** Pages that are difficult on the wire: slow, huge, compressed, endless, redirecting. */
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { documentOf, html, send, type Page, type Pages, type Visit } from '../page.ts';

const MEGABYTE = 1024 * 1024;
const PLAIN = documentOf('Packed', '<p>Unpacked text</p>');

const packed =
  (encoding: string, body: () => Buffer): Page =>
  (visit) =>
    send(visit, body(), { 'content-encoding': encoding });

const redirect =
  (target: (visit: Visit) => string, status = 302): Page =>
  (visit) =>
    send(visit, '', { location: target(visit) }, status);

/** Writes `chunk` every `everyMs` until the client goes. */
async function drip(visit: Visit, chunk: Buffer, everyMs: number): Promise<void> {
  while (!visit.gone()) {
    if (!visit.response.write(chunk)) await visit.wait(1);
    await visit.wait(everyMs);
  }
}

let bomb: Buffer | undefined;
/** 256 MB of zeros in 260 KB, made once. */
const gzipBomb = (): Buffer => (bomb ??= gzipSync(Buffer.alloc(256 * MEGABYTE), { level: 9 }));

export const transportPages: Pages = {
  slow: async (visit) => {
    await visit.wait(Number(visit.url.searchParams.get('ms') ?? 400));
    send(visit, documentOf('Slow', '<p>At last</p>'));
  },
  silent: (visit) => visit.wait(60_000),
  huge: html('Huge', () => `<p>${'words and words '.repeat((12 * MEGABYTE) / 16)}</p>`),
  large: html(
    'Large',
    () => `<ul>${'<li>An entry of the list</li>'.repeat(40_000)}</ul><p>The end</p>`,
  ),
  gzip: packed('gzip', () => gzipSync(PLAIN)),
  brotli: packed('br', () => brotliCompressSync(PLAIN)),
  zstd: packed('zstd', () => zstdCompressSync(PLAIN)),
  deflate: packed('deflate', () => deflateSync(PLAIN)),
  'deflate-raw': packed('deflate', () => deflateRawSync(PLAIN)),
  'gzip-twice': packed('gzip, gzip', () => gzipSync(gzipSync(PLAIN))),
  'gzip-cut': packed('gzip', () => gzipSync(PLAIN).subarray(0, -4)),
  'gzip-wrong': packed('gzip', () => Buffer.from('this is not gzip at all')),
  'gzip-bomb': packed('gzip', gzipBomb),
  'brotli-bomb': packed('br', () => brotliCompressSync(Buffer.alloc(32 * MEGABYTE))),
  'zstd-bomb': packed('zstd', () => zstdCompressSync(Buffer.alloc(32 * MEGABYTE))),
  'nested-bomb': packed('gzip, gzip', () => gzipSync(gzipBomb())),
  'many-encodings': packed('gzip, gzip, gzip, gzip', () => gzipSync(PLAIN)),
  'unknown-encoding': packed('compress', () => Buffer.from('x')),
  redirect: redirect(({ url }) => url.searchParams.get('to') ?? '/static'),
  'redirect-loop': redirect(() => '/redirect-loop'),
  'redirect-chain': redirect(({ url }) => {
    const left = Number(url.searchParams.get('n') ?? 3);
    return left <= 1 ? '/static' : `/redirect-chain?n=${left - 1}`;
  }, 301),
  'redirect-file': redirect(() => 'file:///etc/passwd'),
  'redirect-nowhere': (visit) => send(visit, documentOf('Moved', '<p>Moved</p>'), {}, 302),
  'redirect-keep': redirect(() => '/echo', 307),
  drip: async (visit) => {
    visit.response.writeHead(200, { 'content-type': 'text/html' });
    visit.response.write('<!doctype html><title>Drip</title><p>');
    await drip(visit, Buffer.from('drop '), 50);
  },
  endless: async (visit) => {
    visit.response.writeHead(200, { 'content-type': 'text/html' });
    await drip(visit, Buffer.alloc(256 * 1024, 'endless '), 0);
  },
  'endless-download': async (visit) => {
    visit.response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="endless.bin"',
    });
    await drip(visit, Buffer.alloc(64 * 1024, 1), 20);
  },
  reset: (visit) => void visit.request.socket.destroy(),
  'cut-body': (visit) => {
    visit.response.writeHead(200, { 'content-type': 'text/html', 'content-length': '5000' });
    visit.response.write('<p>Only the beginning');
    visit.response.socket?.end();
  },
};

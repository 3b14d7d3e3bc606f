/** Undoes content codings, with a cap on the decoded bytes so that no bomb can unfold. */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { FetchFailure } from '../failure.ts';
import { tooLarge } from './body.ts';

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const inflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate);
const inflateRaw = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);
const brotli = promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress);
const zstd = promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);

/** Codings that one body may have on top of each other. */
const MAX_CODINGS = 2;

/** The codings of a `Content-Encoding`, in the order in which they were applied. */
export const codingsOf = (header: string | undefined): string[] =>
  (header ?? '')
    .toLowerCase()
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '' && word !== 'identity');

/**
 * Decodes a body.
 * @param cap decoded bytes of each layer at the most.
 * @throws FetchFailure `tooLarge` past the cap, `decodeFailed` for broken or unknown codings.
 */
export async function decodeBody(
  body: Buffer,
  header: string | undefined,
  cap: number,
): Promise<Buffer> {
  const codings = codingsOf(header);
  if (codings.length > MAX_CODINGS)
    throw new FetchFailure('decodeFailed', 'The page is compressed more than twice over.');
  let decoded = body;
  for (const coding of codings.reverse()) decoded = await undo(coding, decoded, cap);
  return decoded;
}

async function undo(coding: string, body: Buffer, cap: number): Promise<Buffer> {
  if (body.length === 0) return body;
  try {
    return await decoderOf(coding, body)(body, cap);
  } catch (error) {
    if (error instanceof FetchFailure) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(cap);
    throw new FetchFailure('decodeFailed', `The page's ${coding} data is broken.`, {
      cause: error,
    });
  }
}

type Decoder = (body: Buffer, cap: number) => Promise<Buffer>;

/** A body that ends early gives what can be decoded of it, as in browsers. */
function decoderOf(coding: string, body: Buffer): Decoder {
  const lenient = (cap: number): zlib.ZlibOptions => ({
    maxOutputLength: cap,
    finishFlush: zlib.constants.Z_SYNC_FLUSH,
  });
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return (data, cap) => gunzip(data, lenient(cap));
    case 'deflate':
      return (data, cap) => (hasZlibHeader(body) ? inflate : inflateRaw)(data, lenient(cap));
    case 'br':
      return (data, cap) =>
        brotli(data, {
          maxOutputLength: cap,
          finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
        });
    case 'zstd':
      return (data, cap) => zstd(data, { maxOutputLength: cap });
    default:
      throw new FetchFailure('decodeFailed', `The page uses the unknown encoding ${coding}.`);
  }
}

/** Some servers send raw DEFLATE data under the name of the zlib format (RFC 1950). */
const hasZlibHeader = (body: Buffer): boolean =>
  ((body[0] ?? 0) & 0x0f) === 8 && (((body[0] ?? 0) << 8) | (body[1] ?? 0)) % 31 === 0;

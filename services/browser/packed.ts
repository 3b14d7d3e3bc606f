/** Packs a document for an answer. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify<string | Uint8Array, Buffer>(gzip);

/** A document as gzip in base64. */
export const packed = async (document: string | Uint8Array): Promise<string> =>
  (await compress(document)).toString('base64');

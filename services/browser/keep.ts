/** Keeps the document of a page whose text is new, so that a new selector can be tried on it. */
import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  MAX_DOCUMENT_BYTES,
  type FetchRequest,
  type FetchResult,
} from '../core/contracts/browser.ts';
import type { DocumentReader } from './document/reader.ts';
import { fetchOverHttp, type HttpDeps } from './http/fetch.ts';
import { withoutSecrets } from './secrets.ts';

const compress = promisify<Uint8Array, Buffer>(gzip);

/**
 * Adds the document to a result when it is asked for and its page does not read as the known one;
 * a document that is too large is left out, with a warning.
 */
export async function withDocument(
  request: FetchRequest,
  result: FetchResult,
  document: string | Uint8Array | undefined,
): Promise<FetchResult> {
  if (!request.keepDocument || document === undefined || result.kind !== 'page') return result;
  const { page } = result;
  if (request.knownText === hash('sha256', page.text, 'hex')) return result;
  const packed = await compress(withoutSecrets(document, request.source));
  if (packed.byteLength <= MAX_DOCUMENT_BYTES)
    return { ...result, documentGzip: packed.toString('base64') };
  const megabytes = MAX_DOCUMENT_BYTES / 1024 / 1024;
  const warning = `The document is not kept: it has more than ${megabytes} MB when compressed.`;
  return { ...result, page: { ...page, warnings: [...page.warnings, warning] } };
}

/** Fetches over HTTP, and keeps the document as asked. */
export async function fetchKeeping(
  request: FetchRequest,
  deps: HttpDeps,
  signal: AbortSignal,
): Promise<FetchResult> {
  let document: Uint8Array | undefined;
  const reader: DocumentReader = {
    ...deps.reader,
    read: (given, rules, ends) => {
      document = given.body;
      return deps.reader.read(given, rules, ends);
    },
  };
  // whether it is kept is known only when its text is
  const bare = { ...request, keepDocument: false };
  const result = await fetchOverHttp(bare, { ...deps, reader }, signal);
  return withDocument(request, result, document);
}

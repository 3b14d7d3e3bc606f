/** Fetches a page over HTTP: follows redirects by hand, decodes, and reads the document. */
import { hash } from 'node:crypto';
import { request as send, type Dispatcher } from 'undici';
import type { Clock } from '../../core/clock.ts';
import type { FetchRequest, FetchResult } from '../../core/contracts/browser.ts';
import type { EgressTransport } from '../../core/egress/transport.ts';
import type { Caps } from '../caps.ts';
import type { DocumentReader } from '../document/reader.ts';
import type { Document } from '../document/types.ts';
import type { Extracted } from '../../domain/extract/extraction.ts';
import { FetchFailure, type Timings } from '../failure.ts';
import { packed } from '../packed.ts';
import { collectBody } from './body.ts';
import { refuseBusy } from './busy.ts';
import { decodeBody } from './decode.ts';
import { headerOf, hopHeaders, isAttachment, isSettable } from './headers.ts';
import { firstHop, nextHop, type Hop } from './redirect.ts';

export interface HttpDeps {
  readonly clock: Clock;
  readonly caps: Caps;
  readonly reader: DocumentReader;
  readonly egress: Pick<EgressTransport, 'pooled'>;
}

interface Answer {
  readonly hop: Hop;
  readonly redirects: readonly string[];
  readonly response: Dispatcher.ResponseData;
  readonly firstByteMs: number;
}

/**
 * Fetches over HTTP.
 * @param signal ends the fetch; its reason is thrown.
 * @throws FetchFailure or what undici throws; see `failureOf`.
 */
export async function fetchOverHttp(
  request: FetchRequest,
  deps: HttpDeps,
  signal: AbortSignal,
): Promise<FetchResult> {
  const startedAt = deps.clock.monotonic();
  const elapsed = (): number => deps.clock.monotonic() - startedAt;
  const session = deps.egress.pooled(request.egressCredential);
  try {
    const answer = await followHops(request, deps, session.dispatcher, signal, elapsed);
    const timings = (): Timings => ({ totalMs: elapsed(), firstByteMs: answer.firstByteMs });
    const { statusCode, headers } = answer.response;
    if (statusCode === 304) {
      await answer.response.body.dump();
      return { kind: 'notModified', status: 304, timings: timings() };
    }
    refuseBusy(statusCode, headerOf(headers, 'retry-after'), deps.clock.now());
    const body = await readBody(answer.response, deps.caps.documentBytes);
    const document = documentOf(answer, body);
    const reading = await deps.reader.read(document, request.source, signal);
    return await pageResult(request, answer, document, reading, timings);
  } finally {
    await session.close();
  }
}

/** Sends the request, and its successors while the server redirects. */
async function followHops(
  request: FetchRequest,
  { caps }: HttpDeps,
  dispatcher: Dispatcher,
  signal: AbortSignal,
  elapsed: () => number,
): Promise<Answer> {
  let hop = firstHop(request.source.url, request.source.http?.method ?? 'GET');
  const origin = hop.url.origin;
  const redirects: string[] = [];
  for (;;) {
    const { body } = request.source.http ?? {};
    const response = await send(hop.url, {
      dispatcher,
      method: hop.method,
      headers: hopHeaders(request, hop.own),
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(hop.method === 'POST' && body !== undefined ? { body } : {}),
    });
    const firstByteMs = elapsed();
    const location = headerOf(response.headers, 'location');
    const next = await orDiscard(response, () =>
      nextHop(hop, response.statusCode, location, origin),
    );
    if (!next) return { hop, redirects, response, firstByteMs };
    await response.body.dump({ limit: 64 * 1024 });
    redirects.push(next.url.href);
    if (redirects.length > caps.redirects)
      throw new FetchFailure(
        'tooManyRedirects',
        `The page redirects more than ${caps.redirects} times.`,
      );
    hop = next;
  }
}

/** Frees the connection when a decision about an answer throws. */
async function orDiscard<T>(response: Dispatcher.ResponseData, decide: () => T): Promise<T> {
  try {
    return decide();
  } catch (error) {
    response.body.on('error', () => {}).destroy();
    throw error;
  }
}

async function readBody({ headers, body }: Dispatcher.ResponseData, cap: number): Promise<Buffer> {
  if (isAttachment(headers)) {
    body.on('error', () => {}).destroy();
    throw new FetchFailure(
      'download',
      'The address gives a file to download, not a page; watch the page that links to it.',
    );
  }
  const wire = await collectBody(body, cap);
  return decodeBody(wire, headerOf(headers, 'content-encoding'), cap);
}

const documentOf = ({ response, hop }: Answer, body: Buffer): Document => ({
  body,
  hash: hash('sha256', body, 'hex'),
  contentType: headerOf(response.headers, 'content-type') ?? '',
  status: response.statusCode,
  finalUrl: hop.url.href,
});

async function pageResult(
  request: FetchRequest,
  { hop, redirects, response }: Answer,
  { body, hash: htmlHash, contentType }: Document,
  reading: Extracted,
  timings: () => Timings,
): Promise<FetchResult> {
  const { headers, statusCode } = response;
  const etag = headerOf(headers, 'etag');
  const lastModified = headerOf(headers, 'last-modified');
  const document = request.keepDocument ? await packed(body) : undefined;
  return {
    kind: 'page',
    page: {
      extractor: 'http@1',
      requestedUrl: request.source.url,
      finalUrl: hop.url.href,
      redirects: [...redirects],
      status: statusCode,
      contentType,
      title: reading.title,
      text: reading.text,
      bytes: body.length,
      htmlHash,
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
      signs: [...reading.signs],
      warnings: [...reading.warnings, ...warningsOf(request, redirects)],
      values: { ...reading.values },
    },
    ...(request.probeJavaScript ? { needsJavaScript: reading.needsJavaScript } : {}),
    ...(document === undefined ? {} : { documentGzip: document }),
    timings: timings(),
  };
}

function warningsOf({ source }: FetchRequest, redirects: readonly string[]): string[] {
  const ignored = (source.http?.headers ?? []).filter(({ name }) => !isSettable(name));
  const chain = [source.url, ...redirects];
  const downgraded = chain.some(
    (url, index) => url.startsWith('http:') && chain[index - 1]?.startsWith('https:'),
  );
  return [
    ...ignored.map(({ name }) => `The header ${name} belongs to the connection and was not sent.`),
    ...(downgraded
      ? ['The page redirects from https to http, which anybody can read on its way.']
      : []),
  ];
}

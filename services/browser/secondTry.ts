/**
 * Looks a second time before the page is blamed. A proxy of ours that dies breaks connections as a server
 * does, and a browser that dies takes down every page that it shows.
 */
import type { FetchRequest, FetchResult } from '../core/contracts/browser.ts';
import type { FetchErrorCode } from '../domain/types.ts';
import type { Fetcher } from './fetch.ts';
import { failureOf } from './http/failures.ts';

/** The same fetcher with a second try, within the same time, where the first may have failed by our fault. */
export const withSecondTry =
  (fetcher: Fetcher): Fetcher =>
  async (request, signal) => {
    if (!isHarmless(request)) return fetcher(request, signal);
    const first = await tryOnce(fetcher, request, signal);
    if (signal.aborted || !isDoubtful(first, request)) return outcomeOf(first);
    // Another page may have ended the browser that both were in.
    const ownBrowser = request.ownBrowser || first.kind === 'crashed';
    return fetcher({ ...request, ownBrowser }, signal);
  };

/** Nothing happens by it but reading. */
const isHarmless = ({ source, session }: FetchRequest): boolean =>
  (source.http?.method ?? 'GET') === 'GET' && source.steps === undefined && session === undefined;

/** Failures that look the same whether the page or a part of ours brought them about. */
const DOUBTFUL: Readonly<Partial<Record<FetchErrorCode, 'crashed' | 'reset'>>> = {
  browserCrashed: 'crashed',
  connectionReset: 'reset',
};

type Tried =
  | { readonly kind: 'result'; readonly result: FetchResult }
  | { readonly kind: 'crashed' | 'reset' | 'failed'; readonly error: unknown };

async function tryOnce(
  fetcher: Fetcher,
  request: FetchRequest,
  signal: AbortSignal,
): Promise<Tried> {
  try {
    return { kind: 'result', result: await fetcher(request, signal) };
  } catch (error) {
    return { kind: DOUBTFUL[failureOf(error).code] ?? 'failed', error };
  }
}

function isDoubtful(tried: Tried, request: FetchRequest): boolean {
  switch (tried.kind) {
    case 'crashed':
    case 'reset':
      return true;
    case 'failed':
      return false;
    case 'result':
      return isFallback(tried.result, request);
    default:
      return tried satisfies never;
  }
}

/** The browser could not load a page that HTTP can: what was seen would not compare with what it saw before. */
const isFallback = (result: FetchResult, { via, source }: FetchRequest): boolean =>
  via === 'browser' &&
  (source.format === 'Auto' || source.format === 'Html') &&
  result.kind === 'page' &&
  result.page.extractor === 'http@1' &&
  /^(text\/html|application\/xhtml\+xml)\b/i.test(result.page.contentType);

function outcomeOf(tried: Tried): FetchResult {
  if (tried.kind === 'result') return tried.result;
  throw tried.error;
}

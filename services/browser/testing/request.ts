/** Requests and readers of results for the tests of this service. */
import type { FetchRequest, FetchResult } from '../../core/contracts/browser.ts';
import { createLog } from '../../core/log.ts';
import type { NotJudgeable } from '../../domain/types.ts';
import { judgeValidity } from '../../domain/validity.ts';

export const silentLog = createLog('test', 'silent');

/** A request for one page with everything else at its default. */
export function requestOf(
  url: string,
  source: Partial<FetchRequest['source']> = {},
  rest: Partial<FetchRequest> = {},
): FetchRequest {
  return {
    workspace: 'w',
    monitor: 'm',
    checkId: '0190c0de-0000-7000-8000-000000000001',
    source: {
      name: 'page',
      url,
      format: 'Auto',
      viewport: { width: 1280, height: 800 },
      consent: 'Off',
      locale: 'en-GB',
      timeZone: 'Europe/Berlin',
      values: [],
      ...source,
    },
    via: 'http',
    probeJavaScript: false,
    screenshot: false,
    keepDocument: false,
    timeoutMs: 10_000,
    ownBrowser: false,
    egressCredential: 'credential',
    ...rest,
  };
}

/** The page of a result; fails the test with the whole result when there is none. */
export function pageIn(result: FetchResult): Extract<FetchResult, { kind: 'page' }>['page'] {
  if (result.kind !== 'page') throw new Error(`no page: ${JSON.stringify(result)}`);
  return result.page;
}

/** The error code of a result; its kind when it did not fail. */
export const codeIn = (result: FetchResult): string =>
  result.kind === 'failed' ? result.error.code : result.kind;

/** Pages of the fixture site that are no content, with what they are. */
export const WALLS: Readonly<Record<string, NotJudgeable>> = {
  captcha: 'captcha',
  consent: 'consentWall',
  account: 'loginWall',
  'soft-404': 'softNotFound',
  missing: 'errorPage',
  broken: 'errorPage',
  geo: 'geoBlock',
  empty: 'emptyRender',
};

/** Why the page of a result is not judged, or `valid`. */
export function whyIn(result: FetchResult): string {
  const validity = judgeValidity(pageIn(result), { previousLengths: [] });
  return validity.kind === 'valid' ? 'valid' : validity.why;
}

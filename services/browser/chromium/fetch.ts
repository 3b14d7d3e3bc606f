/** Fetches a page by Chromium in a fresh context. */
import type { Clock } from '../../core/clock.ts';
import type { FetchRequest, FetchResult } from '../../core/contracts/browser.ts';
import type { Caps } from '../caps.ts';
import type { FetchFailure } from '../failure.ts';
import { refuseBusy } from '../http/busy.ts';
import { firstHop } from '../http/redirect.ts';
import { orAborted } from './abort.ts';
import type { Browser, TabEvents } from './browser.ts';
import { countPopup, fence, type FenceCounts } from './fence.ts';
import { arrive, dress } from './navigate.ts';
import { pageOf } from './page.ts';
import type { BrowserPool } from './pool.ts';
import { look } from './look.ts';
import { shoot } from './read.ts';
import { crashFailure, failureOfVisit } from './errors.ts';
import { withDocument } from '../keep.ts';
import type { Tab } from './tab.ts';
import { watchTraffic } from './traffic.ts';

export interface ChromiumDeps {
  readonly clock: Clock;
  readonly caps: Caps;
  readonly pool: BrowserPool;
  /** Such as `http://127.0.0.1:8005`. */
  readonly proxyOrigin: string;
  /** Fetches the same page over HTTP, for documents that are no HTML. */
  readonly overHttp: (request: FetchRequest, signal: AbortSignal) => Promise<FetchResult>;
  /** Cap of the wait for rest; `SETTLE_CAP_MS` when absent. */
  readonly settleCapMs?: number | undefined;
}

/** Whether a source can be shown by a browser at all; the others go over HTTP. */
export const isForBrowser = ({ source }: FetchRequest): boolean =>
  (source.format === 'Auto' || source.format === 'Html') &&
  (source.http?.method ?? 'GET') === 'GET';

/**
 * Fetches by the browser; falls back to HTTP for what is no HTML.
 * @param signal ends the fetch at once, whatever the page does; its reason is thrown.
 * @throws FetchFailure; SetupError when there is no Chromium.
 */
export async function fetchByBrowser(
  request: FetchRequest,
  deps: ChromiumDeps,
  signal: AbortSignal,
): Promise<FetchResult> {
  if (!isForBrowser(request)) return deps.overHttp(request, signal);
  firstHop(request.source.url, 'GET');
  const stop = new AbortController();
  const fail = (failure: FetchFailure): void => stop.abort(failure);
  const counts: FenceCounts = { dialogs: 0, popups: 0, downloads: 0 };
  const events: TabEvents = {
    popup: () => countPopup(counts, deps.caps, fail),
    crashed: (why) => fail(crashFailure(why)),
  };
  const lease = await deps.pool.lease(request.ownBrowser, events);
  const either = AbortSignal.any([signal, stop.signal]);
  let outcome: FetchResult | 'useHttp';
  try {
    fence(lease.tab, deps.caps, counts, fail);
    const { tab, browser } = lease;
    outcome = await visit({ request, deps, tab, browser, counts, fail }, either);
  } catch (error) {
    throw failureOfVisit(error, either);
  } finally {
    await lease.release();
  }
  return outcome === 'useHttp' ? deps.overHttp(request, signal) : outcome;
}

interface Visit {
  readonly request: FetchRequest;
  readonly deps: ChromiumDeps;
  readonly tab: Tab;
  readonly browser: Browser;
  readonly counts: FenceCounts;
  readonly fail: (failure: FetchFailure) => void;
}

async function visit(
  { request, deps, tab, browser, counts, fail }: Visit,
  signal: AbortSignal,
): Promise<FetchResult | 'useHttp'> {
  const { clock, caps, proxyOrigin } = deps;
  const startedAt = clock.monotonic();
  const elapsed = (): number => clock.monotonic() - startedAt;
  const traffic = watchTraffic(tab.session, tab.targetId, caps, fail);
  await orAborted(dress(tab, request, { proxyOrigin, userAgent: browser.userAgent }), signal);
  const arrival = await arrive(tab, traffic, request.source.url, signal);
  if (arrival.kind === 'useHttp') return 'useHttp';
  const { status, headers } = arrival.document;
  refuseBusy(status, headers['retry-after'], clock.now());
  const firstByteMs = elapsed();
  const seen = await look({ request, clock, caps, capMs: deps.settleCapMs, tab, traffic }, signal);
  const settledMs = elapsed();
  const screenshot = request.screenshot ? await orAborted(shoot(tab, caps), signal) : undefined;
  const page = pageOf(request, traffic, { ...seen, counts });
  const result: FetchResult = {
    kind: 'page',
    page,
    ...(screenshot ? { screenshot } : {}),
    timings: { totalMs: elapsed(), firstByteMs, settledMs },
  };
  return withDocument(request, result, seen.answer.html);
}

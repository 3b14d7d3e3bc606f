/** Fetches a page by Chromium in a fresh context. */
import type { Clock } from '../../core/clock.ts';
import type { FetchRequest, FetchResult } from '../../core/contracts/browser.ts';
import type { Caps } from '../caps.ts';
import { FetchFailure } from '../failure.ts';
import { firstHop } from '../http/redirect.ts';
import { orAborted } from './abort.ts';
import type { Browser, TabEvents } from './browser.ts';
import { countHelper, countPopup, fence, type FenceCounts } from './fence.ts';
import { dress } from './navigate.ts';
import { pageOf } from './page.ts';
import type { BrowserPool } from './pool.ts';
import { look } from './look.ts';
import { crashFailure, failureOfVisit } from './errors.ts';
import { withDocument } from '../keep.ts';
import { loginOf, type ReadMounted } from '../login.ts';
import { withoutLogin, withoutLoginIn } from '../secrets.ts';
import type { Walk } from './steps/run.ts';
import { enter, leave } from './steps/entry.ts';
import { needsSteps, picture, refuseLoggedOut, walkSteps } from './steps/walk.ts';
import type { Tab } from './tab.ts';
import { watchTraffic, type Traffic } from './traffic.ts';

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
  /** Longest time of one step; `STEP_MS` when absent. */
  readonly stepMs?: number | undefined;
  /** Secrets for logins that are mounted here; none when absent. */
  readonly mounted?: ReadMounted | undefined;
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
  if (!isForBrowser(request)) return withoutBrowser(request, deps, signal);
  firstHop(request.source.url, 'GET');
  const endsAt = deps.clock.monotonic() + request.timeoutMs;
  const stop = new AbortController();
  const fail = (failure: FetchFailure): void => stop.abort(failure);
  const counts: FenceCounts = { dialogs: 0, popups: 0, downloads: 0, helpers: 0 };
  const events: TabEvents = {
    popup: () => countPopup(counts, deps.caps, fail),
    helper: () => countHelper(counts, deps.caps, fail),
    crashed: (why) => fail(crashFailure(why)),
  };
  const either = AbortSignal.any([signal, stop.signal]);
  const lease = await deps.pool.lease(request.ownBrowser, events).catch((error: unknown) => {
    throw failureOfVisit(error, either);
  });
  let outcome: FetchResult | 'useHttp';
  try {
    fence(lease.tab, deps.caps, counts, fail);
    const { tab, browser } = lease;
    outcome = await visit({ request, deps, tab, browser, counts, fail, endsAt }, either);
  } catch (error) {
    throw failureOfVisit(error, either);
  } finally {
    await lease.release();
  }
  return outcome === 'useHttp' ? withoutBrowser(request, deps, signal) : outcome;
}

/** The page over HTTP; one that was read without its steps is not what the monitor watches. */
async function withoutBrowser(
  request: FetchRequest,
  deps: ChromiumDeps,
  signal: AbortSignal,
): Promise<FetchResult> {
  const result = await deps.overHttp(request, signal);
  if (result.kind === 'failed' || !needsSteps(request)) return result;
  throw new FetchFailure('unsupportedContent', 'Steps and sessions need an address of a web page.');
}

interface Visit {
  readonly request: FetchRequest;
  readonly deps: ChromiumDeps;
  readonly tab: Tab;
  readonly browser: Browser;
  readonly counts: FenceCounts;
  readonly fail: (failure: FetchFailure) => void;
  /** On the monotonic clock: when the time of the fetch is over; to start a browser counts. */
  readonly endsAt: number;
}

async function visit(given: Visit, signal: AbortSignal): Promise<FetchResult | 'useHttp'> {
  const { request, deps, tab, browser, counts, fail } = given;
  const startedAt = deps.clock.monotonic();
  const elapsed = (): number => deps.clock.monotonic() - startedAt;
  const traffic = watchTraffic(tab.session, tab.targetId, deps.caps, fail);
  const setting = { proxyOrigin: deps.proxyOrigin, userAgent: browser.userAgent };
  await orAborted(dress(tab, request, setting), signal);
  const walk = walkOf(given, traffic);
  const entered = await enter(walk, signal);
  if (entered === 'useHttp') return 'useHttp';
  const firstByteMs = elapsed();
  await walkSteps(walk, entered.kept, signal);
  const seen = await look(walk, signal);
  refuseLoggedOut(walk, seen.answer);
  const settledMs = elapsed();
  const { warnings: unseen, ...pictured } = await picture(walk, signal);
  const { session, warnings: lost } = await leave(walk, signal);
  const secrets = walk.login.secrets();
  const warnings = [...seen.warnings, ...unseen, ...lost];
  const page = pageOf(request, traffic, { ...seen, warnings, counts });
  const result: FetchResult = {
    kind: 'page',
    page: withoutLoginIn(page, secrets),
    ...pictured,
    ...(session === undefined ? {} : { session }),
    timings: { totalMs: elapsed(), firstByteMs, settledMs },
  };
  return withDocument(request, result, withoutLogin(seen.answer.html, secrets));
}

/** What all that happens in the page is given. */
function walkOf({ request, deps, tab, endsAt }: Visit, traffic: Traffic): Walk {
  const { clock, caps, mounted = () => undefined } = deps;
  return {
    request,
    clock,
    caps,
    capMs: deps.settleCapMs,
    tab,
    traffic,
    login: loginOf(request.session ?? {}, request.source.steps ?? [], { clock, mounted }),
    stepMs: deps.stepMs,
    endsAt,
  };
}

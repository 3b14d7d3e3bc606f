/** The Chromium path by itself, for tests. */
import { systemClock } from '../../core/clock.ts';
import type { FetchRequest, FetchResult } from '../../core/contracts/browser.ts';
import { DEFAULT_CAPS, type Caps } from '../caps.ts';
import { startChromium } from '../chromium/browser.ts';
import { fetchByBrowser } from '../chromium/fetch.ts';
import { findChromium, type ChromiumProgram } from '../chromium/find.ts';
import type { launch } from '../chromium/launch.ts';
import { createPool, type BrowserPool, type PoolLimits } from '../chromium/pool.ts';
import { runFetch, type Fetcher } from '../fetch.ts';
import type { ReadMounted } from '../login.ts';
import { silentLog } from './request.ts';

export interface ChromiumBench {
  fetch(request: FetchRequest, gone?: AbortSignal): Promise<FetchResult>;
  readonly pool: BrowserPool;
  /** Browsers that were started so far. */
  starts(): number;
  close(): Promise<void>;
}

export interface ChromiumBenchOptions {
  readonly caps?: Partial<Caps>;
  readonly limits?: Partial<PoolLimits>;
  readonly settleCapMs?: number;
  readonly stepMs?: number;
  readonly mounted?: ReadMounted;
  /** Puts something before the program that was found. */
  readonly wrap?: (program: ChromiumProgram) => Promise<ChromiumProgram>;
  /** Begins the process of a browser. */
  readonly launch?: typeof launch;
  /** The way for what is no HTML. */
  readonly overHttp?: Fetcher;
}

const LIMITS: PoolLimits = { maxChecks: 500, maxAgeMs: 3_600_000, idleMs: 600_000 };

/** The Chromium path behind a proxy; the browser starts with the first fetch. */
export function createChromiumBench(
  proxyUrl: string,
  options: ChromiumBenchOptions = {},
): ChromiumBench {
  const caps = { ...DEFAULT_CAPS, ...options.caps };
  let starts = 0;
  const pool = createPool({
    clock: systemClock,
    log: silentLog,
    limits: { ...LIMITS, ...options.limits },
    start: async () => {
      starts += 1;
      const program = await findChromium(process.env, '');
      const wrapped = (await options.wrap?.(program)) ?? program;
      return startChromium(wrapped, proxyUrl, caps, { start: options.launch });
    },
  });
  const overHttp: Fetcher =
    options.overHttp ?? (() => Promise.reject(new Error('no HTTP path here')));
  const deps = {
    clock: systemClock,
    caps,
    pool,
    proxyOrigin: new URL(proxyUrl).origin,
    overHttp,
    settleCapMs: options.settleCapMs,
    stepMs: options.stepMs,
    mounted: options.mounted,
  };
  const browser: Fetcher = (request, signal) => fetchByBrowser(request, deps, signal);
  return {
    pool,
    starts: () => starts,
    fetch: (request, gone = new AbortController().signal) =>
      runFetch(
        { ...request, via: 'browser' },
        { clock: systemClock, log: silentLog, http: overHttp, browser },
        gone,
      ),
    close: () => pool.close(),
  };
}

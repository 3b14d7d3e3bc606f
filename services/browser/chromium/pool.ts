/** Keeps one shared browser: started with the first check, replaced when worn, stopped when idle. */
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Browser, Lease, TabEvents } from './browser.ts';

export interface PoolLimits {
  /** Checks after which a browser is replaced. */
  readonly maxChecks: number;
  /** Age in ms at which it is replaced. */
  readonly maxAgeMs: number;
  /** Time without a check after which it is stopped. */
  readonly idleMs: number;
  /** Bytes of all its processes above which it is replaced; no bound when absent. */
  readonly maxBytes?: number | undefined;
}

export interface BrowserPool {
  /**
   * A tab in the shared browser, or in a browser of its own that ends with it.
   * @throws SetupError when there is no Chromium, or it does not start.
   */
  lease(own: boolean, events: TabEvents): Promise<Lease & { readonly browser: Browser }>;
  /** The shared browser, when one runs. */
  current(): Browser | undefined;
  close(): Promise<void>;
}

export interface PoolDeps {
  readonly start: () => Promise<Browser>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly limits: PoolLimits;
}

interface Shared {
  readonly browser: Browser;
  readonly startedAt: number;
}

/** Makes a pool; nothing is started yet. */
export function createPool({ start, clock, log, limits }: PoolDeps): BrowserPool {
  let starting: Promise<Browser> | undefined;
  let shared: Shared | undefined;
  let idle: NodeJS.Timeout | undefined;
  const all = new Set<Browser>();
  const weighed = new Set<Browser>();
  const ending = new WeakSet<Browser>();

  const begin = async (): Promise<Browser> => {
    const browser = await start();
    all.add(browser);
    void browser.exited.then(() => all.delete(browser));
    return browser;
  };
  const isWorn = ({ browser, startedAt }: Shared): boolean =>
    browser.dead() ||
    browser.filled() ||
    browser.tabs() >= limits.maxChecks ||
    clock.monotonic() - startedAt >= limits.maxAgeMs;
  const end = async (browser: Browser, why: string): Promise<void> => {
    if (ending.has(browser)) return;
    ending.add(browser);
    log.info({ pid: browser.pid, tabs: browser.tabs(), why }, 'browser ends');
    await browser.close();
  };
  const stopWhenIdle = (browser: Browser): void => {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (shared?.browser !== browser || browser.active() > 0) return;
      shared = undefined;
      void end(browser, 'idle');
    }, limits.idleMs);
    idle.unref();
  };
  const endUnused = (browser: Browser, why: string): void => {
    // A check that has it already, but no tab yet, comes first.
    setImmediate(() => {
      if (browser.active() === 0) void end(browser, why);
    });
  };
  const share = (browser: Browser): Browser => {
    const before = shared?.browser;
    shared = { browser, startedAt: clock.monotonic() };
    stopWhenIdle(browser);
    if (before) endUnused(before, 'replaced');
    return browser;
  };
  /** One start for all who come meanwhile. */
  const startNext = (): Promise<Browser> =>
    (starting ??= begin()
      .then(share)
      .finally(() => (starting = undefined)));
  const acquire = async (): Promise<Browser> => {
    if (shared && isWorn(shared)) {
      const worn = shared.browser;
      shared = undefined;
      // One in use ends with its last check.
      if (worn.active() === 0) await end(worn, worn.dead() ? 'dead' : 'worn');
    }
    return shared?.browser ?? startNext();
  };
  /** Looks after a check, so that the next one does not wait for it. */
  const weigh = async (browser: Browser, maxBytes: number): Promise<void> => {
    if (weighed.has(browser)) return;
    weighed.add(browser);
    // One that has just ended does not tell.
    const bytes = await browser.bytes().catch(() => 0);
    weighed.delete(browser);
    if (bytes <= maxBytes || browser !== shared?.browser) return;
    shared = undefined;
    log.info({ pid: browser.pid, bytes, maxBytes }, 'browser takes no more checks');
    endUnused(browser, 'memory');
  };
  const afterUse = async (browser: Browser): Promise<void> => {
    if (limits.maxBytes !== undefined) void weigh(browser, limits.maxBytes);
    if (browser.active() > 0) return;
    if (browser === shared?.browser && browser.filled()) shared = undefined;
    if (browser !== shared?.browser) return end(browser, 'replaced');
    stopWhenIdle(browser);
  };

  return {
    current: () => shared?.browser,
    lease: async (own, events) => {
      const browser = own ? await begin() : await acquire();
      try {
        const lease = await browser.lease(events);
        // Its last check: the next one shall find another that is ready, or start one itself.
        if (browser === shared?.browser && browser.tabs() >= limits.maxChecks)
          startNext().catch((err: unknown) => log.warn({ err }, 'the next browser did not start'));
        return {
          browser,
          tab: lease.tab,
          release: async () => {
            await lease.release();
            await (own ? browser.close() : afterUse(browser));
          },
        };
      } catch (error) {
        if (shared?.browser === browser) shared = undefined;
        await browser.kill();
        throw error;
      }
    },
    close: async () => {
      clearTimeout(idle);
      shared = undefined;
      await starting?.catch(() => {});
      await Promise.all([...all].map((browser) => browser.close()));
    },
  };
}

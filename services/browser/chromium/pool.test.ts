import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import { silentLog } from '../testing/request.ts';
import type { Browser, TabEvents } from './browser.ts';
import { createPool, type BrowserPool, type PoolLimits } from './pool.ts';
import type { Tab } from './tab.ts';

const events: TabEvents = { popup: () => {}, helper: () => {}, crashed: () => {} };
const tab = {} as Tab;

interface FakeBrowser extends Browser {
  closed: boolean;
  /** How often it was told to end. */
  ends: number;
  holds: number;
  die(): void;
  fill(): void;
}

function fakeBrowser(pid: number): FakeBrowser {
  const exited = Promise.withResolvers<void>();
  const state = { tabs: 0, active: 0, dead: false, filled: false };
  const end = async (): Promise<void> => {
    fake.closed = true;
    fake.ends += 1;
    state.dead = true;
    exited.resolve();
  };
  const fake: FakeBrowser = {
    pid,
    userAgent: 'fake',
    folder: '',
    closed: false,
    ends: 0,
    holds: 0,
    exited: exited.promise,
    tabs: () => state.tabs,
    active: () => state.active,
    dead: () => state.dead,
    filled: () => state.filled,
    bytes: async () => fake.holds,
    die: () => (state.dead = true),
    fill: () => (state.filled = true),
    lease: async () => {
      state.tabs += 1;
      state.active += 1;
      const release = async (): Promise<void> => void (state.active -= 1);
      return { tab, release };
    },
    close: end,
    kill: end,
  };
  return fake;
}

describe('browser pool', () => {
  let started: FakeBrowser[];
  let now: number;
  const clock: Clock = { now: () => new Date(0), monotonic: () => now, sleep: async () => {} };
  const makePool = (limits: Partial<PoolLimits> = {}): BrowserPool =>
    createPool({
      clock,
      log: silentLog,
      limits: { maxChecks: 100, maxAgeMs: 1000, idleMs: 60_000, ...limits },
      start: async () => {
        const browser = fakeBrowser(started.length + 1);
        started.push(browser);
        return browser;
      },
    });
  beforeEach(() => {
    started = [];
    now = 0;
  });

  it('starts nothing before the first check', () => {
    makePool();
    assert.equal(started.length, 0);
  });

  it('starts one browser for checks that come together', async () => {
    const pool = makePool();
    await Promise.all([pool.lease(false, events), pool.lease(false, events)]);
    assert.equal(started.length, 1);
  });

  it('uses a browser again', async () => {
    const pool = makePool();
    await (await pool.lease(false, events)).release();
    await (await pool.lease(false, events)).release();
    assert.equal(started.length, 1);
  });

  it('replaces a browser after its number of checks', async () => {
    const pool = makePool({ maxChecks: 2 });
    for (let n = 0; n < 3; n += 1) await (await pool.lease(false, events)).release();
    assert.deepEqual(
      started.map(({ closed }) => closed),
      [true, false],
    );
  });

  it('starts the next browser with the last check of one, so that nobody waits for it', async () => {
    const pool = makePool({ maxChecks: 2 });
    const first = await pool.lease(false, events);
    assert.equal(started.length, 1);
    const last = await pool.lease(false, events);
    await setImmediate();
    assert.equal(started.length, 2);
    assert.equal(pool.current(), started[1]);
    for (const lease of [first, last]) await lease.release();
    assert.deepEqual(
      started.map(({ closed }) => closed),
      [true, false],
    );
  });

  it('starts the next browser once, whoever comes while it starts', async () => {
    const pool = makePool({ maxChecks: 1 });
    const held = [await pool.lease(false, events), await pool.lease(false, events)];
    await setImmediate();
    assert.equal(started.length, 3);
    assert.notEqual(held[0]?.browser, held[1]?.browser);
  });

  it('says that the next browser did not start, and lets the next check try again', async () => {
    const said: unknown[] = [];
    const log = { info: () => {}, warn: (...words: unknown[]) => said.push(words[1]) };
    const starts = [() => Promise.resolve(fakeBrowser(1)), () => Promise.reject(new Error('full'))];
    const limits = { maxChecks: 1, maxAgeMs: 1000, idleMs: 60_000 };
    const start = () => (starts.shift() ?? (() => Promise.resolve(fakeBrowser(3))))();
    const pool = createPool({ clock, log, limits, start });
    await (await pool.lease(false, events)).release();
    await setImmediate();
    assert.deepEqual(said, ['the next browser did not start']);
    assert.equal((await pool.lease(false, events)).browser.pid, 3);
  });

  it('ends a worn browser once, though its last check ends while the next one starts', async () => {
    const pool = makePool({ maxChecks: 1 });
    await (await pool.lease(false, events)).release();
    for (let n = 0; n < 3; n += 1) await setImmediate();
    assert.deepEqual(
      started.map(({ ends }) => ends),
      [1, 0],
    );
  });

  it('stops a browser that was started ahead when no check comes', async () => {
    const pool = makePool({ maxChecks: 1, idleMs: 5 });
    await (await pool.lease(false, events)).release();
    await setImmediate();
    await started[1]?.exited;
    assert.equal(pool.current(), undefined);
  });

  it('replaces a browser at its age', async () => {
    const pool = makePool();
    await (await pool.lease(false, events)).release();
    now = 1000;
    await (await pool.lease(false, events)).release();
    assert.deepEqual(
      started.map(({ closed }) => closed),
      [true, false],
    );
  });

  it('ends a worn browser only after its last check', async () => {
    const pool = makePool();
    const running = await pool.lease(false, events);
    now = 1000;
    const next = await pool.lease(false, events);
    assert.equal(started[0]?.closed, false);
    await running.release();
    assert.equal(started[0]?.closed, true);
    await next.release();
  });

  it('C29 gives a browser that a page filled no new check, and ends it with the last one', async () => {
    const pool = makePool();
    const running = await pool.lease(false, events);
    started[0]?.fill();
    const next = await pool.lease(false, events);
    assert.equal(next.browser.pid, 2);
    assert.equal(started[0]?.closed, false);
    await running.release();
    assert.equal(started[0]?.closed, true);
    started[1]?.fill();
    await next.release();
    assert.equal(started[1]?.closed, true);
  });

  it('ends a browser that holds too much after its check, and starts another for the next', async () => {
    const pool = makePool({ maxBytes: 1000 });
    const running = await pool.lease(false, events);
    if (started[0]) started[0].holds = 1001;
    await running.release();
    await started[0]?.exited;
    assert.equal((await pool.lease(false, events)).browser.pid, 2);
  });

  it('gives a browser that holds too much no new check, and lets the last one end', async () => {
    const pool = makePool({ maxBytes: 1000 });
    const [running, first] = [await pool.lease(false, events), await pool.lease(false, events)];
    if (started[0]) started[0].holds = 1001;
    await first.release();
    await setImmediate();
    assert.equal((await pool.lease(false, events)).browser.pid, 2);
    assert.equal(started[0]?.closed, false);
    await running.release();
    assert.equal(started[0]?.closed, true);
  });

  for (const [what, limits] of [
    ['within its bound', { maxBytes: 1000 }],
    ['without a bound', {}],
  ] as const)
    it(`keeps a browser ${what}`, async () => {
      const pool = makePool(limits);
      const running = await pool.lease(false, events);
      if (started[0]) started[0].holds = 1000;
      await running.release();
      await setImmediate();
      assert.equal((await pool.lease(false, events)).browser.pid, 1);
    });

  it('asks a browser again that did not say what it holds', async () => {
    const pool = makePool({ maxBytes: 1000 });
    const running = await pool.lease(false, events);
    const [first] = started;
    const answers = [Promise.reject(new Error('gone')), Promise.resolve(1001)];
    if (first) first.bytes = () => answers.shift() ?? Promise.resolve(0);
    await running.release();
    await setImmediate();
    const next = await pool.lease(false, events);
    assert.equal(next.browser.pid, 1);
    await next.release();
    await first?.exited;
  });

  it('asks a browser one thing at a time', async () => {
    const pool = makePool({ maxBytes: 1000 });
    const [one, two] = [await pool.lease(false, events), await pool.lease(false, events)];
    let asked = 0;
    const never = new Promise<number>(() => {});
    if (started[0])
      started[0].bytes = () => {
        asked += 1;
        return never;
      };
    await Promise.all([one.release(), two.release()]);
    assert.equal(asked, 1);
  });

  it('keeps the browser that has replaced one that holds too much', async () => {
    const pool = makePool({ maxBytes: 1000 });
    const old = await pool.lease(false, events);
    now = 1000;
    await (await pool.lease(false, events)).release();
    if (started[0]) started[0].holds = 1001;
    await old.release();
    await setImmediate();
    assert.equal((await pool.lease(false, events)).browser.pid, 2);
  });

  it('ends no browser under a check that came while it was weighed', async () => {
    for (let ticks = 0; ticks < 6; ticks += 1) {
      started = [];
      const pool = makePool({ maxBytes: 1000 });
      const running = await pool.lease(false, events);
      const weighed = Promise.withResolvers<number>();
      if (started[0]) started[0].bytes = () => weighed.promise;
      await running.release();
      weighed.resolve(1001);
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      const next = await pool.lease(false, events);
      await setImmediate();
      assert.equal(next.browser.dead(), false, `after ${ticks} ticks`);
    }
  });

  it('replaces a browser that died', async () => {
    const pool = makePool();
    await (await pool.lease(false, events)).release();
    started[0]?.die();
    const lease = await pool.lease(false, events);
    assert.equal(lease.browser.pid, 2);
  });

  it('gives a check a browser of its own that ends with it', async () => {
    const pool = makePool();
    await pool.lease(false, events);
    const own = await pool.lease(true, events);
    assert.equal(own.browser.pid, 2);
    await own.release();
    assert.deepEqual(
      started.map(({ closed }) => closed),
      [false, true],
    );
  });

  it('forgets a browser that gives no tab', async () => {
    const pool = makePool();
    await (await pool.lease(false, events)).release();
    const [first] = started;
    if (first) first.lease = () => Promise.reject(new Error('no tab'));
    await assert.rejects(pool.lease(false, events), /no tab/);
    assert.equal(first?.closed, true);
    assert.equal((await pool.lease(false, events)).browser.pid, 2);
  });

  it('tries again after a browser that did not start', async () => {
    let tries = 0;
    const pool = createPool({
      clock,
      log: silentLog,
      limits: { maxChecks: 1, maxAgeMs: 1, idleMs: 1 },
      start: async () => {
        tries += 1;
        if (tries === 1) throw new Error('did not start');
        return fakeBrowser(tries);
      },
    });
    await assert.rejects(pool.lease(false, events), /did not start/);
    assert.equal((await pool.lease(false, events)).browser.pid, 2);
  });

  it('M1 stops an idle browser', async () => {
    const pool = makePool({ idleMs: 0 });
    await (await pool.lease(false, events)).release();
    await started[0]?.exited;
    assert.equal(pool.current(), undefined);
  });

  it('ends every browser at the end', async () => {
    const pool = makePool();
    await pool.lease(false, events);
    await pool.lease(true, events);
    await pool.close();
    assert.deepEqual(
      started.map(({ closed }) => closed),
      [true, true],
    );
  });
});

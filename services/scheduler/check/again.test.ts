import assert from 'node:assert/strict';
import { InternalCallError, type InternalProblem } from '../../core/internal/client.ts';
import { testSource } from '../../store/testing/monitors.ts';
import { THIRTY_FIVE, useLine } from '../testing/line.ts';
import { failure, priceAnswer, unavailable } from '../testing/neighbours.ts';
import { alerting, daily, goal } from '../testing/specs.ts';
import { SHOP, inside, later, type Row, type World } from '../testing/world.ts';
import { fetchSources } from './fetch.ts';
import { runClaim } from './run.ts';

const SECOND = 1000;

describe('a check that fails on our side', () => {
  const line = useLine();
  const { checks, lastCheck, stopOfLast, monitorRow, alertKinds } = line;
  let world: World;
  beforeEach(() => {
    world = line.world;
  });

  const dueAt = async (): Promise<Date> => (await monitorRow())['next_due_at'] as Date;
  const slotAt = async (): Promise<Date> => (await monitorRow())['slot_at'] as Date;
  const untilDue = async (): Promise<number> =>
    (await dueAt()).getTime() - world.clock.now().getTime();
  const triggers = async (): Promise<unknown[]> => (await checks()).map((row) => row['trigger']);
  /** Sleeps until the monitor is due, and checks. */
  const wake = async (): Promise<void> => {
    world.clock.set(await dueAt());
    await world.check();
  };
  const nextSlot = async (): Promise<void> => {
    world.clock.set(await slotAt());
    await world.check();
  };
  const start = async (patch: Parameters<World['monitor']>[1] = {}): Promise<void> => {
    await world.monitor('shop', { ...alerting(), ...daily(), ...patch });
    await world.check();
    world.llm.answer(priceAnswer('40 €', '35 €'));
  };

  it('tells a change within 15 s after the browser service is back, with a slot a day', async () => {
    await start();
    world.browser.show(SHOP, THIRTY_FIVE);
    world.browser.down(true);
    await nextSlot();
    assert.deepEqual(await stopOfLast(), ['Failed', 'fetched', 'internal']);
    assert.deepEqual(await alertKinds(), []);
    world.clock.advance(8 * SECOND);
    world.browser.down(false);
    const back = world.clock.now();
    await wake();
    assert.deepEqual(await alertKinds(), ['finding']);
    const [alert] = await world.rows('alerts');
    assert.ok((alert?.['created_at'] as Date) <= later(back, 15 * SECOND));
    assert.deepEqual(await triggers(), ['schedule', 'schedule', 'retry']);
    assert.equal((await lastCheck())['slot_at'], null);
  });

  it('is tried with growing pauses until it succeeds, then waits for its slot', async () => {
    await start();
    world.browser.down(true);
    await nextSlot();
    const pauses: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      pauses.push(await untilDue());
      await wake();
    }
    assert.deepEqual(
      pauses.map((ms, at) => ms >= 10 * SECOND * 2 ** at && ms <= 12.5 * SECOND * 2 ** at),
      [true, true, true, true],
    );
    world.browser.down(false);
    await wake();
    assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'sameText']);
    assert.deepEqual(await dueAt(), await slotAt());
    assert.equal((await monitorRow())['retry'], null);
  });

  it('does not bring the alert about failures forward: three slots have to fail', async () => {
    await start({ ...alerting({ onFailure: { after: 3 } }), ...daily({ interval: '6h' }) });
    world.browser.down(true);
    for (const told of [[], [], ['failure']]) {
      await nextSlot();
      await wake();
      await wake();
      assert.deepEqual(await alertKinds(), told);
    }
    const [state] = await world.rows('source_states');
    const monitor = await monitorRow();
    assert.deepEqual([state?.['consecutive_failures'], monitor['consecutive_failures']], [3, 3]);
  });

  it('says at once that it is over when a try succeeds', async () => {
    await start(alerting({ onFailure: { after: 1 } }));
    world.browser.down(true);
    await nextSlot();
    world.browser.down(false);
    await wake();
    assert.deepEqual(await alertKinds(), ['failure', 'resolved']);
    assert.equal((await monitorRow())['consecutive_failures'], 0);
  });

  it("waits for its slot when the fault is the page's own", async () => {
    await start(daily({ interval: '6h' }));
    for (const code of ['timeout', 'nameNotFound', 'addressForbidden'] as const) {
      world.browser.show(SHOP, failure(code));
      await nextSlot();
      assert.deepEqual(await dueAt(), await slotAt());
    }
  });

  it('waits for its slot when a rule of the job cannot be run', async () => {
    await start({ sources: [testSource({ ignore: { text: ['('] } })] });
    assert.deepEqual(await stopOfLast(), ['Failed', 'fetched', 'internal']);
    assert.deepEqual(await dueAt(), await slotAt());
  });

  it('is tried again when it broke in the middle', async () => {
    await start();
    world.clock.set(await slotAt());
    const failpoint = (name: string): undefined => {
      if (name === 'check.after-compare') throw new Error('It broke');
    };
    for (const claim of await world.claim())
      await runClaim(claim, { ...world.deps, failpoint }, new AbortController().signal);
    assert.deepEqual(await stopOfLast(), ['Failed', 'fetched', 'internal']);
    assert.ok((await untilDue()) <= 12.5 * SECOND);
    await wake();
    assert.equal((await lastCheck())['trigger'], 'retry');
  });

  it('a confirmation that met the outage is made after it', async () => {
    await start(goal({ confirm: { checks: 2, of: 2, delay: '1h' } }));
    world.browser.show(SHOP, THIRTY_FIVE);
    await nextSlot();
    world.browser.down(true);
    await wake();
    assert.deepEqual(await stopOfLast(), ['Failed', 'fetched', 'internal']);
    world.browser.down(false);
    await wake();
    assert.deepEqual(await stopOfLast(), ['Suppressed', 'diffed', 'awaitingConfirmation']);
    await wake();
    assert.deepEqual((await triggers()).slice(1), ['schedule', 'confirm', 'retry', 'confirm']);
    assert.deepEqual(await alertKinds(), ['finding']);
  });

  it('a judgement that waits is made as if nothing had been', async () => {
    await start();
    world.llm.answer(unavailable());
    world.browser.show(SHOP, THIRTY_FIVE);
    await nextSlot();
    await world.pool.query(`UPDATE monitors SET slot_at = next_due_at - interval '1 second',
      next_due_at = next_due_at - interval '1 second'`);
    world.browser.down(true);
    await wake();
    assert.deepEqual(await stopOfLast(), ['Failed', 'fetched', 'internal']);
    world.llm.answer(priceAnswer('40 €', '35 €'));
    await wake();
    assert.deepEqual(
      [(await lastCheck())['trigger'], await alertKinds()],
      ['rejudge', ['finding']],
    );
    world.browser.down(false);
    await wake();
    assert.deepEqual(await triggers(), ['schedule', 'schedule', 'schedule', 'rejudge', 'retry']);
  });

  it('a run that somebody asks for is made at once, and ends the waiting when it succeeds', async () => {
    await start();
    world.browser.down(true);
    await nextSlot();
    world.browser.down(false);
    await world.pool.query(
      `UPDATE monitors SET run_request_id = 'r1', next_due_at = '2026-03-10T12:00:00Z'`,
    );
    await world.check();
    const { trigger, run_request_id: asked } = await lastCheck();
    assert.deepEqual([trigger, asked], ['manual', 'r1']);
    assert.deepEqual(await dueAt(), await slotAt());
  });

  describe('with several sources', () => {
    const TWO = 'https://shop.example/p/2';
    const THREE = 'https://shop.example/p/3';
    beforeEach(async () => {
      const urls = { page: SHOP, two: TWO, three: THREE };
      const sources = Object.entries(urls).map(([name, url]) => testSource({ name, url }));
      for (const url of [TWO, THREE]) world.browser.show(url, 'Terms\nVersion 1');
      await start({ sources, ...alerting({ onFailure: { after: 2 } }) });
      world.browser.show(TWO, failure('internal'));
      world.browser.show(THREE, failure('timeout'));
      await nextSlot();
      world.browser.requests.length = 0;
    });

    it('looks at those alone that failed so', async () => {
      await wake();
      assert.deepEqual(
        world.browser.requests.map((request) => request.source.url),
        [TWO],
      );
    });

    it('defect: one failing source of many reported as success — the monitor stays unhealthy for the others', async () => {
      world.browser.show(TWO, 'Terms\nVersion 1');
      await wake();
      const { conditions, consecutive_failures: failures, next_due_at: due } = await monitorRow();
      const healthy = (conditions as Row[]).find((condition) => condition['type'] === 'Healthy');
      assert.deepEqual([healthy?.['status'], failures], ['False', 1]);
      assert.deepEqual(due, await slotAt());
      await nextSlot();
      assert.deepEqual(await alertKinds(), ['failure']);
    });
  });

  describe('when it was the llm service', () => {
    beforeEach(async () => {
      await start();
      world.llm.answer({ raw: {}, status: 503 });
      world.browser.show(SHOP, THIRTY_FIVE);
      await nextSlot();
    });

    it('asks again after 10 s, and goes on doubling', async () => {
      const first = await untilDue();
      assert.ok(first >= 10 * SECOND && first <= 12.5 * SECOND);
      await wake();
      const second = await untilDue();
      assert.ok(second >= 20 * SECOND && second <= 25 * SECOND);
      world.llm.answer(priceAnswer('40 €', '35 €'));
      await wake();
      assert.deepEqual(await alertKinds(), ['finding']);
    });

    it('leaves a provider that is away its minutes', async () => {
      world.llm.answer(unavailable());
      await wake();
      assert.equal(await untilDue(), 120 * SECOND);
    });
  });

  describe('the reason in the history', () => {
    const reasonOf = async (problem: InternalProblem, aborts: boolean): Promise<unknown> => {
      await world.monitor('shop');
      const [claim] = await world.claim();
      assert.ok(claim);
      const stop = new AbortController();
      const fail = (): Promise<never> => Promise.reject(new InternalCallError(problem));
      const sleep = async (): Promise<void> => {
        stop.abort();
        stop.signal.throwIfAborted();
      };
      const caller = { get: fail, put: fail, post: fail };
      const deps = {
        ...world.deps,
        clock: { ...world.clock, sleep },
        workers: { ...world.deps.workers, browser: () => caller },
      };
      if (aborts) stop.abort();
      const timeouts = { pageMs: 1000, totalMs: 1000 };
      const rest = { checkId: world.deps.newId(), timeouts, keepsDocuments: false };
      const context = { claim, ...rest, signal: stop.signal };
      const [fetched] = await fetchSources(context, claim.spec.sources, deps);
      return inside({ ...fetched }, 'result', 'error', 'code');
    };

    it('is a browser service that did not answer', async () => {
      const problem = { kind: 'timeout', message: 'x' } as const;
      assert.equal(await reasonOf(problem, false), 'internal');
    });

    it('is the lack of browsers when the time of the check ends in their queue', async () => {
      const problem = { kind: 'busy', message: 'x', retryAfterSeconds: 1 } as const;
      assert.equal(await reasonOf(problem, false), 'busy');
    });

    it("is the check's own time when that is over", async () => {
      const problem = { kind: 'unreachable', message: 'x', maybeProcessed: true } as const;
      assert.equal(await reasonOf(problem, true), 'timeout');
    });
  });
});

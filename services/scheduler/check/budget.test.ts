import assert from 'node:assert/strict';
import type { Budget } from '../../../crds/types/monitorjob.ts';
import type { Caps } from '../../store/budget.ts';
import { THIRTY_FIVE, useLine } from '../testing/line.ts';
import { priceAnswer } from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { MINUTE, SHOP } from '../testing/world.ts';
import { runClaim } from './run.ts';

describe('the budget of the platform', () => {
  const line = useLine();

  /** The next check of a page that has changed, by a scheduler with these caps. */
  const checkUnder = async (platformCaps: Caps, budget: Budget): Promise<void> => {
    const { world } = line;
    await world.monitor('shop', { ...alerting(), budget });
    await world.check();
    world.clock.advance(5 * MINUTE);
    world.browser.show(SHOP, THIRTY_FIVE);
    const deps = { ...world.deps, settings: { ...world.deps.settings, platformCaps } };
    for (const claim of await world.claim())
      await runClaim(claim, deps, new AbortController().signal);
  };
  const verdict = async (): Promise<Record<string, unknown>> =>
    (await line.world.rows('verdicts')).at(-1)?.['verdict'] as Record<string, unknown>;

  it('D13 a change beyond it is told as not judged, by its name, and costs nothing', async () => {
    await checkUnder({ microUsd: null, tokens: 10 }, { onExceeded: 'ConditionsOnly' });
    assert.equal(line.world.llm.requests.length, 0);
    assert.equal((await line.lastCheck())['reason'], 'budget_exhausted');
    assert.match(JSON.stringify(await verdict()), /the budget of the platform for this month/);
    assert.deepEqual(await line.alertKinds(), ['changedNotJudged']);
    assert.equal(await line.world.metric('mon_budget_exceeded_total', { scope: 'platform' }), 1);
  });

  it('goes down to the small model where the job wants that', async () => {
    line.world.llm.answer(priceAnswer('40 €', '35 €'));
    await checkUnder({ microUsd: 50_000n, tokens: null }, { onExceeded: 'SmallModel' });
    assert.deepEqual(
      line.world.llm.requests.map((request) => request.models),
      [['fake-small']],
    );
  });

  it('pauses the job until the next month where it wants that', async () => {
    await checkUnder({ microUsd: 1n, tokens: null }, { onExceeded: 'Pause' });
    const { next_due_at } = await line.monitorRow();
    assert.deepEqual(next_due_at, new Date('2026-04-01T00:00:00Z'));
  });
});

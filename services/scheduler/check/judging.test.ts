import assert from 'node:assert/strict';
import type { Budget } from '../../../crds/types/monitorjob.ts';
import { testSource } from '../../store/testing/monitors.ts';
import { FORTY, THIRTY_FIVE, useLine } from '../testing/line.ts';
import {
  answered,
  noMatch,
  priceAnswer,
  testProvenance,
  unavailable,
} from '../testing/neighbours.ts';
import { alerting, goal } from '../testing/specs.ts';
import { MINUTE, SHOP, type Row, type World } from '../testing/world.ts';

describe('asking the judge', () => {
  const line = useLine();
  const { lastCheck, alertKinds } = line;
  let world: World;
  beforeEach(() => {
    world = line.world;
  });

  const start = async (patch: Parameters<World['monitor']>[1] = {}): Promise<void> => {
    await world.monitor('shop', { ...alerting(), ...patch });
    await world.check();
  };
  const spent = async (): Promise<[string, number, string, number]> => {
    const [row] = (await world.rows('budgets')).filter((each) => each['monitor'] === 'shop');
    return [
      String(row?.['spent_usd']),
      Number(row?.['spent_tokens']),
      String(row?.['reserved_usd']),
      Number(row?.['reserved_tokens']),
    ];
  };

  describe('the cache', () => {
    const same = async (): Promise<void> => {
      await start();
      await world.monitor('copy', alerting());
      await world.check();
      world.llm.answer(noMatch());
      await world.step(THIRTY_FIVE);
    };

    it('answers the same question of another job of the workspace at no cost', async () => {
      await same();
      assert.equal(world.llm.requests.length, 1);
      const costs = (await world.rows('checks'))
        .filter((row) => row['verdict'] !== null)
        .map((row) => Number(row['tokens_in']));
      assert.deepEqual(
        costs.toSorted((a, b) => a - b),
        [0, 1000],
      );
    });

    it('marks what came from it', async () => {
      await same();
      const hits = (await world.rows('verdicts')).map(
        (row) => (row['provenance'] as Row)['cacheHit'],
      );
      assert.deepEqual(new Set(hits), new Set([false, true]));
    });

    it('defect: verdict cache without model or prompt version — another prompt version asks anew', async () => {
      await same();
      await world.monitor('third', alerting());
      world.browser.show(SHOP, FORTY);
      await world.check();
      world.llm.models = { ...world.llm.models, promptVersion: 'p2' };
      world.clock.advance(2 * MINUTE);
      world.llm.requests.length = 0;
      await world.step(THIRTY_FIVE, 3 * MINUTE);
      assert.ok(world.llm.requests.length >= 1);
    });

    it('never keeps what could not be judged', async () => {
      await start(goal({ onUndetermined: 'Alert' }));
      world.llm.answer(unavailable());
      await world.step(THIRTY_FIVE);
      assert.equal((await world.rows('verdict_cache')).length, 0);
    });
  });

  describe('the budget', () => {
    const withBudget = (budget: Budget): Promise<void> => start({ budget });

    it('is reserved before the call and settled after it', async () => {
      await start();
      world.llm.answer(async () => {
        const [, , reserved] = await spent();
        assert.notEqual(reserved, '0.000000');
        return priceAnswer('40 €', '35 €');
      });
      await world.step(THIRTY_FIVE);
      assert.deepEqual(await spent(), ['0.001000', 1100, '0.000000', 0]);
    });

    it('D13 a change beyond it is told as not judged and costs nothing', async () => {
      await withBudget({ tokensPerMonth: 10, onExceeded: 'ConditionsOnly' });
      await world.step(THIRTY_FIVE);
      assert.equal(world.llm.requests.length, 0);
      assert.equal((await lastCheck())['reason'], 'budget_exhausted');
      assert.deepEqual(await alertKinds(), ['changedNotJudged']);
      assert.deepEqual((await spent()).slice(0, 2), ['0.000000', 0]);
    });

    it('says so in the condition BudgetOK', async () => {
      await withBudget({ tokensPerMonth: 10, onExceeded: 'ConditionsOnly' });
      await world.step(THIRTY_FIVE);
      const conditions = (await world.rows('monitors'))[0]?.['conditions'] as Row[];
      const budget = conditions.find((condition) => condition['type'] === 'BudgetOK');
      assert.deepEqual([budget?.['status'], budget?.['reason']], ['False', 'ConditionsOnly']);
    });

    it('SmallModel goes down to the small model before it gives up', async () => {
      await withBudget({ usdPerMonth: '0.05', onExceeded: 'SmallModel' });
      world.llm.answer(priceAnswer('40 €', '35 €'));
      await world.step(THIRTY_FIVE);
      assert.deepEqual(
        world.llm.requests.map((request) => request.models),
        [['fake-small']],
      );
      assert.deepEqual(await alertKinds(), ['finding']);
    });

    it('Pause waits for the next month', async () => {
      await withBudget({ tokensPerMonth: 10, onExceeded: 'Pause' });
      await world.step(THIRTY_FIVE);
      assert.deepEqual(
        (await world.rows('monitors'))[0]?.['next_due_at'],
        new Date('2026-04-01T00:00:00Z'),
      );
    });

    it('a model without a known price counts tokens and shows its cost as unknown', async () => {
      world.llm.models = { ...world.llm.models, prices: {} };
      await withBudget({ usdPerMonth: '0.000001', onExceeded: 'ConditionsOnly' });
      world.llm.answer(answered(priceAnswer('40 €', '35 €'), testProvenance({ costUsd: null })));
      await world.step(THIRTY_FIVE);
      assert.equal((await lastCheck())['cost_usd'], null);
      const [row] = await world.rows('budgets');
      assert.deepEqual([row?.['unpriced'], row?.['spent_tokens']], [true, 1100]);
    });

    it('D15 an answer that never came in a shape we know is charged as reserved, once', async () => {
      await start();
      world.llm.answer({ raw: { kind: 'nonsense' } });
      await world.step(THIRTY_FIVE);
      const [usd, tokens, reservedUsd, reservedTokens] = await spent();
      assert.ok(Number(usd) > 0 && tokens > 0);
      assert.deepEqual([reservedUsd, reservedTokens], ['0.000000', 0]);
    });
  });

  describe('the request', () => {
    it("names the job's own model chain first", async () => {
      await start({ judge: { model: 'mine', fallback: ['yours'], allowExternal: false } });
      await world.step(THIRTY_FIVE);
      assert.deepEqual(world.llm.requests[0]?.models, ['mine', 'yours']);
      assert.equal(world.llm.requests[0]?.allowExternal, false);
    });

    it('tells the judge what is known already', async () => {
      await start();
      world.llm.answer(priceAnswer('40 €', '35 €'));
      await world.step(THIRTY_FIVE);
      await world.step('Shop\nPrice: 35 €\nOpen on Mondays');
      assert.deepEqual(world.llm.requests[1]?.previousFindings, [
        { subject: 'Price', kind: 'changed', value: '35 €' },
      ]);
    });

    it('D11 holds nothing of another workspace', async () => {
      await start();
      await world.step(THIRTY_FIVE);
      assert.equal(world.llm.requests[0]?.workspace, 'team');
      assert.ok(!JSON.stringify(world.llm.requests[0]).includes('other'));
    });

    it('defect: facts beyond the first 8,000 characters never seen — a change at the end of a long page is judged', async () => {
      const long = Array.from(
        { length: 2000 },
        (_, index) => `Paragraph ${index} of the terms of use stays the same.`,
      );
      world.browser.show(SHOP, ['Terms', ...long, 'The fee is 40 €'].join('\n'));
      await start({ sources: [testSource()] });
      await world.step(['Terms', ...long, 'The fee is 45 €'].join('\n'));
      assert.deepEqual(
        world.llm.requests[0]?.hunks.map((hunk) => hunk.after),
        ['The fee is 45 €'],
      );
    });
  });
});

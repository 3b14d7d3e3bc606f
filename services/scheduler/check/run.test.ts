import assert from 'node:assert/strict';
import { testSource } from '../../store/testing/monitors.ts';
import { THIRTY_FIVE, useLine } from '../testing/line.ts';
import { noMatch, priceAnswer, unavailable } from '../testing/neighbours.ts';
import { alerting, goal, noPrompt } from '../testing/specs.ts';
import { MINUTE, SHOP, inside, type Row, type World } from '../testing/world.ts';

describe('the line of a check', () => {
  const line = useLine();
  const { checks, lastCheck, stopOfLast, monitorRow, alertKinds } = line;
  let world: World;
  beforeEach(() => {
    world = line.world;
  });

  describe('edits', () => {
    beforeEach(async () => {
      await world.monitor('shop', alerting());
      await world.check();
      world.llm.answer(priceAnswer('40 €', '35 €'));
    });

    it('a selector that was edited takes a new baseline, with no difference across it', async () => {
      await world.edit('shop', (spec) => ({
        ...spec,
        sources: [testSource({ select: { include: ['main'] } })],
      }));
      await world.step(THIRTY_FIVE);
      assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'editedBaseline']);
      assert.equal(world.llm.requests.length, 0);
    });

    it('an edited goal judges nothing again until the next change', async () => {
      await world.step(THIRTY_FIVE);
      await world.pool.query('UPDATE monitors SET goal_version = 2');
      await world.edit('shop', (spec) => ({
        ...spec,
        goal: { ...spec.goal, prompt: 'Tell me about opening hours' },
      }));
      await world.step();
      assert.equal(world.llm.requests.length, 1);
      assert.equal((await lastCheck())['goal_version'], 2);
    });

    it('an edit while a check is under way makes the monitor due again at once', async () => {
      world.clock.advance(5 * MINUTE);
      const claims = await world.claim();
      await world.edit('shop', (spec) => spec);
      const { runClaim } = await import('./run.ts');
      for (const claim of claims) await runClaim(claim, world.deps, new AbortController().signal);
      assert.ok(((await monitorRow())['next_due_at'] as Date) <= world.clock.now());
    });
  });

  describe('goal.promptFrom', () => {
    const fromMap = {
      ...noPrompt({ promptFrom: { configMapKeyRef: { name: 'goals', key: 'shop' } } }),
      ...alerting(),
    };

    it('takes the words from the ConfigMap', async () => {
      await world.deps.secrets.put({
        workspace: 'team',
        kind: 'ConfigMap',
        name: 'goals',
        data: { shop: 'Only prices' },
        managedBy: null,
      });
      await world.monitor('shop', fromMap);
      await world.check();
      await world.step(THIRTY_FIVE);
      assert.equal(world.llm.requests[0]?.goal.prompt, 'Only prices');
    });

    it('a ConfigMap that is missing is told as not judged, never as silence', async () => {
      await world.monitor('shop', fromMap);
      await world.check();
      await world.step(THIRTY_FIVE);
      assert.deepEqual(await alertKinds(), ['changedNotJudged']);
      assert.match(
        String(inside((await world.rows('verdicts'))[0], 'verdict', 'reason')),
        /ConfigMap goals has no key shop/,
      );
    });
  });

  describe('State goals', () => {
    const inStock = (code: 'became_true' | 'still_true', quote: string) =>
      priceAnswer('', quote, {
        code,
        claims: [
          {
            kind: 'added',
            subject: 'Stock',
            before: null,
            after: quote,
            quote: `Stock: ${quote}`,
            side: 'after',
          },
        ],
      });
    beforeEach(async () => {
      world.browser.show(SHOP, 'Shop\nStock: none');
      await world.monitor('shop', { ...alerting({ cooldown: '0s' }), ...goal({ kind: 'State' }) });
      await world.check();
    });

    it('are told on the edge and not while they stay true', async () => {
      world.llm.answer(inStock('became_true', '12 pieces'));
      await world.step('Shop\nStock: 12 pieces');
      world.llm.answer(inStock('still_true', '11 pieces'));
      await world.step('Shop\nStock: 11 pieces');
      assert.deepEqual(await alertKinds(), ['finding']);
    });

    it('are told to be over on the way back, and again at the next edge', async () => {
      world.llm.answer(inStock('became_true', '12 pieces'));
      await world.step('Shop\nStock: 12 pieces');
      world.llm.answer(noMatch({ code: 'disappeared' }));
      await world.step('Shop\nStock: none');
      assert.deepEqual(await alertKinds(), ['finding', 'resolved']);
      world.llm.answer(inStock('became_true', '9 pieces'));
      await world.step('Shop\nStock: 9 pieces');
      assert.deepEqual(await alertKinds(), ['finding', 'resolved', 'finding']);
      assert.equal((await world.rows('findings'))[0]?.['occurrence'], 2);
    });
  });

  it('a rule that cannot be run fails this check only, with its reason', async () => {
    await world.monitor('bad', { sources: [testSource({ ignore: { text: ['('] } })] });
    await world.monitor('shop');
    assert.deepEqual(await world.check(), ['committed', 'committed']);
    const outcomes = (await checks()).map((row) => [String(row['monitor']), row['outcome']]);
    assert.deepEqual(Object.fromEntries(outcomes), { bad: 'Failed', shop: 'Unchanged' });
  });

  it('defect: one bad time zone stops the scheduler for everyone — it stops its own job, and the condition says why', async () => {
    await world.monitor('bad', {
      schedule: {
        interval: '5m',
        timeZone: 'Mars/Phobos',
        jitterPercent: 0,
        startingDeadline: '1h',
        overlap: 'Skip',
      },
    });
    await world.monitor('shop');
    await world.check();
    const bad = await monitorRow('bad');
    assert.equal(bad['next_due_at'], null);
    const scheduled = (bad['conditions'] as Row[]).find(
      (condition) => condition['type'] === 'Scheduled',
    );
    assert.equal(scheduled?.['status'], 'False');
    assert.notEqual((await monitorRow('shop'))['next_due_at'], null);
  });

  it('unavailable services are said, never silent', async () => {
    await world.monitor('shop', { ...alerting(), ...goal({ onUndetermined: 'Alert' }) });
    await world.check();
    world.llm.answer(unavailable());
    await world.step(THIRTY_FIVE);
    assert.deepEqual(await alertKinds(), ['changedNotJudged']);
  });
});

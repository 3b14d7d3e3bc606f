import assert from 'node:assert/strict';
import { FORTY, THIRTY_FIVE, useLine } from '../testing/line.ts';
import { noMatch, priceAnswer } from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { inside, type Row, type World } from '../testing/world.ts';

describe('a change', () => {
  const line = useLine();
  const { lastCheck, stopOfLast, alertKinds } = line;
  let world: World;
  beforeEach(() => {
    world = line.world;
  });

  describe('a changed page', () => {
    beforeEach(async () => {
      await world.monitor('shop', alerting());
      await world.check();
      world.llm.answer(priceAnswer('40 €', '35 €'));
    });

    it('becomes a finding with its quote, an alert and a delivery', async () => {
      await world.step(THIRTY_FIVE);
      assert.deepEqual(await stopOfLast(), ['Alerted', 'alerted', null]);
      const [finding] = await world.rows('findings');
      assert.deepEqual([finding?.['title'], finding?.['state']], ['Price: 40 € → 35 €', 'open']);
      await world.deliverAll();
      assert.equal(world.notification.sent[0]?.message.claims[0]?.quote, 'Price: 35 €');
    });

    it('is sent to the judge as what differs, with the goal and nothing else of the page', async () => {
      await world.step(THIRTY_FIVE);
      const [request] = world.llm.requests;
      assert.deepEqual(
        request?.hunks.map(({ before, after }) => [before, after]),
        [['Price: 40 €', 'Price: 35 €']],
      );
      assert.equal(request?.goal.prompt, 'Tell me when the price changes');
    });

    it('delivers to the inbox by being written', async () => {
      await world.step(THIRTY_FIVE);
      const inbox = (await world.rows('deliveries')).find((row) => row['channel'] === 'inbox');
      assert.equal(inbox?.['state'], 'delivered');
    });

    it('moves the baseline on', async () => {
      await world.step(THIRTY_FIVE);
      await world.step(THIRTY_FIVE);
      assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'sameText']);
    });

    it('defect: whole page judged each time and re-alerted — the same page again is neither judged nor told', async () => {
      await world.step(THIRTY_FIVE);
      await world.step(THIRTY_FIVE);
      assert.equal(world.llm.requests.length, 1);
      assert.deepEqual(await alertKinds(), ['finding']);
    });

    it('links to our own dashboard only, with a one-time link to acknowledge', async () => {
      await world.step(THIRTY_FIVE);
      await world.deliverAll();
      const message = world.notification.sent[0]?.message;
      assert.equal(message?.link, `http://127.0.0.1:3000/findings/${message?.findingId}`);
      assert.match(
        message?.acknowledgeLink ?? '',
        /^http:\/\/127\.0\.0\.1:3000\/acknowledge\?token=[\w-]{43}$/,
      );
    });

    it('keeps only the hash of the acknowledge token', async () => {
      await world.step(THIRTY_FIVE);
      const [token] = await world.rows('one_time_tokens');
      assert.equal(inside(token, 'token_hash', 'length'), 32);
      assert.equal(token?.['purpose'], 'acknowledge');
    });

    it('stores verdict, provenance and the judged difference', async () => {
      await world.step(THIRTY_FIVE);
      const [verdict] = await world.rows('verdicts');
      assert.equal(inside(verdict, 'provenance', 'model'), 'fake-1');
      assert.equal(inside(verdict, 'change', 0, 'hunks', 0, 'after'), 'Price: 35 €');
      assert.equal(verdict?.['suppressed'], null);
    });

    it('counts tokens and cost on the check', async () => {
      await world.step(THIRTY_FIVE);
      const check = await lastCheck();
      assert.deepEqual(
        [check['tokens_in'], check['tokens_out'], check['cost_usd']],
        [1000, 100, '0.001000'],
      );
    });

    it('passes every stage boundary of the line in its order', async () => {
      world.passed.length = 0;
      await world.step(THIRTY_FIVE);
      assert.deepEqual(world.passed, [
        'check.after-claim',
        'check.after-fetch',
        'check.after-read',
        'check.after-compare',
        'check.before-judge',
        'check.after-reserve',
        'check.after-judge',
        'check.after-settle',
        'check.before-commit',
        'check.after-commit',
      ]);
    });
  });

  describe('a suppressed change', () => {
    beforeEach(async () => {
      await world.monitor('shop', alerting());
      await world.check();
    });

    it("defect: suppressed change's snapshot not kept — snapshot, diff, verdict and reason stay", async () => {
      world.llm.answer(noMatch());
      await world.step('Shop\nPrice: 40 €\nOpen on weekdays');
      assert.deepEqual(await stopOfLast(), ['Suppressed', 'evidence', 'noMatch']);
      const [verdict] = await world.rows('verdicts');
      assert.equal(verdict?.['suppressed'], 'noMatch');
      assert.equal((await world.rows('snapshots')).length, 2);
    });

    it('is below the threshold when the match is weak', async () => {
      world.llm.answer(priceAnswer('40 €', '35 €', { relevance: 74 }));
      await world.step(THIRTY_FIVE);
      assert.deepEqual(await stopOfLast(), ['Suppressed', 'evidence', 'belowThreshold']);
    });

    it('defect: A→B(suppressed)→A judged as a whole-page change — only the way back is judged', async () => {
      world.llm.answer(noMatch());
      await world.step('Shop\nPrice: 40 €\nOpen on weekdays');
      await world.step(FORTY);
      assert.deepEqual(
        world.llm.requests[1]?.hunks.map(({ before, after }) => [before, after]),
        [['Open on weekdays', 'Open daily']],
      );
    });

    it('flapping between two texts is seen at the fourth and costs no token', async () => {
      world.llm.answer(noMatch());
      const other = 'Shop\nPrice: 40 €\nOpen on weekdays';
      await world.step(other);
      await world.step(FORTY);
      const before = world.llm.requests.length;
      await world.step(other);
      assert.deepEqual(await stopOfLast(), ['Suppressed', 'diffed', 'flapping']);
      assert.equal(world.llm.requests.length, before);
    });

    it('a mere move of lines costs no token', async () => {
      const list = (...names: string[]): string =>
        ['Shop', ...names.map((name) => `- ${name} is on sale today`)].join('\n');
      await world.step(list('Apples', 'Pears', 'Plums'));
      const before = world.llm.requests.length;
      await world.step(list('Plums', 'Apples', 'Pears'));
      assert.deepEqual(await stopOfLast(), ['Suppressed', 'diffed', 'moved']);
      assert.equal(world.llm.requests.length, before);
    });

    it('defect: moved-text heuristics call a price swap trivial — two prices that swap are judged', async () => {
      world.llm.answer(noMatch());
      await world.step('Shop\nApples: 3 €\nPears: 5 €');
      const before = world.llm.requests.length;
      await world.step('Shop\nApples: 5 €\nPears: 3 €');
      assert.equal(world.llm.requests.length, before + 1);
    });

    it('keeps the difference of a change that no judge saw', async () => {
      const list = (...names: string[]): string =>
        ['Shop', ...names.map((name) => `- ${name} is on sale today`)].join('\n');
      await world.step(list('Apples', 'Pears', 'Plums'));
      await world.step(list('Plums', 'Apples', 'Pears'));
      const [source] = (await lastCheck())['sources'] as Row[];
      assert.equal(source?.['moved'], 1);
      assert.ok(Array.isArray(source?.['hunks']));
    });

    it('counts each stop under its stage and reason', async () => {
      world.llm.answer(noMatch());
      await world.step('Shop\nPrice: 40 €\nOpen on weekdays');
      assert.equal(
        await world.metric('mon_check_stops_total', { stage: 'evidence', reason: 'noMatch' }),
        1,
      );
    });
  });
});

import assert from 'node:assert/strict';
import { testSource } from '../../store/testing/monitors.ts';
import { FORTY, THIRTY_FIVE, useLine } from '../testing/line.ts';
import { failure, priceAnswer } from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { HOUR, MINUTE, NOON, later, type Row, type World } from '../testing/world.ts';

describe('what is no page', () => {
  const line = useLine();
  const { lastCheck, stopOfLast, monitorRow, alertKinds } = line;
  let world: World;
  beforeEach(() => {
    world = line.world;
  });

  describe('a page that cannot be judged', () => {
    beforeEach(async () => {
      await world.monitor('shop', alerting());
      await world.check();
    });
    const captcha = {
      text: 'Please verify you are a human',
      status: 403,
      signs: [{ kind: 'botWall' as const, evidence: 'Verify you are a human' }],
    };

    it('defect: model failure, parse failure and empty page all "score 0" — a captcha is not judgeable and no baseline', async () => {
      await world.step(captcha);
      assert.deepEqual(await stopOfLast(), ['NotJudgeable', 'fetched', 'captcha']);
      await world.step(FORTY);
      assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'sameText']);
    });

    it('keeps the first snapshot of a row of them', async () => {
      await world.step(captcha);
      await world.step(captcha);
      const kept = (await world.rows('snapshots')).filter((row) => row['validity'] === 'captcha');
      assert.equal(kept.length, 1);
    });

    it('says so in the condition Healthy', async () => {
      await world.step(captcha);
      const conditions = (await monitorRow())['conditions'] as Row[];
      const healthy = conditions.find((condition) => condition['type'] === 'Healthy');
      assert.deepEqual([healthy?.['status'], healthy?.['reason']], ['False', 'Captcha']);
    });

    it('an empty page after a full one is no change', async () => {
      await world.step('');
      assert.equal((await stopOfLast())[0], 'NotJudgeable');
    });
  });

  describe('a failed fetch', () => {
    beforeEach(async () => {
      await world.monitor('shop', alerting({ onFailure: { after: 3 } }));
      await world.check();
    });

    it('is a failed check with its code and a message for the owner', async () => {
      await world.step(failure('connectionRefused'));
      assert.deepEqual(await stopOfLast(), ['Failed', 'fetched', 'connectionRefused']);
      assert.equal((await monitorRow())['last_message'], 'It failed (connectionRefused)');
    });

    it('is told after three in a row, once', async () => {
      await world.step(failure('timeout'));
      await world.step(failure('timeout'));
      assert.deepEqual(await alertKinds(), []);
      await world.step(failure('timeout'));
      await world.step(failure('timeout'));
      assert.deepEqual(await alertKinds(), ['failure']);
    });

    it('is told to be over when the page can be read again', async () => {
      for (let round = 0; round < 3; round += 1) await world.step(failure('timeout'));
      await world.step(FORTY);
      assert.deepEqual(await alertKinds(), ['failure', 'resolved']);
      assert.equal((await monitorRow())['failure_alerted'], false);
      assert.equal((await world.rows('findings'))[0]?.['state'], 'resolved');
    });

    it('is not told when it passes before the third', async () => {
      await world.step(failure('timeout'));
      await world.step(failure('timeout'));
      await world.step(FORTY);
      await world.step(failure('timeout'));
      assert.deepEqual(await alertKinds(), []);
    });

    it('C36 honours Retry-After: the monitor is due no earlier', async () => {
      await world.step(failure('busy', 3600));
      assert.deepEqual((await monitorRow())['next_due_at'], later(world.clock.now(), HOUR));
    });

    it('never takes the baseline away', async () => {
      await world.step(failure('timeout'));
      world.llm.answer(priceAnswer('40 €', '35 €'));
      await world.step(THIRTY_FIVE);
      assert.equal((await stopOfLast())[0], 'Alerted');
    });

    it('a browser service that is busy is asked again when it said so', async () => {
      world.browser.busy(2, 3);
      await world.step();
      assert.equal((await stopOfLast())[0], 'Unchanged');
      assert.deepEqual((await lastCheck())['at'], later(NOON, 5 * MINUTE + 6_000));
    });
  });

  describe('several sources', () => {
    const TWO = 'https://shop.example/p/2';
    const THREE = 'https://shop.example/p/3';
    beforeEach(async () => {
      const sources = [
        testSource(),
        testSource({ name: 'two', url: TWO }),
        testSource({ name: 'three', url: THREE }),
      ];
      world.browser.show(TWO, 'Terms\nVersion 1');
      world.browser.show(THREE, 'Jobs\nNone');
      await world.monitor('shop', { ...alerting({ onFailure: { after: 2 } }), sources });
      await world.check();
    });

    it('defect: one failing source of many reported as success — the check has failed, with the counts', async () => {
      world.browser.show(TWO, failure('timeout'));
      await world.step();
      const check = await lastCheck();
      assert.equal(check['outcome'], 'Failed');
      assert.match(String(check['message']), /^3 sources: 1 failed, 2 unchanged/);
    });

    it("a failing source hides no other's change", async () => {
      world.browser.show(TWO, failure('timeout'));
      world.llm.answer(priceAnswer('40 €', '35 €'));
      await world.step(THIRTY_FIVE);
      assert.equal((await stopOfLast())[0], 'Failed');
      assert.deepEqual(await alertKinds(), ['finding']);
      const outcomes = ((await lastCheck())['sources'] as Row[]).map((source) => source['outcome']);
      assert.deepEqual(outcomes, ['Alerted', 'Failed', 'Unchanged']);
    });

    it('a change hides no failing source: it is told by itself after its own row', async () => {
      world.browser.show(TWO, failure('timeout'));
      world.llm.answer(priceAnswer('40 €', '35 €'));
      await world.step(THIRTY_FIVE);
      await world.step();
      assert.deepEqual(await alertKinds(), ['finding', 'failure']);
    });

    it('all changes of one check are judged in one call', async () => {
      world.browser.show(TWO, 'Terms\nVersion 2');
      world.browser.show(THREE, 'Jobs\nEngineer');
      await world.step();
      assert.equal(world.llm.requests.length, 1);
      assert.deepEqual(
        world.llm.requests[0]?.hunks.map((hunk) => hunk.source),
        ['two', 'three'],
      );
    });

    it('remembers of each source what is its own', async () => {
      world.browser.show(TWO, failure('timeout'));
      await world.step();
      const failures = (await world.rows('source_states', 'source')).map((row) => [
        row['source'],
        row['consecutive_failures'],
      ]);
      assert.deepEqual(failures, [
        ['page', 0],
        ['three', 0],
        ['two', 1],
      ]);
    });
  });
});

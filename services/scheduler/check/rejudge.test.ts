import assert from 'node:assert/strict';
import { withWorkspace } from '../../store/workspace.ts';
import { THIRTY_FIVE, useLine } from '../testing/line.ts';
import { priceAnswer, unavailable } from '../testing/neighbours.ts';
import { alerting, goal } from '../testing/specs.ts';
import { HOUR, MINUTE, type World } from '../testing/world.ts';
import { RETRY_FOR_MS } from './retry.ts';

describe('a change that could not be judged', () => {
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

  describe('onUndetermined', () => {
    it('Retry: stays tried again with growing pauses', async () => {
      await start();
      world.llm.answer(unavailable());
      await world.step(THIRTY_FIVE);
      await world.step(undefined, MINUTE);
      const [pending] = await world.rows('pending_judgements');
      assert.equal(pending?.['attempts'], 2);
      assert.equal(Number(pending?.['next_attempt_at']) - world.clock.now().getTime(), 2 * MINUTE);
    });

    it('Retry: after a day the change is told as not judged, never forgotten', async () => {
      await start({
        schedule: {
          interval: '24h',
          timeZone: 'UTC',
          jitterPercent: 0,
          startingDeadline: '99h',
          overlap: 'Skip',
        },
      });
      world.llm.answer(unavailable());
      await world.step(THIRTY_FIVE, 24 * HOUR);
      assert.deepEqual(await alertKinds(), []);
      world.clock.advance(RETRY_FOR_MS);
      await world.check();
      await world.check();
      assert.deepEqual(await alertKinds(), ['changedNotJudged']);
      assert.equal((await world.rows('pending_judgements')).length, 0);
    });

    it('Retry: a later change is judged while the first one waits', async () => {
      await start();
      world.llm.answer(unavailable());
      await world.step(THIRTY_FIVE);
      world.llm.answer((request) =>
        request.hunks[0]?.after.includes('30') ? priceAnswer('35 €', '30 €') : unavailable(),
      );
      await world.step('Shop\nPrice: 30 €\nOpen daily');
      await world.check();
      assert.equal((await world.rows('pending_judgements')).length, 1);
      assert.deepEqual(await alertKinds(), ['finding']);
    });

    it('Retry: the baseline has moved on, so the change is not seen twice', async () => {
      await start();
      world.llm.answer(unavailable());
      await world.step(THIRTY_FIVE);
      await world.step(undefined, 4 * MINUTE);
      assert.equal((await world.rows('pending_judgements')).length, 1);
    });

    it('Hold: waits in the dashboard with its reason', async () => {
      await start(goal({ onUndetermined: 'Hold' }));
      world.llm.answer(unavailable());
      await world.step(THIRTY_FIVE);
      assert.deepEqual(await alertKinds(), []);
      assert.equal((await lastCheck())['reason'], 'undeterminedHeld');
      assert.equal((await world.rows('verdicts'))[0]?.['suppressed'], 'undeterminedHeld');
    });

    it('Alert: tells at once', async () => {
      await start(goal({ onUndetermined: 'Alert' }));
      world.llm.answer(unavailable());
      await world.step(THIRTY_FIVE);
      assert.deepEqual(await alertKinds(), ['changedNotJudged']);
    });

    it('one open "not judged" a source counts further changes instead of telling each', async () => {
      world.llm.models = { ...world.llm.models, configured: false };
      await start();
      await world.step(THIRTY_FIVE);
      await world.step('Shop\nPrice: 30 €\nOpen daily');
      await world.step('Shop\nPrice: 29 €\nOpen daily');
      assert.deepEqual(await alertKinds(), ['changedNotJudged']);
      assert.equal((await world.rows('findings'))[0]?.['seen_count'], 3);
    });

    it('an acknowledged "not judged" lets the next one be told', async () => {
      world.llm.models = { ...world.llm.models, configured: false };
      await start(alerting({ cooldown: '0s' }));
      await world.step(THIRTY_FIVE);
      await withWorkspace(world.pool, 'team', (tx) =>
        tx.query(`UPDATE findings SET state = 'acknowledged'`),
      );
      await world.step('Shop\nPrice: 30 €\nOpen daily');
      assert.deepEqual(await alertKinds(), ['changedNotJudged', 'changedNotJudged']);
    });
  });
});

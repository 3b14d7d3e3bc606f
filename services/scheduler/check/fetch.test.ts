import assert from 'node:assert/strict';
import { testSource } from '../../store/testing/monitors.ts';
import { FORTY, THIRTY_FIVE, useLine } from '../testing/line.ts';
import { priceAnswer } from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { HOUR, SHOP, type Row, type World } from '../testing/world.ts';

describe('fetching a source', () => {
  const line = useLine();
  const { stopOfLast } = line;
  let world: World;
  beforeEach(() => {
    world = line.world;
  });

  describe('extractors', () => {
    const auto = { sources: [testSource({ fetch: 'Auto' })] };

    it('a page that needs JavaScript is read by the browser from then on', async () => {
      world.browser.show(SHOP, (request) =>
        request.via === 'http' ? { text: 'Loading the shop', needsJavaScript: true } : FORTY,
      );
      await world.monitor('shop', { ...auto, ...alerting() });
      await world.check();
      const [baseline] = await world.rows('baselines');
      assert.equal(baseline?.['extractor'], 'browser@1');
      world.browser.requests.length = 0;
      await world.step();
      assert.deepEqual(
        world.browser.requests.map((request) => request.via),
        ['browser'],
      );
    });

    it('a pending change is judged from HTTP first, then the browser takes a new baseline', async () => {
      await world.monitor('shop', { ...auto, ...alerting() });
      await world.check();
      world.llm.answer(priceAnswer('40 €', '35 €'));
      world.browser.show(SHOP, (request) =>
        request.via === 'http'
          ? { text: THIRTY_FIVE, needsJavaScript: true }
          : `${THIRTY_FIVE}\nRendered more`,
      );
      await world.step(undefined, 25 * HOUR);
      assert.equal((await stopOfLast())[0], 'Alerted');
      assert.deepEqual(
        world.llm.requests[0]?.hunks.map((hunk) => hunk.after),
        ['Price: 35 €'],
      );
      const [baseline] = await world.rows('baselines', 'role');
      assert.equal(baseline?.['extractor'], 'browser@1');
    });

    it('snapshots of different extractors are never compared', async () => {
      await world.monitor('shop', alerting());
      await world.check();
      await world.edit('shop', (spec) => ({
        ...spec,
        sources: [testSource({ fetch: 'Browser' })],
      }));
      await world.step(THIRTY_FIVE);
      assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'extractorBaseline']);
      assert.equal(world.llm.requests.length, 0);
    });

    it('an empty render over HTTP is read again by the browser', async () => {
      world.browser.show(SHOP, (request) =>
        request.via === 'http' ? { text: '', needsJavaScript: undefined as never } : FORTY,
      );
      await world.monitor('shop', auto);
      await world.check();
      assert.deepEqual(
        world.browser.requests.map((request) => request.via),
        ['http', 'browser'].slice(0, world.browser.requests.length),
      );
    });

    it('a job that wants HTTP never gets the browser', async () => {
      world.browser.show(SHOP, { text: 'x', needsJavaScript: true });
      await world.monitor('shop');
      await world.check();
      assert.deepEqual(
        world.browser.requests.map((request) => request.via),
        ['http'],
      );
    });

    it('each fetch carries an egress credential of the scheduler', async () => {
      await world.monitor('shop');
      await world.check();
      const payload = world.browser.requests[0]?.egressCredential.split('.')[1] ?? '';
      const grant = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Row;
      assert.deepEqual(
        [grant['issuer'], grant['workspace'], grant['subject']],
        ['scheduler', 'team', 'shop'],
      );
    });

    it('the fetches of one check share its credential, and no other check has it', async () => {
      const sources = ['one', 'two'].map((name) => testSource({ name }));
      await world.monitor('shop', { sources });
      await world.check();
      await world.step();
      const carried = world.browser.requests.map((request) => request.egressCredential);
      assert.equal(carried.length, 4);
      assert.equal(new Set(carried).size, 2);
      assert.deepEqual([carried[0], carried[2]], [carried[1], carried[3]]);
    });
  });
});

import assert from 'node:assert/strict';
import type { Source } from '../../../crds/types/monitorjob.ts';
import type { FetchRequest } from '../../core/contracts/browser.ts';
import { testSource } from '../../store/testing/monitors.ts';
import { FORTY, THIRTY_FIVE, useLine } from '../testing/line.ts';
import {
  failure,
  notModified,
  priceAnswer,
  type Page,
  type PagePatch,
} from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { SHOP, inside, type Row, type World } from '../testing/world.ts';
import { pictured } from './picture.ts';

const picture = { mediaType: 'image/webp' as const, base64: 'UklGRg==', width: 1, height: 1 };
const MOVED = 'https://shop.example/p/1/new';

describe('the screenshot', () => {
  const line = useLine();
  const { lastCheck, stopOfLast, alertKinds } = line;
  let world: World;
  beforeEach(() => {
    world = line.world;
    world.llm.answer(priceAnswer('40 €', '35 €'));
  });

  /** Shows a page, and `shot` to a visit for a screenshot. */
  const show = (page: PagePatch, shot: Page = { ...page, picture }): void => {
    const answer = (request: FetchRequest): Page => (request.screenshot ? shot : page);
    for (const url of [SHOP, MOVED]) world.browser.show(url, answer);
  };
  const start = async (
    patch: Partial<Source>,
    page: PagePatch = { text: FORTY },
  ): Promise<void> => {
    show(page);
    await world.monitor('shop', {
      sources: [testSource({ fetch: 'Auto', ...patch })],
      ...alerting(),
    });
    await world.check();
  };
  const visits = (): FetchRequest[] =>
    world.browser.requests.filter(({ screenshot }) => screenshot);
  const pictures = async (): Promise<boolean[]> =>
    (await world.rows('snapshots', 'at, id')).map((row) => row['screenshot_blob'] !== null);
  const warnings = async (): Promise<string> =>
    (inside(await lastCheck(), 'sources', 0, 'warnings') as string[]).join();

  describe('OnChange', () => {
    it('of a page that the browser read is taken once, by a visit of its own', async () => {
      await start({ fetch: 'Browser' });
      await world.step();
      assert.deepEqual(visits(), []);
      show({ text: THIRTY_FIVE });
      await world.step();
      assert.deepEqual([await pictures(), visits().length], [[false, true], 1]);
    });

    it('of a page that was read over HTTP is taken by the browser', async () => {
      await start({});
      show({ text: THIRTY_FIVE });
      await world.step();
      assert.deepEqual(await pictures(), [false, true]);
      assert.deepEqual(
        world.browser.requests.map(({ via }) => via),
        ['http', 'http', 'browser'],
      );
    });

    it('is taken where the page was found, of the whole page', async () => {
      await start({ select: { include: ['main'] } });
      show({ text: THIRTY_FIVE, finalUrl: MOVED });
      await world.step();
      assert.deepEqual(
        visits().map(({ source, keepDocument }) => [source.url, source.select, keepDocument]),
        [[MOVED, undefined, false]],
      );
    });

    it('is never compared: what its visit reads is nobody’s text', async () => {
      await start({});
      show({ text: THIRTY_FIVE }, { text: 'Something else', picture });
      await world.step();
      show({ text: THIRTY_FIVE });
      await world.step();
      assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'sameText']);
      assert.equal((await world.rows('baselines'))[0]?.['extractor'], 'http@1');
    });

    it('that fails is a warning, and the change is told all the same', async () => {
      await start({});
      show({ text: THIRTY_FIVE, warnings: ['An older one'] }, failure('browserCrashed'));
      await world.step();
      assert.equal(
        await warnings(),
        'There is no screenshot. It failed (browserCrashed),An older one',
      );
      assert.deepEqual([await alertKinds(), await pictures()], [['finding'], [false, false]]);
    });

    it('of a wall that only this visit met is not kept', async () => {
      await start({});
      show({ text: THIRTY_FIVE }, { text: 'Please verify you are a human', status: 403, picture });
      await world.step();
      assert.match(await warnings(), /The browser was shown no page \(captcha\)/);
      assert.deepEqual(await pictures(), [false, false]);
    });

    it('C36 waits for its turn at the host, and closes it when the host asks for that', async () => {
      await start({});
      show({ text: THIRTY_FIVE }, failure('busy', 600));
      await world.step();
      assert.equal(world.deps.gate.waitMs('shop.example'), 600_000);
    });

    it('that would come too late for the check is left out', async () => {
      await start({});
      const { promise, resolve } = Promise.withResolvers<Page>();
      world.browser.show(SHOP, (request) => (request.screenshot ? promise : THIRTY_FIVE));
      await world.edit('shop', (spec) => ({ ...spec, timeouts: { page: '2s', total: '2s' } }));
      await world.step();
      resolve(THIRTY_FIVE);
      assert.match(await warnings(), /There is no screenshot\. The check ran out of time/);
      assert.deepEqual(await alertKinds(), ['finding']);
    });

    it('is not taken of a change that is mere noise', async () => {
      await start(
        {},
        { text: 'Shop\n- Apples on sale today\n- Pears on sale today\n- Plums on sale today' },
      );
      show({ text: 'Shop\n- Plums on sale today\n- Apples on sale today\n- Pears on sale today' });
      await world.step();
      assert.deepEqual(await stopOfLast(), ['Suppressed', 'diffed', 'moved']);
      assert.deepEqual(visits(), []);
    });
  });

  describe('Always', () => {
    it('is kept at each check, also of a page that did not change', async () => {
      await start({ screenshot: 'Always' });
      await world.step();
      assert.deepEqual(await stopOfLast(), ['Unchanged', 'valid', 'sameText']);
      assert.deepEqual(await pictures(), [true, true]);
    });

    it('of a page that the browser read needs no second visit', async () => {
      await start({ screenshot: 'Always', fetch: 'Browser' });
      await world.step();
      assert.deepEqual([await pictures(), world.browser.requests.length], [[true, true], 2]);
    });

    it('moves no baseline and keeps no document when nothing changed', async () => {
      await start({ screenshot: 'Always' });
      const [before] = await world.rows('baselines');
      await world.step();
      assert.deepEqual((await world.rows('baselines'))[0], before);
      assert.equal((await world.rows('snapshots', 'at, id'))[1]?.['document_blob'], null);
    });

    it('asks for the whole page each time, as an answer without one shows no address', async () => {
      await start({ screenshot: 'Always' }, { text: FORTY, etag: '"v1"' });
      await world.step();
      assert.equal(world.browser.requests.at(-2)?.validators, undefined);
    });

    it('that fails is a warning of an unchanged check', async () => {
      await start({ screenshot: 'Always' });
      show({ text: FORTY }, failure('timeout'));
      await world.step();
      assert.equal((await stopOfLast())[0], 'Unchanged');
      assert.match(await warnings(), /There is no screenshot/);
    });
  });

  describe('is not asked for', () => {
    const none: Readonly<Record<string, [Partial<Source>, PagePatch]>> = {
      'by a job that names HTTP, which gets no browser': [{ fetch: 'Http' }, {}],
      'by a job that names HTTP, not even Always': [{ fetch: 'Http', screenshot: 'Always' }, {}],
      'where none is wanted': [{ screenshot: 'Never' }, {}],
      'of what is no HTML': [{}, { contentType: 'application/json' }],
      'of the answer to a POST': [{ http: { method: 'POST' } }, {}],
      'of a page that is read as text': [{ format: 'Text' }, {}],
    };
    for (const [what, [source, page]] of Object.entries(none))
      it(what, async () => {
        await start(source, { text: FORTY, ...page });
        show({ text: THIRTY_FIVE, ...page });
        await world.step();
        assert.deepEqual([visits(), await pictures()], [[], [false, false]]);
      });
  });

  it('a plain HTTP job keeps its validators with Always', async () => {
    await start({ fetch: 'Http', screenshot: 'Always' }, { text: FORTY, etag: '"v1"' });
    await world.step(notModified);
    assert.deepEqual(world.browser.requests.at(-1)?.validators, { etag: '"v1"' });
  });
});

describe('a source that is visited for a screenshot', () => {
  const secret: Row[string] = { method: 'GET', headers: [{ name: 'X-Key', value: 'secret' }] };
  const source = testSource({ http: secret as NonNullable<Source['http']> });

  it('sends its own headers to its own origin', () => {
    assert.deepEqual(pictured(source, MOVED).http, secret);
  });

  it('E9 sends its own headers to no other origin', () => {
    assert.equal(pictured(source, 'https://evil.example/p/1').http, undefined);
  });
});

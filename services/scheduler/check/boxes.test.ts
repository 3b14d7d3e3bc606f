import assert from 'node:assert/strict';
import type { Source } from '../../../crds/types/monitorjob.ts';
import type { FetchRequest, WordBox } from '../../core/contracts/browser.ts';
import { HttpError } from '../../core/errors.ts';
import { getBlob } from '../../store/blobs.ts';
import { testSource, testSpec } from '../../store/testing/monitors.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { FORTY, THIRTY_FIVE, useLine } from '../testing/line.ts';
import { priceAnswer, type PagePatch } from '../testing/neighbours.ts';
import { alerting } from '../testing/specs.ts';
import { SHOP, type World } from '../testing/world.ts';
import { keptBoxes } from './boxes.ts';
import { previewJob } from './preview.ts';

const picture = { mediaType: 'image/webp' as const, base64: 'UklGRg==', width: 80, height: 60 };
const boxes: WordBox[] = [
  ['Price:', 4, 5, 30, 10],
  ['35', 36, 5, 12, 10],
];

describe('the places of the words of a screenshot', () => {
  const line = useLine();
  let world: World;
  beforeEach(() => {
    world = line.world;
    world.llm.answer(priceAnswer('40 €', '35 €'));
  });

  const show = (text: string): void =>
    world.browser.show(SHOP, ({ screenshot }) => ({
      text,
      ...(screenshot ? { picture, boxes } : {}),
    }));
  const start = async (source: Partial<Source>): Promise<void> => {
    show(FORTY);
    await world.monitor('shop', {
      sources: [testSource({ fetch: 'Auto', ...source })],
      ...alerting(),
    });
    await world.check();
    show(THIRTY_FIVE);
    await world.step();
  };
  const asked = (): FetchRequest['boxes'][] =>
    world.browser.requests.filter(({ screenshot }) => screenshot).map((request) => request.boxes);
  const kept = async (): Promise<unknown[]> => {
    const found: unknown[] = [];
    for (const { boxes_blob: hash } of await world.rows('snapshots', 'at, id')) {
      const blob =
        typeof hash === 'string'
          ? await withWorkspace(world.pool, 'team', (tx) => getBlob(tx, 'team', hash))
          : undefined;
      found.push(blob && JSON.parse(Buffer.from(blob.content).toString()));
    }
    return found;
  };
  const whole = { width: 80, height: 60, words: boxes };

  it('are kept beside it, and asked for in the parts that are watched', async () => {
    await start({ select: { include: ['main'], exclude: ['.ads'] } });
    assert.deepEqual(asked(), [{ include: ['main'], exclude: ['.ads'] }]);
    assert.deepEqual(await kept(), [undefined, whole]);
  });

  it('are kept at each check that takes one', async () => {
    await start({ fetch: 'Browser', screenshot: 'Always' });
    assert.deepEqual(
      [asked(), await kept()],
      [
        [{}, {}],
        [whole, whole],
      ],
    );
  });

  it('are not measured where no screenshot is kept', async () => {
    await start({ fetch: 'Browser', screenshot: 'Never' });
    assert.deepEqual(
      world.browser.requests.map((request) => request.boxes),
      [undefined, undefined],
    );
    const spec = { ...testSpec({ sources: [testSource({ fetch: 'Auto' })] }) };
    const request = { workspace: 'team', name: 'shop', spec, judge: false, picture: true };
    await previewJob(request, world.deps, new AbortController().signal);
    assert.deepEqual(asked(), [undefined]);
  });

  it('are none by a browser service from before, whose screenshot is kept all the same', async () => {
    const older = (request: FetchRequest): PagePatch => {
      if (request.boxes) throw new HttpError('invalid', 'The request is not valid');
      return { text: request.screenshot ? THIRTY_FIVE : FORTY, picture };
    };
    world.browser.show(SHOP, older);
    await world.monitor('shop', {
      sources: [testSource({ fetch: 'Browser', screenshot: 'Always' })],
    });
    await world.check();
    const [snapshot] = await world.rows('snapshots', 'at, id');
    assert.notEqual(snapshot?.['screenshot_blob'], null);
    assert.equal(snapshot?.['boxes_blob'], null);
    assert.deepEqual(asked(), [{}, undefined]);
  });

  it('a request that is refused without them as well fails as it did', async () => {
    world.browser.show(SHOP, () => {
      throw new HttpError('invalid', 'The request is not valid');
    });
    await world.monitor('shop', { sources: [testSource({ fetch: 'Browser' })] });
    await world.check();
    assert.equal(world.browser.requests.length, 1);
    assert.equal((await line.lastCheck())['outcome'], 'Failed');
  });

  it('are none without a picture, and none that take too much room', () => {
    const page = { kind: 'page', timings: { totalMs: 1 } } as never as Parameters<
      typeof keptBoxes
    >[0];
    assert.equal(keptBoxes({ ...page, boxes }), undefined);
    assert.equal(keptBoxes({ ...page, screenshot: picture, boxes: [] }), undefined);
    const many = Array.from({ length: 12_000 }, (): WordBox => ['\u0001'.repeat(32), 1, 1, 1, 1]);
    assert.equal(keptBoxes({ ...page, screenshot: picture, boxes: many }), undefined);
  });
});

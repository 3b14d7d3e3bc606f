import assert from 'node:assert/strict';
import type { FetchResult } from '../../core/contracts/browser.ts';
import { previewResult, type PreviewResult } from '../../core/contracts/scheduler.ts';
import { testSource, testSpec } from '../../store/testing/monitors.ts';
import { FORTY, useLine } from '../testing/line.ts';
import { failure, resultOf } from '../testing/neighbours.ts';
import { SHOP, type World } from '../testing/world.ts';
import { previewJob } from './preview.ts';

const image = { mediaType: 'image/webp', base64: 'UklG', width: 1280, height: 900 } as const;
const elements = [{ left: 1, top: 2, width: 30, height: 40, selector: '#price', label: 'Price' }];

describe('a preview with a picture', () => {
  const line = useLine();
  let world: World;
  beforeEach(() => {
    world = line.world;
  });

  const preview = (
    picture: boolean,
    source: Parameters<typeof testSource>[0] = { fetch: 'Auto', select: { include: ['#gone'] } },
  ): Promise<PreviewResult> => {
    const spec = { ...testSpec({ sources: [testSource(source)] }) };
    const request = { workspace: 'team', name: 'shop', spec, judge: false, picture };
    return previewJob(request, world.deps, new AbortController().signal);
  };
  const show = (visit: () => FetchResult | undefined): void =>
    world.browser.show(SHOP, (request) =>
      request.screenshot ? (visit() ?? failure('timeout')) : FORTY,
    );
  const pictured =
    (base64: string = image.base64) =>
    (): FetchResult => {
      const request = world.browser.requests.at(-1);
      assert.ok(request);
      const page = resultOf(FORTY, request);
      return { ...page, screenshot: { ...image, base64 }, elements } as FetchResult;
    };

  it('has the whole page and what can be pointed at, and keeps nothing of it', async () => {
    show(pictured());
    const result = await preview(true);
    assert.deepEqual(previewResult.parse(JSON.parse(JSON.stringify(result))), result);
    const { base64, width, height } = image;
    assert.deepEqual(result.sources[0]?.picture, { base64, width, height, elements });
    const visit = world.browser.requests.at(-1);
    assert.deepEqual(
      [visit?.via, visit?.elements, visit?.source.select],
      ['browser', true, undefined],
    );
    for (const table of ['blobs', 'snapshots', 'checks'])
      assert.deepEqual(await world.rows(table), [], table);
  });

  it('is taken only when it is asked for', async () => {
    show(pictured());
    const result = await preview(false);
    assert.equal(result.sources[0]?.picture, undefined);
    assert.equal(world.browser.requests.length, 1);
  });

  it('says why there is none', async () => {
    const why = async (source?: Parameters<typeof testSource>[0]): Promise<string | undefined> =>
      (await preview(true, source)).sources[0]?.warnings[0];
    show(() => undefined);
    assert.match((await why()) ?? '', /^There is no screenshot\. It failed \(timeout\)/);
    show(pictured('A'.repeat(5 * 1024 * 1024)));
    assert.match((await why()) ?? '', /too large/);
    assert.match((await why({ fetch: 'Http' })) ?? '', /Http is shown by no browser/);
  });
});

import assert from 'node:assert/strict';
import { CONSENT_WALLS, walledPage } from '../../../scripts/testing/site/pages/consents.ts';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import type { FetchRequest } from '../../core/contracts/browser.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { pageIn, requestOf } from '../testing/request.ts';
import type { ResultPage } from './page.ts';

describe('consent walls of services', function () {
  this.timeout(20_000);
  let site: Site;
  let proxy: TestProxy;
  let bench: ChromiumBench;
  before(async () => {
    [site, proxy] = await Promise.all([startSite(), startProxy()]);
    bench = createChromiumBench(proxy.url, { settleCapMs: 1500 });
    await bench.fetch(requestOf(`${site.url}/static`));
  });
  after(async () => {
    await bench.close();
    await Promise.all([proxy.close(), site.close()]);
  });

  const get = async (
    document: string,
    consent: FetchRequest['source']['consent'] = 'Auto',
  ): Promise<ResultPage> => {
    site.set('walled', document);
    return pageIn(await bench.fetch(requestOf(`${site.url}/walled`, { consent })));
  };

  for (const [service, wall] of Object.entries(CONSENT_WALLS))
    it(`C32 of ${service} is refused, and the page behind it is read`, async () => {
      const { text, warnings } = await get(walledPage(wall));
      assert.match(text, /new bridge on Monday[^]*Consent: refused$/);
      assert.doesNotMatch(text, /cookies/);
      assert.match(warnings.join(), /^The consent dialog was answered with a refusal/);
    });

  const refusedByWords = CONSENT_WALLS['no service, with words that refuse'] ?? assert.fail();
  const deep = '<div><div><main><section>$</section></main></div></div>';

  it('C32 of a framework that puts its dialogs far below the body is refused', async () => {
    const around = deep.replace('$', refusedByWords.around);
    const { text } = await get(walledPage({ ...refusedByWords, around }));
    assert.match(text, /new bridge on Monday[^]*Consent: refused$/);
  });

  it('C32 is no wall: what speaks of cookies and takes up the page without lying over it', async () => {
    const around = deep.replace('$', '<div style="position:relative;min-height:600px">$</div>');
    const { text, signs, warnings } = await get(walledPage({ ...refusedByWords, around }));
    assert.match(text, /Consent: asked/);
    assert.deepEqual([signs, warnings], [[], []]);
  });

  it('C32 of a service is left alone where consent is off', async () => {
    const { text, warnings } = await get(
      walledPage(CONSENT_WALLS['Didomi'] ?? assert.fail()),
      'Off',
    );
    assert.match(text, /Consent: asked/);
    assert.deepEqual(warnings, []);
  });

  it('C32 of nobody, that can only be accepted, is not answered', async () => {
    const wall = walledPage({
      around: '<div style="position:fixed;inset:0">$</div>',
      accept: '',
      refuse: '',
    });
    const { text, warnings } = await get(wall.replace('Reject all', 'Fine'));
    assert.match(text, /Consent: asked/);
    assert.deepEqual(warnings, ['No rule knows the consent dialog of the page.']);
  });
});

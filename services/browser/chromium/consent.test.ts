import assert from 'node:assert/strict';
import { startProxy, type TestProxy } from '../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../scripts/testing/site/site.ts';
import type { FetchRequest } from '../../core/contracts/browser.ts';
import { sitesApart, type Apart } from '../testing/apart.ts';
import { createChromiumBench, type ChromiumBench } from '../testing/chromiumBench.ts';
import { pageIn, requestOf } from '../testing/request.ts';
import type { ResultPage } from './page.ts';

/** A name that only the proxy knows: a site of its own, which Chromium gives a process of its own. */
const CONSENT_SITE = 'http://consent.test';
const OVER_ALL = 'style="position:fixed;inset:0;width:100%;height:100%"';

const processes = { 'with one process for all sites': false, 'with a process for each site': true };
for (const [how, isApart] of Object.entries(processes))
  describe(`a consent dialog, ${how},`, function () {
    this.timeout(20_000);
    let site: Site;
    let other: Site;
    let proxy: TestProxy;
    let bench: ChromiumBench;
    let apart: Apart;
    before(async () => {
      [site, other] = await Promise.all([startSite(), startSite()]);
      proxy = await startProxy({
        resolve: (target) =>
          target.startsWith('consent.test') ? `127.0.0.1:${other.port}` : target,
      });
      apart = await sitesApart();
      const { wrap } = apart;
      bench = createChromiumBench(proxy.url, { settleCapMs: 1500, ...(isApart ? { wrap } : {}) });
      // The first one also starts the browser.
      await bench.fetch(requestOf(`${site.url}/static`));
    });
    after(async () => {
      await bench.close();
      await Promise.all([proxy.close(), site.close(), other.close(), apart.close()]);
    });

    const get = async (
      path: string,
      consent: FetchRequest['source']['consent'] = 'Auto',
    ): Promise<ResultPage> =>
      pageIn(await bench.fetch(requestOf(`${site.url}/${path}`, { consent })));

    it('of the page is refused, and what lies behind it is read', async () => {
      const page = await get('consent');
      assert.doesNotMatch(page.text, /cookies/);
      assert.match(page.text, /new bridge/);
      assert.match(page.warnings.join(), /consent dialog was answered/);
    });

    const frames: Readonly<Record<string, () => string>> = {
      'of the same origin': () => '',
      'of another origin': () => other.url,
      'of another site': () => CONSENT_SITE,
    };
    for (const [which, from] of Object.entries(frames))
      it(`in a frame ${which} is refused`, async () => {
        const page = await get(`consent-frame?from=${from()}`);
        assert.match(page.text, /Consent: refused/);
        assert.deepEqual(page.warnings, [
          'The consent dialog was answered with a refusal (Sourcepoint-frame).',
        ]);
      });

    it('in a frame is left alone where consent is off', async () => {
      const page = await get('consent-frame', 'Off');
      assert.match(page.text, /Consent: asked/);
      assert.deepEqual(page.warnings, []);
    });

    it('in a frame that no rule knows is told', async () => {
      site.set('unknown-dialog', '<p>This site uses cookies</p><button>Fine</button>');
      site.set('unknown-frame', `<p>Words</p><iframe src="/unknown-dialog" ${OVER_ALL}></iframe>`);
      const page = await get('unknown-frame');
      assert.deepEqual(
        [page.text, page.warnings],
        ['Words', ['No rule knows the consent dialog of the page.']],
      );
    });

    it('is not looked for in a frame that lies over the page and asks nothing', async () => {
      assert.deepEqual((await get('player-frame')).warnings, []);
    });

    if (isApart)
      it('C25 in a frame that never answers does not hold up the page', async () => {
        site.set(
          'spinning-frame',
          `<p>Words</p><iframe src="${CONSENT_SITE}/spin" ${OVER_ALL}></iframe>`,
        );
        assert.equal((await get('spinning-frame')).text, 'Words');
      });
  });

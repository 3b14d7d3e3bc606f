import assert from 'node:assert/strict';
import { startProxy, type TestProxy } from '../../../../scripts/testing/site/proxy.ts';
import { documentOf, send } from '../../../../scripts/testing/site/page.ts';
import { startSite, type Site } from '../../../../scripts/testing/site/site.ts';
import type { FetchRequest, FetchResult, PageStep } from '../../../core/contracts/browser.ts';
import { createChromiumBench, type ChromiumBench } from '../../testing/chromiumBench.ts';
import { bySelector } from '../../testing/members.ts';
import { pageIn, requestOf } from '../../testing/request.ts';

const PAGE = `<h1>Shop</h1>
  <label>Search <input id="q" placeholder="words"></label>
  <label>Size <select id="size"><option value="s">Small</option><option value="l">Large</option></select></label>
  <button id="go" onclick="say('clicked by ' + event.isTrusted)">Find it</button>
  <div role="tab" aria-label="Prices" onclick="say('tab')">*</div>
  <a href="/static">On to the chairs</a> <a href="/slow">Slow</a> <a href="#part">Part</a>
  <button style="display:none" onclick="say('hidden')">Secret door</button>
  <button id="off" disabled>Off</button>
  <p id="said"></p>
  <script>
    const say = (text) => { document.getElementById('said').textContent += text + '; '; };
    q.addEventListener('input', () => say('input ' + q.value));
    q.addEventListener('change', () => say('change'));
    q.addEventListener('keydown', ({ key }) => say('key ' + key));
    size.addEventListener('change', () => say('size ' + size.value));
    setTimeout(() => document.body.append(Object.assign(document.createElement('b'), { id: 'late', textContent: 'Late' })), 400);
  </script>`;

describe('steps in a page', function () {
  this.timeout(20_000);
  let site: Site;
  let proxy: TestProxy;
  let bench: ChromiumBench;
  before(async () => {
    site = await startSite();
    site.set('tools', documentOf('Tools', PAGE));
    site.handle('slow', async (visit) => {
      await visit.wait(700);
      send(visit, documentOf('Slow', '<p>It came after all</p>'));
    });
    proxy = await startProxy();
    bench = createChromiumBench(proxy.url, { settleCapMs: 1500, stepMs: 900 });
    await bench.fetch(requestOf(`${site.url}/static`));
  });
  after(async () => {
    await bench.close();
    await Promise.all([proxy.close(), site.close()]);
  });

  const run = (
    steps: readonly PageStep[],
    rest: Partial<FetchRequest> = {},
    path = 'tools',
  ): Promise<FetchResult> =>
    bench.fetch(requestOf(`${site.url}/${path}`, { steps: [...steps] }, rest));
  const said = async (...steps: PageStep[]): Promise<string> => pageIn(await run(steps)).text;
  const failed = async (steps: readonly PageStep[], rest: Partial<FetchRequest> = {}) => {
    const result = await run(steps, rest);
    assert.equal(result.kind, 'failed');
    return result.kind === 'failed' ? result.error : assert.fail();
  };

  it('clicks as a person does', async () => {
    const target = bySelector('#go');
    assert.match(await said({ kind: 'click', target }), /clicked by true;/);
  });

  it('finds what to click on by its text, in any case, and leaves out what nobody sees', async () => {
    const target = { by: 'text', text: 'find  IT' } as const;
    assert.match(await said({ kind: 'click', target }), /clicked/);
    const hidden = await failed([{ kind: 'click', target: { by: 'text', text: 'Secret door' } }]);
    assert.match(hidden.message, /nothing that can be seen matches/);
  });

  it('finds what to click on by its role and name', async () => {
    const target = { by: 'role', role: 'Tab', name: 'prices' } as const;
    assert.match(await said({ kind: 'click', target }), /tab;/);
  });

  for (const [how, target] of [
    ['a selector', bySelector('#q')],
    ['an XPath', bySelector('xpath://input[1]')],
    ['the words beside it', { by: 'text', text: 'search' }],
    ['its role', { by: 'role', role: 'Textbox', name: 'Search' }],
  ] as const)
    it(`types into a field that is known by ${how}, as the page expects it`, async () => {
      const text = await said({ kind: 'type', target, value: 'lamps' });
      assert.match(text, /input lamps; change;/);
    });

  for (const value of ['l', 'large'])
    it(`selects the entry ${value} of a list`, async () => {
      const target = { by: 'text', text: 'Size' } as const;
      assert.match(await said({ kind: 'select', target, value }), /size l;/);
    });

  it('presses a key in the field that has the focus', async () => {
    const text = await said(
      { kind: 'type', target: bySelector('#q'), value: 'a' },
      { kind: 'press', key: 'Enter' },
      { kind: 'press', key: 'ArrowDown' },
    );
    assert.match(text, /key Enter; key ArrowDown;/);
  });

  it('waits for what comes late', async () => {
    await said({ kind: 'wait', target: bySelector('#late') });
    const error = await failed([{ kind: 'wait', target: { by: 'text', text: 'Never said' } }]);
    assert.deepEqual([error.code, error.step], ['stepFailed', 1]);
  });

  it('reads the page that a click leads to, however late it is', async () => {
    const page = pageIn(await run([{ kind: 'click', target: { by: 'text', text: 'Slow' } }]));
    assert.equal(page.text, 'It came after all');
    assert.deepEqual([page.finalUrl, page.redirects], [`${site.url}/slow`, []]);
  });

  it('goes on in the page that a click leads to', async () => {
    const text = await said(
      { kind: 'click', target: { by: 'role', role: 'Link', name: 'On to the chairs' } },
      { kind: 'wait', target: { by: 'text', text: 'Blue chair' } },
    );
    assert.match(text, /Blue chair/);
  });

  it('opens an address, also one in the same page', async () => {
    const away = await said({ kind: 'goto', url: `${site.url}/static` });
    assert.match(away, /Blue chair/);
    const same = await said({ kind: 'goto', url: `${site.url}/tools#part` });
    assert.match(same, /Shop/);
  });

  it('allows many pages one after the other: they are no redirects', async () => {
    const steps = Array.from({ length: 12 }, (_, index): PageStep => ({
      kind: 'goto',
      url: `${site.url}/static?n=${index}`,
    }));
    assert.match(pageIn(await run(steps, { timeoutMs: 20_000 })).text, /Blue chair/);
  });

  it('answers a consent wall before the first step', async () => {
    const steps: PageStep[] = [{ kind: 'click', target: bySelector('#content h1') }];
    const source = { steps, consent: 'Auto' } as const;
    const page = pageIn(await bench.fetch(requestOf(`${site.url}/consent`, source)));
    assert.match(page.text, /The council approved/);
  });

  for (const [what, step, why] of [
    ['is not there', { kind: 'click', target: bySelector('#gone') }, /click on "#gone".*matches/],
    ['is disabled', { kind: 'click', target: bySelector('#off') }, /it is disabled/],
    ['is no field', { kind: 'type', target: bySelector('h1'), value: 'x' }, /no field for text/],
    ['is no list', { kind: 'select', target: bySelector('#q'), value: 'x' }, /it is no list/],
    ['has no such entry', { kind: 'select', target: bySelector('#size'), value: 'x' }, /entry "x"/],
    ['cannot be read', { kind: 'click', target: bySelector('a[') }, /selector cannot be read/],
  ] as const)
    it(`names the step that fails because its target ${what}`, async () => {
      const error = await failed([{ kind: 'press', key: 'Tab' }, step]);
      assert.deepEqual([error.code, error.step], ['stepFailed', 2]);
      assert.match(error.message, /^Step 2 \(/);
      assert.match(error.message, why);
    });

  it('names the step that opens no page', async () => {
    const error = await failed([{ kind: 'goto', url: `${site.url}/attachment` }]);
    assert.match(error.message, /^Step 1 \(goto .*\): the address gives/i);
  });

  it('names the step, and not the deadline, when the time of the page runs out', async () => {
    const patient = createChromiumBench(proxy.url, { settleCapMs: 300 });
    const steps: PageStep[] = [{ kind: 'click', target: bySelector('#gone') }];
    const request = requestOf(`${site.url}/tools`, { steps }, { timeoutMs: 3000 });
    const result = await patient.fetch(request);
    await patient.close();
    assert.equal(result.kind === 'failed' && result.error.code, 'stepFailed');
  });

  it('never takes a page over HTTP for one that was read after its steps', async () => {
    const bytes = createChromiumBench(proxy.url, {
      overHttp: async () => ({ kind: 'notModified', status: 304, timings: { totalMs: 0 } }),
    });
    const steps: PageStep[] = [{ kind: 'press', key: 'Tab' }];
    const request = requestOf(`${site.url}/feed.xml`, { steps, format: 'Json' });
    const result = await bytes.fetch(request);
    await bytes.close();
    assert.equal(result.kind === 'failed' && result.error.code, 'unsupportedContent');
  });
});

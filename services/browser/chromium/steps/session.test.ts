import assert from 'node:assert/strict';
import { documentOf, send } from '../../../../scripts/testing/site/page.ts';
import { startProxy, type TestProxy } from '../../../../scripts/testing/site/proxy.ts';
import { startSite, type Site } from '../../../../scripts/testing/site/site.ts';
import {
  MAX_SESSION_BYTES,
  type FetchRequest,
  type FetchResult,
} from '../../../core/contracts/browser.ts';
import { createChromiumBench, type ChromiumBench } from '../../testing/chromiumBench.ts';
import {
  addMembers,
  PASSWORD,
  sessionOf,
  SIGN_IN,
  USER,
  type Members,
} from '../../testing/members.ts';
import { codeIn, pageIn, requestOf } from '../../testing/request.ts';

describe('a session that is kept', function () {
  this.timeout(20_000);
  let site: Site;
  let proxy: TestProxy;
  let bench: ChromiumBench;
  let members: Members;
  before(async () => {
    site = await startSite();
    members = addMembers(site);
    proxy = await startProxy();
    bench = createChromiumBench(proxy.url, { settleCapMs: 1500, stepMs: 700 });
    await bench.fetch(requestOf(`${site.url}/static`));
  });
  after(async () => {
    await bench.close();
    await Promise.all([proxy.close(), site.close()]);
  });
  beforeEach(() => {
    members.entered.length = 0;
  });

  const check = (
    state: string | undefined,
    source: Partial<FetchRequest['source']> = {},
    session: Partial<NonNullable<FetchRequest['session']>> = {},
  ): Promise<FetchResult> =>
    bench.fetch(
      requestOf(
        `${site.url}/orders`,
        { steps: [...SIGN_IN], ...source },
        {
          session: sessionOf({ persist: true, ...(state ? { state } : {}), ...session }),
          timeoutMs: 15_000,
        },
      ),
    );
  const stateOf = (result: FetchResult): string | undefined =>
    result.kind === 'page' ? result.session : assert.fail(JSON.stringify(result));

  it('signs in once, and not again while the session is good', async () => {
    const first = await check(undefined);
    assert.equal(pageIn(first).title, 'Orders');
    const again = await check(stateOf(first));
    assert.equal(pageIn(again).title, 'Orders');
    assert.equal(members.entered.length, 1);
    assert.equal(stateOf(again), undefined);
  });

  it('keeps nothing when it is not asked to', async () => {
    assert.equal(stateOf(await check(undefined, {}, { persist: false })), undefined);
  });

  it('signs in again when the page looks logged out', async () => {
    const state = stateOf(await check(undefined));
    members.signOut();
    const result = await check(state);
    assert.equal(pageIn(result).title, 'Orders');
    assert.equal(members.entered.length, 2);
    assert.notEqual(stateOf(result), state);
  });

  it('fails as loggedOut when the login is refused, after one try', async () => {
    const state = stateOf(await check(undefined));
    members.signOut();
    site.handle('enter', (visit) => {
      members.entered.push('refused');
      send(visit, '', { location: '/sign-in' }, 303);
    });
    assert.equal(codeIn(await check(state)), 'loggedOut');
    assert.equal(members.entered.length, 2);
    const twice = await check(undefined, {}, { persist: false });
    assert.equal(codeIn(twice), 'loggedOut');
    members = addMembers(site);
  });

  it('is void when the steps or the Secret change', async () => {
    const state = stateOf(await check(undefined));
    const steps = [...SIGN_IN, { kind: 'pause', ms: 1 } as const];
    pageIn(await check(state, { steps }));
    const values = { user: `${USER} `, password: PASSWORD };
    await check(state, {}, { login: { name: 'duckmon-login-shop', values } });
    assert.equal(members.entered.length, 3);
  });

  it('is void when what was kept cannot be read', async () => {
    for (const state of ['{', '{"of":1}']) pageIn(await check(state));
    assert.equal(members.entered.length, 2);
  });

  it('carries the local storage of the page, for scripts that run first', async () => {
    site.handle('app', (visit) =>
      send(
        visit,
        documentOf(
          'App',
          `<p id="said"></p><script>said.textContent = 'Token ' + localStorage.getItem('token');
            localStorage.setItem('token', 'first');</script>`,
        ),
      ),
    );
    const source = { url: `${site.url}/app`, steps: [] };
    const login = { login: undefined };
    const first = await check(undefined, source, login);
    assert.equal(pageIn(first).text, 'Token null');
    assert.equal(pageIn(await check(stateOf(first), source, login)).text, 'Token first');
  });

  it('is not kept when it is too large', async () => {
    const value = 'x'.repeat(MAX_SESSION_BYTES);
    site.set('hoard', documentOf('Hoard', `<script>localStorage.a = '${value}'</script>Full`));
    const source = { url: `${site.url}/hoard`, steps: [] };
    const result = await check(undefined, source, { login: undefined });
    assert.equal(stateOf(result), undefined);
    assert.match(pageIn(result).warnings.join(), /session is not kept.*64 KB/);
  });

  it('lets the steps behind the login run in every check', async () => {
    const steps = [...SIGN_IN, { kind: 'goto', url: `${site.url}/static` } as const];
    const first = await check(undefined, { steps });
    assert.match(pageIn(first).text, /Blue chair/);
    assert.match(pageIn(await check(stateOf(first), { steps })).text, /Blue chair/);
    assert.equal(members.entered.length, 1);
  });
});

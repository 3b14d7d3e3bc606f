import assert from 'node:assert/strict';
import { seedFinding } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { hashSecret } from './cookie.ts';
import { job, startTestApi, WORKSPACE, type Answer, type TestApi } from './testing/api.ts';
import { newBrowser, newPerson, newWorkspace } from './testing/person.ts';

interface Made {
  readonly id: string;
  readonly monitor: string | null;
  readonly atomUrl: string;
  readonly jsonUrl: string;
}

describe('feeds', () => {
  let api: TestApi;
  let headers: Record<string, string>;
  let ann: string;

  beforeEach(async () => {
    api = await startTestApi();
    ann = await newPerson(api, 'ann');
    await newWorkspace(api, 'crew', 'team', ann);
    headers = await signedIn(ann, 'crew');
    const token = api.tokens.admin;
    await api.call('POST', '/api/v1/monitors', { headers, body: job('shop') });
    await api.call('POST', '/api/v1/monitors', { token, body: job('elsewhere') });
    await find('crew', 'shop', 'Price fell');
    await find('crew', 'news', 'News came');
    await find(WORKSPACE, 'shop', 'A secret of team A');
  });

  afterEach(() => api.stop());

  const signedIn = async (user: string, workspace: string): Promise<Record<string, string>> => {
    const { cookie, csrf } = await newBrowser(api, user);
    return { cookie, 'x-csrf-token': csrf, 'x-workspace': workspace };
  };
  const find = (workspace: string, monitor: string, title: string): Promise<string> =>
    withWorkspace(api.db.pool('duckmon_owner'), workspace, (tx) =>
      seedFinding(tx, { monitor, title, first_seen_at: api.time.now, last_seen_at: api.time.now }),
    );
  const create = (body: Record<string, unknown> = {}): Promise<Answer> =>
    api.call('POST', '/api/v1/feeds', { headers, body });
  const make = async (body: Record<string, unknown> = {}): Promise<Made> => {
    const answer = await create(body);
    assert.equal(answer.status, 201, answer.text);
    return JSON.parse(answer.text) as Made;
  };
  /** As a reader does: no session, no token. */
  const read = (url: string, more: Record<string, string> = {}): Promise<Answer> => {
    const { pathname, search } = new URL(url);
    return api.call('GET', `${pathname}${search}`, { headers: more });
  };
  const secretOf = ({ atomUrl }: Made): string => new URL(atomUrl).searchParams.get('token') ?? '';
  const titles = async (url: string): Promise<string[]> => {
    const { text } = await read(url);
    return (JSON.parse(text) as { items: { title: string }[] }).items.map(({ title }) => title);
  };

  it('are read by their address alone, of one monitor or of all', async () => {
    assert.deepEqual(await titles((await make({ monitor: 'shop' })).jsonUrl), ['Price fell']);
    assert.deepEqual((await titles((await make()).jsonUrl)).toSorted(), [
      'News came',
      'Price fell',
    ]);
  });

  it('are Atom and JSON Feed, private, and not found by search engines', async () => {
    const { atomUrl, jsonUrl } = await make();
    const atom = await read(atomUrl);
    assert.equal(atom.headers.get('content-type'), 'application/atom+xml; charset=utf-8');
    assert.match(atom.text, /^<\?xml version="1\.0" encoding="utf-8"\?>\n<feed /);
    const json = await read(jsonUrl);
    assert.equal(json.headers.get('content-type'), 'application/feed+json; charset=utf-8');
    for (const { headers: got } of [atom, json]) {
      assert.equal(got.get('cache-control'), 'private, max-age=60');
      assert.equal(got.get('x-content-type-options'), 'nosniff');
      assert.equal(got.get('x-robots-tag'), 'noindex');
      assert.match(got.get('content-security-policy') ?? '', /default-src 'none'/);
    }
  });

  it('answer 304 until something is found', async () => {
    const { atomUrl } = await make();
    const etag = (await read(atomUrl)).headers.get('etag') ?? '';
    const again = await read(atomUrl, { 'if-none-match': etag });
    assert.deepEqual([again.status, again.text], [304, '']);
    await find('crew', 'shop', 'It fell again');
    assert.equal((await read(atomUrl, { 'if-none-match': etag })).status, 200);
  });

  it('E9 show their address once, and only its hash is kept', async () => {
    const made = await make();
    const listed = await api.call('GET', '/api/v1/feeds', { headers });
    assert.match(listed.text, new RegExp(made.id));
    assert.ok(!listed.text.includes(secretOf(made)));
    const { rows } = await api.db
      .pool('mon_backup')
      .query("SELECT encode(token_hash, 'hex') AS hash FROM feeds");
    assert.deepEqual(rows, [{ hash: hashSecret(secretOf(made)).toString('hex') }]);
    await read(made.atomUrl);
    await read(made.atomUrl.replace(/.$/, '~'));
    assert.ok(!api.lines.join('\n').includes(secretOf(made)));
  });

  it('leave a row in the audit when they are made and ended', async () => {
    const { id } = await make();
    await api.call('DELETE', `/api/v1/feeds/${id}`, { headers });
    const { rows } = await api.db
      .pool('mon_backup')
      .query<{ action: string }>('SELECT action FROM audit WHERE subject = $1 ORDER BY seq', [
        `feed/${id}`,
      ]);
    assert.deepEqual(
      rows.map(({ action }) => action),
      ['feed.create', 'feed.revoke'],
    );
  });

  it('say when they were last read', async () => {
    const { atomUrl } = await make();
    await read(atomUrl);
    const { json } = await api.call('GET', '/api/v1/feeds', { headers });
    assert.equal((json.items[0] as { lastUsedAt?: string }).lastUsedAt, api.time.now.toISOString());
  });

  it('are of monitors that there are', async () => {
    const answer = await create({ monitor: 'elsewhere' });
    assert.deepEqual(
      [answer.status, answer.json.error.message],
      [404, 'There is no monitor elsewhere.'],
    );
  });

  it('end at once when they are ended, and say what to do', async () => {
    const made = await make();
    assert.equal((await api.call('DELETE', `/api/v1/feeds/${made.id}`, { headers })).status, 204);
    const answer = await read(made.atomUrl);
    assert.equal(answer.status, 404);
    assert.match(answer.json.error.message, /make another in the dashboard/);
  });

  it('E1 end with the membership of whoever made them', async () => {
    const { atomUrl } = await make();
    await withWorkspace(api.db.pool('duckmon_owner'), 'crew', (tx) =>
      tx.query('DELETE FROM memberships WHERE user_id = $1', [ann]),
    );
    assert.equal((await read(atomUrl)).status, 404);
  });

  it('E1 cannot be ended by anybody else', async () => {
    const { id } = await make();
    const bob = await newPerson(api, 'bob');
    await newWorkspace(api, 'others', 'team', bob);
    const other = await signedIn(bob, 'others');
    assert.equal((await api.call('DELETE', `/api/v1/feeds/${id}`, { headers: other })).status, 404);
  });

  it('are no credential for anything else, and no other credential opens them', async () => {
    const made = await make();
    const token = secretOf(made);
    assert.equal((await api.call('GET', '/api/v1/findings', { token })).status, 401);
    const one = await api.call('GET', `/api/v1/feed.json?token=${api.tokens.admin}`);
    assert.equal(one.status, 404);
  });

  it('are made by no token', async () => {
    const token = api.tokens.admin;
    assert.equal((await api.call('POST', '/api/v1/feeds', { token, body: {} })).status, 403);
    assert.equal((await api.call('GET', '/api/v1/feeds', { token })).status, 403);
  });
});

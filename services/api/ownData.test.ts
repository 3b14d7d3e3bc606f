import assert from 'node:assert/strict';
import { eraseWorkspaces } from '../store/erasure.ts';
import { withFactors } from '../store/secondFactors.ts';
import { addPasskey } from '../store/secondFactorsPasskeys.ts';
import { createApiToken } from '../store/tokens.ts';
import { withWorkspace } from '../store/workspace.ts';
import { hashSecret, newSecret } from './cookie.ts';
import { newId } from '../core/ids.ts';
import { job, startTestApi, type TestApi } from './testing/api.ts';
import { newBrowser, newPerson, newWorkspace } from './testing/person.ts';
import { as, enrolApp, giveAuthenticators, type Browser } from './testing/stepUp.ts';

const OWN = 'u-0123456789abcdef';

describe('what a person does with all of their own data', () => {
  let api: TestApi;
  let ann: string;
  let browser: Browser;

  beforeEach(async () => {
    api = await startTestApi();
    giveAuthenticators(api);
    ann = await newPerson(api, 'ann');
    await newWorkspace(api, OWN, 'personal', ann);
    browser = await newBrowser(api, ann);
  });
  afterEach(() => api.stop());

  const later = (minutes: number): void => {
    api.time.now = new Date(api.time.now.getTime() + minutes * 60_000);
  };
  const ask = (method: string, path: string, body?: unknown, who = browser) =>
    as(api, who, method, path, body);
  const inTeam = (method: string, body?: unknown, who = browser) =>
    api.call(method, `/api/v1/workspaces/current${method === 'GET' ? '/export' : ''}`, {
      headers: { cookie: who.cookie, 'x-csrf-token': who.csrf, 'x-workspace': 'crew' },
      ...(body === undefined ? {} : { body }),
    });
  const linesOf = (text: string): Record<string, unknown>[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const audited = async (chain = '_platform'): Promise<string[]> => {
    const { rows } = await api.db
      .pool('mon_backup')
      .query<{ action: string }>('SELECT action FROM audit WHERE workspace_id = $1 ORDER BY seq', [
        chain,
      ]);
    return rows.map(({ action }) => action);
  };
  const exists = async (user: string): Promise<boolean> =>
    (await api.db.pool('mon_backup').query('SELECT 1 FROM users WHERE id = $1', [user]))
      .rowCount === 1;

  describe('a copy of the account', () => {
    it('E15 is a file that says what it is, what is not in it, and that it is whole', async () => {
      const { status, text, headers } = await ask('GET', '/account/export');
      assert.equal(status, 200, text);
      assert.equal(
        headers.get('content-disposition'),
        `attachment; filename="duckmon-account-${ann}-2026-03-01.jsonl"`,
      );
      assert.equal(headers.get('cache-control'), 'no-store');
      const [head, ...rows] = linesOf(text);
      const end = rows.pop();
      assert.deepEqual(
        [head?.['format'], head?.['of']],
        ['duckmon-export/1', { kind: 'account', id: ann }],
      );
      assert.ok(JSON.stringify(head?.['withheldColumns']).includes('token_hash'));
      assert.deepEqual(end, { end: true, rows: rows.length });
      assert.deepEqual(
        new Set(rows.map(({ table }) => table)),
        new Set(['users', 'memberships', 'sessions', 'audit']),
      );
      assert.deepEqual(await audited(), ['account.export']);
    });

    it('asks whoever has no second factor for a new sign-in after five minutes', async () => {
      later(6);
      const { status, json } = await ask('GET', '/account/export');
      assert.deepEqual([status, json.error.code], [403, 'step_up_required']);
      assert.match(json.error.message, /sign in again, and come back within five minutes/);
      assert.deepEqual(await audited(), []);
    });

    it('A17 asks whoever has a second factor for that, also just after the sign-in', async () => {
      await enrolApp(api, browser);
      const other = await newBrowser(api, ann);
      const { status, text } = await ask('GET', '/account/export', undefined, other);
      assert.deepEqual([status, /"factors":\["totp","recovery"\]/.test(text)], [403, true]);
      const shown = await newBrowser(api, ann, { steppedUp: true });
      assert.equal((await ask('GET', '/account/export', undefined, shown)).status, 200);
    });

    it('is cut off, and has no last line, when the database fails on the way', async () => {
      const superuser = api.db.pool('postgres');
      await superuser.query('ALTER TABLE factor_changes RENAME TO factor_changes_away');
      await assert.rejects(ask('GET', '/account/export'));
      assert.ok(api.lines.some((line) => line.includes('an export was cut off')));
    });

    it('is given as often as a costly request, and no oftener', async () => {
      const strict = await api.replica({ COSTLY_RATE_LIMIT: '2' });
      try {
        const statuses: number[] = [];
        for (let n = 0; n < 3; n += 1)
          statuses.push(
            (
              await fetch(`${strict.url}/api/v1/account/export`, {
                headers: { cookie: browser.cookie },
              })
            ).status,
          );
        assert.deepEqual(statuses, [200, 200, 429]);
      } finally {
        await strict.stop();
      }
    });
  });

  it('E15 says before what would go with the account, and what stands in the way', async () => {
    const look = async () =>
      JSON.parse((await ask('GET', '/account')).text) as {
        email: string;
        end: { workspaces: string[]; whyNot: string | null };
      };
    assert.deepEqual((await look()).end, {
      confirm: 'ann@example.org',
      workspaces: [OWN],
      whyNot: null,
    });
    await newWorkspace(api, 'crew', 'team', ann);
    assert.match((await look()).end.whyNot ?? '', /only owner of the workspace crew/);
    assert.ok(await exists(ann));
  });

  describe('the end of the account', () => {
    const end = (confirm: string, who = browser) => ask('DELETE', '/account', { confirm }, who);

    it('E15 needs the address, letter by letter', async () => {
      for (const wrong of ['', 'ann', 'ANN@example.org', 'bob@example.org']) {
        const { status, json } = await end(wrong);
        assert.equal(status, 422, wrong);
        assert.match(json.error.message, /confirm: type ann@example\.org to delete the account/);
      }
      assert.equal((await ask('DELETE', '/account')).status, 400);
      assert.ok(await exists(ann));
    });

    it('E15 ends every session and token at once, and leaves a row in the audit', async () => {
      const other = await newBrowser(api, ann);
      const secret = newSecret();
      await withWorkspace(api.db.pool('mon_api'), OWN, (tx) =>
        createApiToken(tx, OWN, {
          id: newId(),
          userId: ann,
          name: 'x',
          scope: 'read',
          tokenHash: hashSecret(secret),
          createdAt: api.time.now,
          expiresAt: null,
        }),
      );
      assert.equal((await api.call('GET', '/api/v1/me', { token: secret })).status, 200);
      const { status, headers } = await end('ann@example.org');
      assert.equal(status, 204);
      assert.match(headers.get('set-cookie') ?? '', /^mon_sid=; .*Max-Age=0/);
      for (const who of [browser, other])
        assert.equal((await ask('GET', '/me', undefined, who)).status, 401);
      assert.equal((await api.call('GET', '/api/v1/me', { token: secret })).status, 401);
      assert.ok(!(await exists(ann)));
      assert.deepEqual(await audited(), ['account.erase']);
      assert.deepEqual(await eraseWorkspaces(api.db.pool('mon_scheduler')), [OWN]);
    });

    it('E15 leaves no name, address or text of the person in the audit, which stays', async () => {
      const shown = await newBrowser(api, ann, { steppedUp: true });
      const passkey = newId();
      await withFactors(api.db.pool('mon_api'), ann, (tx) =>
        addPasskey(tx, ann, {
          id: passkey,
          name: 'Laptop of Ann',
          credentialId: passkey,
          publicKey: Buffer.from('key'),
          counter: 0,
          transports: [],
          createdAt: api.time.now,
        }),
      );
      await ask('DELETE', `/second-factors/passkeys/${passkey}`, undefined, shown);
      await ask('GET', '/account/export', undefined, shown);
      assert.equal((await end('ann@example.org', shown)).status, 204);
      const { rows } = await api.db
        .pool('postgres')
        .query<{ line: string }>(
          "SELECT a::text AS line FROM audit a WHERE workspace_id = '_platform'",
        );
      const text = rows.map(({ line }) => line).join('\n');
      assert.match(text, /passkey\.remove/);
      assert.ok(!/Laptop|ann@|example\.org/.test(text), text);
    });

    it('E15 is refused while a team would be left without an owner, and says of which', async () => {
      await newWorkspace(api, 'crew', 'team', ann);
      const { status, json } = await end('ann@example.org');
      assert.equal(status, 422);
      assert.match(json.error.message, /only owner of the workspace crew; make somebody else/);
      assert.ok(await exists(ann));
      assert.deepEqual(await audited(), []);
    });

    it('is refused to the last administrator who may sign in, and says what to do', async () => {
      const admins = (...users: readonly string[]) =>
        api.db.pool('postgres').query('UPDATE users SET platform_admin = id = ANY ($1)', [users]);
      const other = await newPerson(api, 'other');
      await admins(ann, other);
      await api.db
        .pool('postgres')
        .query('UPDATE users SET disabled_at = now() WHERE id = $1', [other]);
      const refused = await end('ann@example.org');
      assert.equal(refused.status, 422);
      assert.match(refused.json.error.message, /only administrator.*grant-admin USER/);
      assert.match((await ask('GET', '/account')).text, /only administrator/);
      assert.ok(await exists(ann));
      await api.db.pool('postgres').query('UPDATE users SET disabled_at = NULL');
      assert.equal((await end('ann@example.org')).status, 204);
      await admins();
    });

    it('is not for the account that the installation makes itself', async () => {
      const own = await newPerson(api, 'You', { issuer: 'local', email: null });
      const { status, json } = await end('You', await newBrowser(api, own));
      assert.equal(status, 422);
      assert.match(json.error.message, /stop duckmon and delete its data/);
    });

    it('A17 needs the second factor of whoever has one', async () => {
      await enrolApp(api, browser);
      const { status } = await end('ann@example.org', await newBrowser(api, ann));
      assert.equal(status, 403);
      assert.ok(await exists(ann));
    });

    it('gives whoever signs in again later an account of their own, with nothing in it', async () => {
      await end('ann@example.org');
      const again = await newPerson(api, 'ann');
      assert.notEqual(again, ann);
      const { text } = await ask('GET', '/account/export', undefined, await newBrowser(api, again));
      assert.ok(!text.includes(OWN));
    });
  });

  describe('a team’s workspace', () => {
    let owner: Browser;
    beforeEach(async () => {
      await newWorkspace(api, 'crew', 'team', ann);
      owner = await newBrowser(api, ann, { steppedUp: true });
      const made = await api.call('POST', '/api/v1/monitors', {
        headers: { cookie: owner.cookie, 'x-csrf-token': owner.csrf, 'x-workspace': 'crew' },
        body: job('shop'),
      });
      assert.equal(made.status, 201);
    });

    it('E15 is copied for its owners, and says so in its audit', async () => {
      const { status, text } = await inTeam('GET', undefined, owner);
      assert.equal(status, 200);
      const rows = linesOf(text);
      assert.ok(rows.some(({ table }) => table === 'monitors'));
      assert.equal(rows.at(-1)?.['rows'], rows.length - 2);
      assert.deepEqual(await audited('crew'), ['apply created', 'workspace.export']);
    });

    it('E15 ends for all by its name, and the sweep takes the rest', async () => {
      assert.equal((await inTeam('DELETE', { confirm: 'crew' }, owner)).status, 422);
      assert.equal((await inTeam('DELETE', { confirm: 'The crew' }, owner)).status, 204);
      assert.equal((await inTeam('GET', undefined, owner)).status, 404);
      assert.deepEqual(await audited(), ['workspace.erase']);
      assert.deepEqual(await eraseWorkspaces(api.db.pool('mon_scheduler')), ['crew']);
      assert.equal((await ask('GET', '/me')).status, 200, 'the account stays');
    });

    it('A17 needs a second factor to end, however fresh the sign-in is', async () => {
      const { status, json } = await inTeam('DELETE', { confirm: 'The crew' });
      assert.deepEqual([status, json.error.code], [403, 'step_up_required']);
    });

    it('E15 a personal one goes with its account, not alone', async () => {
      const { status, json } = await ask(
        'DELETE',
        '/workspaces/current?workspace=' + OWN,
        { confirm: `The ${OWN}` },
        owner,
      );
      assert.equal(status, 422);
      assert.match(json.error.message, /goes with the account of its person/);
    });
  });

  it('E16 shows a person what administrators did with the account', async () => {
    const root = await newPerson(api, 'root', { issuer: 'local', email: null });
    const admin = await newBrowser(api, root, { steppedUp: true });
    for (const [verb, reason] of [
      ['disable', 'left'],
      ['enable', 'came back'],
    ])
      await ask('POST', `/admin/users/${ann}/${verb}`, { reason }, admin);
    await ask('DELETE', `/admin/users/${ann}/second-factors`, undefined, admin);
    await api.db.pool('postgres').query('UPDATE sessions SET revoked_at = NULL');
    await api.db.pool('postgres').query('UPDATE users SET token_epoch = 0');
    const { text } = await ask('GET', '/account/events');
    const { items } = JSON.parse(text) as { items: Record<string, unknown>[] };
    assert.deepEqual(
      items.map(({ action, byName, reason }) => [action, byName, reason]),
      [
        ['factors.reset', 'root', null],
        ['user.enable', 'root', 'came back'],
        ['user.disable', 'root', 'left'],
      ],
    );
    const own = JSON.parse((await ask('GET', '/account/events', undefined, admin)).text) as {
      items: unknown[];
    };
    assert.deepEqual(own.items, []);
  });
});

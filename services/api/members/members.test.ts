import assert from 'node:assert/strict';
import type { Answer } from '../testing/api.ts';
import { startSignIn, type SignInWorld, PUBLIC_URL } from '../testing/signIn.ts';
import { as, browserOf, type Browser } from '../testing/stepUp.ts';

interface Joined {
  readonly workspace: string;
  readonly workspaceName: string;
  readonly role: string;
  readonly inviterName: string | null;
  readonly isMember: boolean;
}

describe('members and invitations at the api', function () {
  this.timeout(30_000);
  let world: SignInWorld;
  let ann: Browser;
  /** A workspace that ann owns; each test has its own. */
  let team: string;

  const enter = async (name: string, sub = name): Promise<Browser> => {
    const { knobs } = world.provider;
    knobs.person = { ...knobs.person, sub, email: `${name}@corp.example`, name };
    const person = world.person();
    await world.signIn(person);
    const sid = person.cookies(PUBLIC_URL).get('mon_sid') ?? '';
    return browserOf(world.api, `mon_sid=${sid}`);
  };
  const ask = (
    { cookie, csrf }: Browser,
    method: string,
    path: string,
    body?: unknown,
    workspace = team,
  ): Promise<Answer> =>
    world.api.call(method, `/api/v1${path}`, {
      headers: {
        cookie,
        'x-csrf-token': csrf,
        'x-workspace': workspace,
      },
      ...(body === undefined ? {} : { body }),
    });
  const invite = async (address: string, role = 'editor', by = ann): Promise<string> => {
    const made = await ask(by, 'POST', '/invitations', { address, role });
    assert.equal(made.status, 201, made.text);
    const link = new URL((JSON.parse(made.text) as { link: string }).link);
    assert.equal(link.origin + link.pathname, `${PUBLIC_URL}/invitation`);
    return link.searchParams.get('token') ?? '';
  };
  const accept = (who: Browser, token: string): Promise<Answer> =>
    as(world.api, who, 'POST', '/invitations/accept', { token });
  const join = async (name: string, role = 'editor', sub = name): Promise<Browser> => {
    const who = await enter(name, sub);
    const joined = await accept(who, await invite(`${name}@corp.example`, role));
    assert.equal(joined.status, 200, joined.text);
    return who;
  };
  interface Line {
    readonly userId: string;
    readonly displayName: string;
    readonly email: string | null;
    readonly role: string;
  }
  const members = async (by = ann): Promise<readonly Line[]> =>
    (JSON.parse((await ask(by, 'GET', '/members')).text) as { items: readonly Line[] }).items;
  const idOf = async (name: string): Promise<string> =>
    (await members()).find(({ displayName }) => displayName === name)?.userId ?? '';
  const states = async (): Promise<(readonly [string, string])[]> =>
    (
      JSON.parse((await ask(ann, 'GET', '/invitations')).text) as {
        items: readonly { address: string; state: string }[];
      }
    ).items.map(({ address, state }) => [address, state]);
  const audited = async (): Promise<string[]> => {
    const { rows } = await world.api.db
      .pool('mon_backup')
      .query<{ action: string }>('SELECT action FROM audit WHERE workspace_id = $1 ORDER BY seq', [
        team,
      ]);
    return rows.map(({ action }) => action);
  };
  const minutes = (count: number): void => {
    world.api.time.now = new Date(world.api.time.now.getTime() + count * 60_000);
  };

  before(async () => {
    world = await startSignIn();
  });
  beforeEach(async () => {
    world.api.time.now = new Date();
    ann = await enter('ann');
    const made = await as(world.api, ann, 'POST', '/workspaces', { displayName: 'Shop' });
    assert.equal(made.status, 201, made.text);
    team = (JSON.parse(made.text) as { id: string }).id;
  });
  afterEach(async () => {
    await world.api.db.pool('postgres').query("DELETE FROM workspaces WHERE id LIKE 'w-%'");
    world.provider.reset();
  });
  after(() => world.stop());

  it('begin with who makes the workspace, which becomes nobody’s first', async () => {
    assert.deepEqual(
      (await members()).map(({ displayName, role }) => [displayName, role]),
      [['ann', 'owner']],
    );
    const me = await as(world.api, ann, 'GET', '/me');
    assert.match(me.json.workspace, /^u-/);
    assert.deepEqual(await audited(), ['workspace.create']);
  });

  it('may be in twenty workspaces that they own, and in no more', async () => {
    for (let n = 1; n < 20; n += 1)
      assert.equal(
        (await as(world.api, ann, 'POST', '/workspaces', { displayName: 'x' })).status,
        201,
      );
    const more = await as(world.api, ann, 'POST', '/workspaces', { displayName: 'x' });
    assert.equal(more.status, 422);
    assert.match(more.text, /delete one first/);
  });

  it('see the new name of the workspace', async () => {
    const renamed = await ask(ann, 'PUT', '/workspaces/current', { displayName: ' Shops ' });
    assert.equal(renamed.status, 204);
    const { text } = await as(world.api, ann, 'GET', '/workspaces');
    assert.match(text, /"displayName":"Shops"/);
    assert.deepEqual(await audited(), ['workspace.create', 'workspace.rename']);
  });

  it('join by a link, in the role of the invitation, also twice', async () => {
    const token = await invite('Bob@Corp.example', 'viewer');
    const bob = await enter('bob');
    const seen = await as(world.api, bob, 'POST', '/invitations/look', { token });
    const told: Joined = {
      workspace: team,
      workspaceName: 'Shop',
      role: 'viewer',
      inviterName: 'ann',
      isMember: false,
    };
    assert.deepEqual(JSON.parse(seen.text) as Joined, told);
    assert.equal((await ask(bob, 'GET', '/members')).status, 404);
    for (let time = 0; time < 2; time += 1) {
      const answer = await accept(bob, token);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(JSON.parse(answer.text) as Joined, { ...told, isMember: true });
    }
    assert.deepEqual(
      (await members(bob)).map(({ displayName, email, role }) => [displayName, email, role]),
      [
        ['ann', null, 'owner'],
        ['bob', null, 'viewer'],
      ],
    );
    assert.deepEqual(await audited(), ['workspace.create', 'invitation.create', 'member.join']);
    assert.deepEqual(await states(), [['bob@corp.example', 'accepted']]);
  });

  it('are made one by fifty acceptances of one link at once', async () => {
    const token = await invite('bob@corp.example');
    const bob = await enter('bob');
    const all = await Promise.all(Array.from({ length: 50 }, () => accept(bob, token)));
    assert.deepEqual(
      all.filter(({ status }) => status !== 200),
      [],
    );
    assert.equal((await audited()).filter((action) => action === 'member.join').length, 1);
  });

  it('A23 join by their own verified address alone, whoever has the link', async () => {
    const token = await invite('bob@corp.example');
    const eve = await enter('eve');
    for (const path of ['look', 'accept']) {
      const refused = await as(world.api, eve, 'POST', `/invitations/${path}`, { token });
      assert.equal(refused.status, 403);
      assert.match(refused.text, /another address than eve@corp.example/);
      assert.doesNotMatch(refused.text, /bob@|Shop/);
    }
    assert.equal((await members()).length, 1);
    assert.equal((await accept(await enter('bob'), token)).status, 200);
  });

  it('A23 are the accounts that accepted: another account of the same address is not in', async () => {
    const token = await invite('bob@corp.example');
    const bob = await enter('bob');
    await accept(bob, token);
    const swapped = await enter('bob', 'another-sub');
    assert.equal((await accept(swapped, token)).status, 404);
    assert.equal((await ask(swapped, 'GET', '/members')).status, 404);
    const me = async (who: Browser) => (await as(world.api, who, 'GET', '/me')).text;
    assert.notEqual(
      /"id":"[^"]+"/.exec(await me(bob))?.[0],
      /"id":"[^"]+"/.exec(await me(swapped))?.[0],
    );
  });

  it('do not come by a sign-in link, which proves no address', async () => {
    const token = await invite('bob@corp.example');
    const { headers } = await world.api.call('POST', '/api/v1/sign-in', {
      body: { token: await world.api.oneTimeToken('sign-in', null) },
    });
    const sid = /mon_sid=[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '';
    const refused = await accept(await browserOf(world.api, sid), token);
    assert.equal(refused.status, 403);
    assert.match(refused.text, /proves no address/);
  });

  it('do not join by a link that is over: taken back, replaced, a week old, or of somebody shut out', async () => {
    const bob = await enter('bob');
    const isOver = async (token: string): Promise<void> => {
      const answer = await accept(bob, token);
      assert.equal(answer.status, 404);
      assert.match(answer.text, /not valid any more; ask whoever sent it/);
    };
    const replaced = await invite('bob@corp.example');
    const takenBack = await invite('bob@corp.example');
    await isOver(replaced);
    const list = await ask(ann, 'GET', '/invitations');
    const { items } = JSON.parse(list.text) as { items: readonly { id: string }[] };
    const id = items[0]?.id;
    const again = await ask(ann, 'POST', `/invitations/${id}/resend`, {});
    await isOver(takenBack);
    const renewed =
      new URL((JSON.parse(again.text) as { link: string }).link).searchParams.get('token') ?? '';
    assert.equal((await ask(ann, 'DELETE', `/invitations/${id}`)).status, 204);
    await isOver(renewed);
    assert.deepEqual((await states())[0], ['bob@corp.example', 'takenBack']);

    const byAnn = await invite('bob@corp.example');
    await world.api.db
      .pool('postgres')
      .query("UPDATE users SET disabled_at = now() WHERE subject = 'ann'");
    await isOver(byAnn);
    await world.api.db.pool('postgres').query('UPDATE users SET disabled_at = NULL');
    // The provider has the time of the machine, so the link is made older, not the day later.
    const aged = await world.api.db
      .pool('postgres')
      .query(
        "UPDATE invitations SET expires_at = expires_at - interval '7 days' WHERE revoked_at IS NULL RETURNING expires_at",
      );
    assert.deepEqual(aged.rows, [{ expires_at: world.api.time.now }]);
    await isOver(byAnn);
    await isOver('x'.repeat(43));
  });

  it('A23 get the same answer to an invitation whether the address has an account or not', async () => {
    await enter('known');
    const told = async (address: string): Promise<string> => {
      const { status, text } = await ask(ann, 'POST', '/invitations', { address, role: 'viewer' });
      return `${status} ${Object.keys(JSON.parse(text) as object).join()}`;
    };
    assert.equal(await told('known@corp.example'), await told('nobody@corp.example'));
    assert.deepEqual(
      (await states()).map(([, state]) => state),
      ['open', 'open'],
    );
  });

  it('are not mailed where they may not sign in, and whoever invites is told what to do', async () => {
    const told = async (address: string): Promise<Record<string, unknown>> => {
      const { text } = await ask(ann, 'POST', '/invitations', { address, role: 'viewer' });
      return JSON.parse(text) as Record<string, unknown>;
    };
    const { mail, notMailed } = await told('bob@elsewhere.example');
    assert.equal(mail, null);
    assert.match(String(notMailed), /may not sign in here; ask .* SIGN_IN_ALLOW/);
    assert.equal((await told('bob@corp.example'))['mail'], 'queued');
  });

  it('are invited at plain addresses alone', async () => {
    for (const address of [
      'bob',
      'bob@corp',
      'b@b@corp.example',
      'bób@corp.example',
      'a@x.example,b@x.example',
    ]) {
      const { status, text } = await ask(ann, 'POST', '/invitations', { address, role: 'viewer' });
      assert.equal(status, 400, address);
      assert.match(text, /address: must be one mail address/);
    }
  });

  it('lose what they may at once when they are taken out, and are not let in by the old link', async () => {
    const token = await invite('bob@corp.example');
    const bob = await enter('bob');
    await accept(bob, token);
    const made = await ask(bob, 'POST', '/tokens', { name: 'x', scope: 'write' });
    const { secret } = JSON.parse(made.text) as { secret: string };
    assert.equal((await world.api.call('GET', '/api/v1/me', { token: secret })).status, 200);
    assert.equal((await ask(ann, 'DELETE', `/members/${await idOf('bob')}`)).status, 204);
    assert.equal((await ask(bob, 'GET', '/members')).status, 404);
    assert.equal((await world.api.call('GET', '/api/v1/me', { token: secret })).status, 401);
    assert.equal((await accept(bob, token)).status, 404);
    assert.equal((await audited()).at(-1), 'member.remove');
  });

  it('are changed by owners alone', async () => {
    const bob = await join('bob');
    const annId = await idOf('ann');
    for (const [method, path, body] of [
      ['PUT', `/members/${annId}`, { role: 'viewer' }],
      ['DELETE', `/members/${annId}`, undefined],
      ['POST', '/invitations', { address: 'eve@corp.example', role: 'owner' }],
      ['GET', '/invitations', undefined],
      ['PUT', '/workspaces/current', { displayName: 'Mine' }],
    ] as const)
      assert.equal((await ask(bob, method, path, body)).status, 403, path);
    const made = await ask(ann, 'PUT', `/members/${await idOf('bob')}`, { role: 'owner' });
    assert.equal(made.status, 204);
    assert.equal((await ask(bob, 'PUT', `/members/${annId}`, { role: 'viewer' })).status, 204);
    assert.equal((await audited()).at(-1), 'member.role');
  });

  it('A17 are changed by somebody who has just signed in or shown a factor, by no session left open', async () => {
    await join('bob');
    minutes(6);
    for (const [method, path, body] of [
      ['POST', '/invitations', { address: 'eve@corp.example', role: 'owner' }],
      ['PUT', `/members/${await idOf('bob')}`, { role: 'owner' }],
      ['DELETE', `/members/${await idOf('bob')}`, undefined],
    ] as const) {
      const { status, text } = await ask(ann, method, path, body);
      assert.equal(status, 403, path);
      assert.match(text, /step_up_required/);
    }
  });

  it('leave, but for the last owner', async () => {
    const bob = await join('bob');
    const leave = (who: Browser, workspace = team) =>
      ask(who, 'POST', '/workspaces/current/leave', { workspace });
    assert.equal((await leave(bob, 'another')).status, 422);
    assert.equal((await leave(bob)).status, 204);
    assert.equal((await ask(bob, 'GET', '/members')).status, 404);
    const { status, text } = await leave(ann);
    assert.equal(status, 422);
    assert.match(text, /only owner of the workspace; make somebody else an owner first/);
    assert.equal((await audited()).at(-1), 'member.leave');
  });

  it('are none but its person in a personal workspace', async () => {
    const own = (await as(world.api, ann, 'GET', '/me')).json.workspace;
    const { status, text } = await ask(
      ann,
      'POST',
      '/invitations',
      { address: 'bob@corp.example', role: 'viewer' },
      own,
    );
    assert.equal(status, 422);
    assert.match(text, /make a workspace for a team/);
  });

  it('E12 see quotas that administrators set, and what is used of them', async () => {
    const bob = await join('bob', 'viewer');
    const read = async () =>
      JSON.parse((await ask(bob, 'GET', '/quotas')).text) as Record<string, unknown>;
    assert.deepEqual((await read())['monitors'], { limit: null, used: 0 });
    assert.deepEqual((await read())['usdPerMonth'], { limit: null, used: '0.000000' });
    const unlimited = (await read())['checksPerHour'] as Record<string, unknown>;
    assert.deepEqual([unlimited['limit'], unlimited['used']], [null, null]);
    const path = `/admin/workspaces/${team}/quotas`;
    const limits = {
      monitors: 3,
      usdPerMonth: '12.5',
      tokensPerMonth: 1000,
      checksPerHour: 60,
      mailsPerHour: 25,
    };
    assert.equal((await ask(ann, 'PUT', path, limits)).status, 403);
    const { headers } = await world.api.call('POST', '/api/v1/sign-in', {
      body: { token: await world.api.oneTimeToken('sign-in', null) },
    });
    await world.api.db
      .pool('postgres')
      .query("UPDATE users SET platform_admin = true WHERE issuer = 'test'");
    const sid = /mon_sid=[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '';
    const admin = await browserOf(world.api, sid);
    const set = await as(world.api, admin, 'PUT', path, limits);
    assert.equal(set.status, 204, set.text);
    const now = world.api.time.now;
    await world.api.db.pool('postgres').query(
      `INSERT INTO budgets (workspace_id, monitor, month, spent_usd, spent_tokens)
       VALUES ($1, '', date_trunc('month', $2::timestamptz AT TIME ZONE 'UTC'), 1.25, 40)`,
      [team, now],
    );
    const hour = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000);
    await world.api.db.pool('postgres').query(
      `INSERT INTO hourly_uses (workspace_id, kind, hour, used)
       VALUES ($1, 'checks', $2, 7), ($1, 'mails', $2::timestamptz - interval '1 hour', 9)`,
      [team, hour],
    );
    const hourEnds = new Date(hour.getTime() + 3_600_000).toISOString();
    assert.deepEqual(await read(), {
      monitors: { limit: 3, used: 0 },
      usdPerMonth: { limit: '12.500000', used: '1.250000' },
      tokensPerMonth: { limit: 1000, used: 40 },
      checksPerHour: { limit: 60, used: 7, resetsAt: hourEnds },
      mailsPerHour: { limit: 25, used: 0, resetsAt: hourEnds },
      resetsAt: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString(),
    });
    assert.equal((await audited()).at(-1), 'workspace.quotas');
    assert.equal((await world.audited()).at(-1), 'workspace.quotas');
    const few = await as(world.api, admin, 'PUT', path, { ...limits, mailsPerHour: 24 });
    assert.equal(few.status, 400, few.text);
    assert.match(few.text, /mailsPerHour/);
    const nobodys = await as(world.api, admin, 'PUT', '/admin/workspaces/nobody/quotas', limits);
    assert.equal(nobodys.status, 404);
  });
});

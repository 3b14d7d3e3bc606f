import assert from 'node:assert/strict';
import { listAccountEvents } from '../store/accountEvents.ts';
import { withFactors } from '../store/secondFactors.ts';
import { ask, forAll } from './security/testing/ask.ts';
import { ROUTES, rows } from './security/testing/routes.ts';
import { MARK, startWorld, type World } from './security/testing/world.ts';

/** What is about a workspace, and so about somebody's monitors, findings and Secrets. */
const OF_A_WORKSPACE = rows.filter(([, { needs }]) =>
  ['read', 'write', 'admin', 'ownerFactor'].includes(needs),
);
/** About the person who asks, wherever. */
const ANYWHERE = new Set(['GET /me', 'POST /sign-out', 'GET /workspaces']);
const ABOUT_PEOPLE = rows.filter(
  ([, { needs, thing }]) => needs === 'platform' && thing === 'user',
);

describe('an administrator of the installation', function () {
  this.timeout(60_000);
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.stop());

  const eventsOf = (user: string) =>
    withFactors(world.api.db.pool('mon_api'), user, async (tx) =>
      (await listAccountEvents(tx, user)).items.map(({ action, byName }) => [action, byName]),
    );

  it('E16 finds nothing in a workspace of others, by no route', async () => {
    const { cookie = '', ...headers } = await world.session('administrator');
    // Taken out of the workspace, with all rights in the installation.
    await world.api.db
      .pool('postgres')
      .query('DELETE FROM memberships WHERE user_id = $1', [world.people.administrator]);
    const asked = { cookie, ...headers, 'x-workspace': 'team-a' };
    const wrong = await forAll(OF_A_WORKSPACE, async ([route, { thing }]) => {
      if (ANYWHERE.has(route)) return '';
      const place = thing ? { place: world.things[thing] } : {};
      const { status, text } = await ask(world.api.url, route, { headers: asked, ...place });
      return status === 404 && !text.includes(MARK) ? '' : `${route}: ${status}`;
    });
    assert.deepEqual(
      wrong.filter((line) => line !== ''),
      [],
    );
    assert.ok(OF_A_WORKSPACE.length > 35);
  });

  it('E16 reads nothing that belongs to people in what administers the installation', async () => {
    const headers = await world.session('administrator');
    const texts = await forAll(
      rows.filter(([route, { needs }]) => route.startsWith('GET ') && needs === 'platform'),
      async ([route]) => (await ask(world.api.url, route, { headers })).text,
    );
    assert.ok(!texts.join('\n').includes(MARK));
  });

  it('E16 gets no session and no token of anybody else, by no route and whoever is named', async () => {
    const credentials = async (): Promise<unknown[]> => {
      const { rows: found } = await world.api.db.pool('postgres').query(
        `SELECT 'session' AS kind, encode(id_hash, 'hex') AS id FROM sessions WHERE user_id <> $1
         UNION ALL SELECT 'token', id::text FROM api_tokens WHERE user_id <> $1
         UNION ALL SELECT 'link', encode(token_hash, 'hex') FROM one_time_tokens
           WHERE purpose IN ('sign-in', 'login') ORDER BY 1, 2`,
        [world.people.administrator],
      );
      return found;
    };
    const before = await credentials();
    const victim = world.people.owner;
    const names = { userId: victim, user: victim, actAs: victim, impersonate: victim };
    for (const [route, { body }] of rows) {
      if (ROUTES[route]?.needs === 'nothing') continue;
      const headers = { ...(await world.session('administrator')), 'x-user': victim };
      for (const sent of [body, body && { ...body, ...names }])
        await ask(world.api.url, route, {
          headers,
          ...(sent ? { body: sent } : {}),
          place: victim,
        });
    }
    const after = await credentials();
    const known = new Set(before.map((one) => JSON.stringify(one)));
    assert.deepEqual(
      after.filter((one) => !known.has(JSON.stringify(one))),
      [],
    );
  });

  for (const [route] of ABOUT_PEOPLE)
    it(`E16 ${route} is in the audit, and shown to the person`, async () => {
      const victim = world.people.spare;
      const headers = await world.session('administrator');
      const { status } = await ask(world.api.url, route, { headers, place: victim });
      assert.equal(status, 204);
      const [event, ...more] = await eventsOf(victim);
      assert.deepEqual([event?.[1], more], ['administrator', []]);
      assert.match(event?.[0] ?? '', /^(user|factors)\.[-a-z]+$/);
    });

  it('E16 shows everybody that everything was revoked', async () => {
    const headers = await world.session('administrator');
    await ask(world.api.url, 'POST /admin/revoke-all', { headers });
    for (const who of ['spare', 'owner'] as const)
      assert.deepEqual(await eventsOf(world.people[who]), [['revoke-all', 'administrator']]);
  });
});

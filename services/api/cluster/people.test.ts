/** People of a real cluster: what Kubernetes' RBAC lets them see and do through the api, and no more. */
import assert from 'node:assert/strict';
import { newId } from '../../core/ids.ts';
import { setMembership } from '../../store/identity.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { makeSignInLink } from '../admin/signInLink.ts';
import { job, secret, webhook, type Answer } from '../testing/api.ts';
import { usePeopleWorld, type SignedIn } from './testing/people.ts';
import { monitors, secrets } from './testing/rbac.ts';

const said = ({ status, json }: Answer): unknown[] => [status, json?.error?.code];

describe('people of a cluster', function () {
  this.timeout(60_000);
  const world = usePeopleWorld();
  const EDIT = [monitors('create', 'patch', 'delete'), secrets('create'), secrets('get', 'hook')];
  let ann: SignedIn;

  before(async () => {
    const { signIn, allow, teams } = world();
    await allow(teams.one, 'ann@corp.example', EDIT);
    ann = await signIn('ann@corp.example');
  });

  it('see the namespaces in which they may get and list monitors, and are there what they may do', async () => {
    const { signIn, allow, teams } = world();
    await allow(teams.two, 'bob@corp.example', [monitors()]);
    const bob = await signIn('bob@corp.example');
    const { json } = await bob.call('GET', '/workspaces');
    assert.deepEqual(json.items, [
      { id: teams.two, displayName: teams.two, kind: 'team', role: 'viewer' },
    ]);
    const mine = await ann.call('GET', '/workspaces');
    assert.deepEqual(mine.json.items, [
      { id: teams.one, displayName: teams.one, kind: 'team', role: 'owner' },
    ]);
  });

  it('are told under which name Kubernetes knows them when they may see nothing', async () => {
    const stranger = await world().signIn('stranger@corp.example');
    const answer = await stranger.call('GET', '/monitors');
    assert.deepEqual(said(answer), [403, 'forbidden']);
    assert.match(answer.json.error.message, /knows you as stranger@corp\.example.*RoleBinding/);
  });

  it('E1 find nothing in the namespace of others, as if it did not exist', async () => {
    const { teams, foreign } = world();
    assert.equal((await ann.call('POST', '/monitors', job('mine'))).status, 201);
    const bob = await world().signIn('bob@corp.example');
    for (const [who, workspace] of [
      [bob, teams.one],
      [ann, teams.two],
      [ann, foreign],
      [ann, 'no-such-namespace'],
    ] as const)
      for (const [method, path, body] of [
        ['GET', '/monitors'],
        ['GET', '/monitors/mine'],
        ['GET', '/checks'],
        ['GET', '/findings'],
        ['GET', '/alerts'],
        ['GET', '/secrets'],
        ['GET', '/events'],
        ['DELETE', '/monitors/mine'],
        ['POST', '/monitors', job('theirs')],
        ['POST', '/apply', { documents: [job('theirs')] }],
      ] as const) {
        const answer = await who.call(method, path, body, workspace);
        assert.deepEqual(
          [method, path, ...said(answer), answer.json.error.message],
          [method, path, 404, 'not_found', `There is no workspace ${workspace}.`],
        );
      }
  });

  it('E1 are no members of a namespace by a row of the database', async () => {
    const { api, teams } = world();
    await withWorkspace(api.db.pool('mon_api'), teams.two, (tx) =>
      setMembership(tx, teams.two, ann.userId, 'owner', api.time.now),
    );
    assert.deepEqual(said(await ann.call('GET', '/monitors', undefined, teams.two)), [
      404,
      'not_found',
    ]);
  });

  it('gain and lose rights within ten seconds, without a restart', async () => {
    const { signIn, allow, forbid, teams } = world();
    const eve = await signIn('eve@corp.example');
    let made = 0;
    const create = () => eve.call('POST', '/monitors', job(`eve-${(made += 1)}`), teams.two);
    const may = (...verbs: string[]) => allow(teams.two, 'eve@corp.example', [monitors(...verbs)]);
    assert.equal((await create()).status, 404);
    await may();
    assert.match((await create()).json.error.message, /needs the scope write/);
    await may('patch');
    assert.match((await create()).json.error.message, /may not create monitorjobs in the namesp/);
    await may('patch', 'create');
    assert.equal((await create()).status, 201);
    await may('patch');
    assert.equal((await create()).status, 403);
    await forbid(teams.two, 'eve@corp.example');
    assert.equal((await create()).status, 404);
    assert.equal((await eve.call('GET', '/monitors', undefined, teams.two)).status, 404);
  });

  it('lose their stream with the right to see', async () => {
    const { api, signIn, allow, forbid, teams } = world();
    await allow(teams.two, 'sue@corp.example', [monitors()]);
    const { headers } = await signIn('sue@corp.example');
    const stream = await fetch(`${api.url}/api/v1/events?workspace=${teams.two}`, { headers });
    assert.equal(stream.status, 200);
    await forbid(teams.two, 'sue@corp.example');
    await assert.rejects(stream.text());
  });

  it('have the rights of their groups in a session, and not those of a group of Kubernetes', async () => {
    const { signIn, allow, teams } = world();
    await allow(teams.two, 'shop', [monitors()]);
    const gus = await signIn('gus@corp.example', ['shop', 'system:masters']);
    assert.equal((await gus.call('GET', '/monitors', undefined, teams.two)).status, 200);
    assert.deepEqual(said(await gus.call('GET', '/monitors', undefined, teams.one)), [
      404,
      'not_found',
    ]);
    const made = await gus.call('POST', '/tokens', { name: 't', scope: 'read' }, teams.two);
    const { secret: token } = made.json as unknown as { secret: string };
    assert.equal((await world().api.call('GET', '/api/v1/me', { token })).status, 401);
  });

  it('by the link of kubectl monitor have what is bound to duckmon:admins, and nothing without', async () => {
    const { api, allow, forbid, teams } = world();
    const link = await makeSignInLink(
      {
        pool: api.db.pool('mon_api'),
        clock: { now: () => api.time.now },
        newId,
        publicUrl: 'http://127.0.0.1:3000',
      },
      { actor: 'test', detail: {} },
    );
    const token = new URL(link.url).searchParams.get('token');
    const { headers } = await api.call('POST', '/api/v1/sign-in', { body: { token } });
    const [cookie = ''] = headers.get('set-cookie')?.split(';') ?? [];
    const look = (): Promise<Answer> =>
      api.call('GET', '/api/v1/workspaces', { headers: { cookie } });
    const me = await api.call('GET', '/api/v1/me', { headers: { cookie } });
    assert.match(me.text, /knows you as duckmon:operator/);
    assert.deepEqual((await look()).json.items, []);
    await allow(teams.one, 'duckmon:admins', [monitors('patch', 'create', 'delete')]);
    const { json } = await look();
    assert.deepEqual(json.items, [
      { id: teams.one, displayName: teams.one, kind: 'team', role: 'owner' },
    ]);
    await forbid(teams.one, 'duckmon:admins');
    assert.deepEqual((await look()).json.items, []);
  });

  it('E10 name no Secret that they may not get: the answer names it, and nothing is written', async () => {
    const named = webhook('hooked');
    const stolen = structuredClone(named) as { spec: { webhook: { signing: object } } };
    Object.assign(stolen.spec.webhook.signing, { secretRef: { name: 'theirs', key: 'key' } });
    const field = {
      path: 'spec.webhook.signing.secretRef.name',
      message: `names the Secret theirs, which you may not get in the namespace ${world().teams.one}`,
    };
    const refused = await ann.call('POST', '/apply', { documents: [stolen] });
    assert.deepEqual(refused.json.results[0].problems, [field]);
    assert.equal((await ann.call('GET', '/channels/hooked')).status, 404);
    const taken = await ann.call('POST', '/apply', { documents: [named] });
    assert.equal(taken.json.results[0].action, 'created', taken.text);
    const changed = await ann.call('POST', '/apply', { documents: [stolen] });
    assert.deepEqual(changed.json.results[0].problems, [field]);
  });

  it('E10 edit no channel of others with a Secret that they may not get', async () => {
    const { cluster, teams } = world();
    const theirs = structuredClone(webhook('theirs')) as { spec: { webhook: { signing: object } } };
    Object.assign(theirs.spec.webhook.signing, { secretRef: { name: 'private', key: 'key' } });
    await cluster.kubectl(
      ['apply', '--server-side', '-n', teams.one, '-f', '-'],
      JSON.stringify(theirs),
    );
    const elsewhere = {
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'NotificationChannel',
      metadata: { name: 'theirs', labels: { mine: 'yes' } },
      spec: { type: 'Webhook', webhook: { url: 'https://evil.example.org/' } },
    };
    const { json } = await ann.call('POST', '/apply', { documents: [elsewhere] });
    assert.match(json.results[0].problems[0].message, /the Secret private, which you may not get/);
  });

  it('make Secrets only where they may create them', async () => {
    const { signIn, allow, teams } = world();
    const made = await ann.call('POST', '/apply', { documents: [secret('duckmon-user-ann')] });
    assert.equal(made.json.results[0].action, 'created', made.text);
    await allow(teams.one, 'fay@corp.example', [monitors('create', 'patch')]);
    const fay = await signIn('fay@corp.example');
    const refused = await fay.call('POST', '/apply', { documents: [secret('duckmon-user-fay')] });
    assert.match(refused.json.results[0].problems[0].message, /may not create secrets/);
    assert.deepEqual(said(await fay.call('DELETE', '/secrets/duckmon-user-ann')), [
      403,
      'forbidden',
    ]);
    assert.deepEqual(said(await fay.call('DELETE', '/monitors/mine')), [403, 'forbidden']);
  });

  it('have tokens that may do what they may by then, in one namespace', async () => {
    const { api, signIn, allow, forbid, teams } = world();
    await allow(teams.two, 'ted@corp.example', [monitors('create', 'patch')]);
    const ted = await signIn('ted@corp.example');
    const made = await ted.call('POST', '/tokens', { name: 't', scope: 'write' });
    const { secret: token } = made.json as unknown as { secret: string };
    const create = (name: string) =>
      api.call('POST', '/api/v1/monitors', { token, body: job(name) });
    assert.equal((await create('by-token')).status, 201);
    const headers = { 'x-workspace': teams.one };
    assert.equal((await api.call('GET', '/api/v1/monitors', { token, headers })).status, 404);
    await allow(teams.two, 'ted@corp.example', [monitors()]);
    assert.equal((await create('too-late')).status, 403);
    await forbid(teams.two, 'ted@corp.example');
    assert.equal((await api.call('GET', '/api/v1/monitors', { token })).status, 401);
  });

  it('choose their workspace in the address where a browser sends no headers', async () => {
    const { teams } = world();
    const at = (workspace: string) => ann.call('GET', `/monitors?workspace=${workspace}`);
    assert.equal((await at(teams.one)).status, 200);
    assert.equal((await at(teams.two)).status, 404);
    assert.deepEqual(said(await at('..%2f')), [400, 'invalid']);
    assert.deepEqual(
      said(await ann.call('GET', `/monitors?workspace=${teams.two}`, undefined, teams.one)),
      [400, 'invalid'],
    );
    const twice = `/monitors?workspace=${teams.one}&workspace=${teams.one}`;
    assert.deepEqual(said(await ann.call('GET', twice)), [400, 'invalid']);
  });
});

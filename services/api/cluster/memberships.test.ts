import assert from 'node:assert/strict';
import type { ResourceAttributes, SubjectAccessReview } from '../../core/kube/access.ts';
import { NoAnswerError } from '../../core/kube/errors.ts';
import type { Resource } from '../../core/kube/types.ts';
import { testDatabase, type TestDatabase } from '../../store/testing/postgres.ts';
import { withTransaction } from '../../store/workspace.ts';
import { ensureTeams } from '../../store/workspaces/workspaces.ts';
import { findPerson } from '../../store/workspaces/people.ts';
import { job, secret, startTestApi, webhook, type TestApi } from '../testing/api.ts';
import { startSignIn } from '../testing/signIn.ts';
import type { Memberships } from '../memberships.ts';
import { clusterMemberships } from './memberships.ts';
import type { People } from './people.ts';
import { fakeKube } from './testing/kube.ts';
import { signIn, type SignedIn } from './testing/people.ts';

const ANN = { user: 'ann@corp.example', groups: [] };
const ASKER = { userId: '019aa000-0000-7000-8000-000000000000', via: 'session' } as const;
type May = (what: ResourceAttributes) => boolean;

describe('the workspaces of a person in a cluster', () => {
  let db: TestDatabase;

  before(async () => {
    db = await testDatabase();
    const names = ['team-c', 'team-b'];
    await withTransaction(db.pool('mon_api'), (tx) => ensureTeams(tx, names, new Date(0)));
  });

  after(() => db.close());

  const memberships = (
    namespaces: readonly string[],
    may: May,
    people: People = async () => ANN,
  ): Memberships =>
    clusterMemberships({
      pool: db.pool('mon_api'),
      people,
      mayPerson: async (_person, what) => may(what),
      namespaces,
      usersNamespace: 'people',
    });
  const idsOf = async (namespaces: readonly string[], may: May = () => true): Promise<string[]> =>
    (await memberships(namespaces, may).list(ASKER)).map(({ id }) => id);

  it('are the namespaces that are listed, by name', async () => {
    assert.deepEqual(await idsOf(['team-z', 'team-a']), ['team-a', 'team-z']);
  });

  it('are those that have or had monitors as well, where every namespace may be one', async () => {
    assert.deepEqual(await idsOf(['*', 'team-a', 'team-b']), ['team-a', 'team-b', 'team-c']);
  });

  it('have members that are changed here where they are a person’s, and nowhere else', () => {
    const all = memberships(['team-a'], () => true);
    const ids = ['team-a', 'w-0123456789abcdef', 'u-0123456789abcdef'];
    assert.deepEqual(
      ids.filter((id) => all.areRows(id)),
      ['u-0123456789abcdef'],
    );
  });

  it('are none that the person may not see', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `team-${String(at).padStart(2, '0')}`);
    const mine = ({ namespace }: ResourceAttributes) => namespace >= 'team-17';
    assert.deepEqual(await idsOf(names, mine), ['team-17', 'team-18', 'team-19']);
  });

  it('are none for somebody whom Kubernetes does not know', async () => {
    const stranger = memberships(
      ['team-a'],
      () => true,
      async () => undefined,
    );
    assert.deepEqual(
      [await stranger.list(ASKER), await stranger.find(ASKER, 'team-a')],
      [[], undefined],
    );
    assert.match(await stranger.whyNone(ASKER), /does not know you/);
  });

  it('are never a namespace that is not listed, whatever the person may do there', async () => {
    assert.equal(await memberships(['team-a'], () => true).find(ASKER, 'kube-system'), undefined);
  });
});

describe('an api in a pod', () => {
  const WRITES = [
    ['POST', '/monitors', job('new')],
    ['PUT', '/monitors/shop', job('shop')],
    ['POST', '/monitors/shop/pause', undefined],
    ['POST', '/monitors/shop/run', undefined],
    ['POST', '/monitors/shop/duplicate', { name: 'copy' }],
    ['DELETE', '/monitors/shop', undefined],
    ['DELETE', '/channels/ops', undefined],
    ['DELETE', '/secrets/duckmon-user-a', undefined],
    ['POST', '/apply', { documents: [job('shop')] }],
  ] as const;
  let api: TestApi;
  let ann: SignedIn;
  let fake: ReturnType<typeof fakeKube>;
  let may: (review: SubjectAccessReview) => boolean;

  beforeEach(async () => {
    fake = fakeKube();
    may = () => true;
    const create = async (resource: Resource, object: SubjectAccessReview, options?: object) =>
      resource.kind === 'SubjectAccessReview'
        ? { ...object, status: { allowed: may(object) } }
        : fake.kube.create(resource as never, object, options);
    const env = { OBJECTS: 'cluster', WORKSPACE_NAMESPACES: 'team-a' };
    api = await startTestApi(env, { kube: { ...fake.kube, create } as never });
    ann = await signIn(api, 'ann@corp.example', []);
  });

  afterEach(() => api.stop());

  it('writes and shows nothing while the API server does not say what the person may do', async () => {
    may = () => {
      throw new NoAnswerError('unreachable', 'connect ECONNREFUSED');
    };
    for (const [method, path, body] of [...WRITES, ['GET', '/checks', undefined]] as const) {
      const { status, json, headers } = await ann.call(method, path, body, 'team-a');
      assert.deepEqual([status, json.error.code], [503, 'unavailable'], path);
      assert.equal(headers.get('retry-after'), '5');
    }
    assert.deepEqual(fake.sent, []);
  });

  it('writes nothing that the person may not write, though its own account may', async () => {
    fake.put(job('shop'));
    const isRoles = ({ spec: { resourceAttributes } }: SubjectAccessReview): boolean =>
      resourceAttributes.name === undefined && resourceAttributes.verb !== 'create';
    may = isRoles;
    for (const [method, path, body] of WRITES.slice(0, -1)) {
      const answer = await ann.call(method, path, body);
      assert.deepEqual([answer.status, answer.json.error.code], [403, 'forbidden'], path);
    }
    const documents = [secret('duckmon-user-a'), webhook('ops'), job('shop'), job('new')];
    const { json } = await ann.call('POST', '/apply', { documents });
    assert.deepEqual(
      json.results.map(({ action }) => action),
      ['refused', 'refused', 'refused', 'refused'],
    );
    assert.deepEqual(fake.sent, []);
    assert.equal((await ann.call('GET', '/monitors/shop')).status, 200);
  });

  it('lets people go, and administrators act, while the API server is away', async () => {
    may = () => {
      throw new NoAnswerError('unreachable', 'connect ECONNREFUSED');
    };
    await api.db
      .pool('postgres')
      .query('UPDATE users SET platform_admin = true WHERE id = $1', [ann.userId]);
    assert.equal((await ann.call('GET', '/sessions')).status, 200);
    const users = await ann.call('GET', '/admin/users');
    assert.deepEqual([users.status, users.json.error.code], [403, 'step_up_required']);
    assert.equal((await ann.call('GET', '/me')).status, 503);
    assert.equal((await ann.call('POST', '/sign-out')).status, 204);
    assert.equal((await ann.call('GET', '/sessions')).status, 401);
  });

  it('lets people go who have no workspace', async () => {
    may = () => false;
    assert.equal((await ann.call('GET', '/monitors')).status, 403);
    const { status, json } = await ann.call('GET', '/me');
    assert.deepEqual([status, json.workspace, json.scope], [200, null, 'read']);
    assert.match(json.whyNone, /Kubernetes knows you as ann@corp\.example/);
    const own = await ann.call('GET', '/workspaces');
    assert.deepEqual([own.status, JSON.parse(own.text)], [200, { items: [] }]);
    assert.equal((await ann.call('GET', '/me', undefined, 'team-x')).status, 404);
    assert.equal((await ann.call('POST', '/sign-out')).status, 204);
  });

  it('lets a viewer change nothing at all', async () => {
    may = ({ spec }) => ['get', 'list'].includes(spec.resourceAttributes.verb);
    for (const [method, path, body] of WRITES)
      assert.equal((await ann.call(method, path, body)).status, 403, path);
  });

  it('asks for the right to create what an apply would make, and to patch what it would change', async () => {
    may = ({ spec: { resourceAttributes } }) => resourceAttributes.verb !== 'create';
    const apply = () => ann.call('POST', '/apply', { documents: [job('shop', { tags: ['x'] })] });
    assert.equal((await apply()).json.results[0].action, 'refused');
    fake.put(job('shop'));
    assert.equal((await apply()).json.results[0].action, 'configured');
  });

  it('has no place for members of its database, and none for their tokens', async () => {
    assert.equal((await api.call('GET', '/api/v1/me', { token: api.tokens.admin })).status, 401);
  });

  it('says in the log which right somebody lacked', async () => {
    may = ({ spec }) => spec.resourceAttributes.verb !== 'create';
    await ann.call('POST', '/monitors', job('shop'));
    const line = api.lines.find((text) => text.includes('rights.refused')) ?? '{}';
    const { person, rights } = JSON.parse(line) as { person: string; rights: object[] };
    assert.deepEqual([person, rights.length], ['ann@corp.example', 1]);
  });
});

describe('a sign-in by the provider', () => {
  it('keeps the address as the provider spells it, since Kubernetes tells spellings apart', async () => {
    const world = await startSignIn();
    try {
      world.provider.knobs.person['email'] = 'Ann@Corp.example';
      await world.signIn(world.person());
      const pool = world.api.db.pool('mon_backup');
      const { rows } = await pool.query<{ id: string; email: string }>(
        "SELECT id, email FROM users WHERE subject = 'person-1'",
      );
      const [user] = rows;
      const person = await withTransaction(pool, (tx) => findPerson(tx, user?.id ?? ''));
      assert.deepEqual([user?.email, person?.emailClaim], ['ann@corp.example', 'Ann@Corp.example']);
    } finally {
      await world.stop();
    }
  });
});

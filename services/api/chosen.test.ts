import assert from 'node:assert/strict';
import type { Request } from 'express';
import { HttpError } from '../core/errors.ts';
import { setMembership } from '../store/identity.ts';
import { withWorkspace } from '../store/workspace.ts';
import { chosenWorkspace } from './chosen.ts';
import { fakeKube } from './cluster/testing/kube.ts';
import { signIn, type SignedIn } from './cluster/testing/people.ts';
import { startTestApi, type TestApi } from './testing/api.ts';

const chosen = (header?: string, parameter?: unknown): string | undefined =>
  chosenWorkspace({
    get: () => header,
    query: parameter === undefined ? {} : { workspace: parameter },
  } as unknown as Request);

describe('the workspace that a request names', () => {
  it('stands in the header or in the address, or nowhere', () => {
    assert.deepEqual([chosen('a'), chosen(undefined, 'b'), chosen('c', 'c')], ['a', 'b', 'c']);
    assert.equal(chosen(), undefined);
  });

  for (const [what, header, parameter] of [
    ['two that differ', 'a', 'b'],
    ['one twice in the address', undefined, ['a', 'a']],
    ['an empty one', '', undefined],
    ['the one of the platform', '_platform', undefined],
    ['a path', '../a', undefined],
    ['two in one header', 'a, b', undefined],
    ['a long one', 'a'.repeat(64), undefined],
  ] as const)
    it(`is not ${what}`, () => {
      assert.throws(
        () => chosen(header, parameter),
        (error) => error instanceof HttpError && error.code === 'invalid',
      );
    });
});

describe('a person with two workspaces', () => {
  let api: TestApi;
  let ann: SignedIn;

  before(async () => {
    api = await startTestApi();
    ann = await signIn(api, 'ann@corp.example', []);
    for (const [workspace, role] of [
      ['team-a', 'owner'],
      ['team-b', 'viewer'],
    ] as const)
      await withWorkspace(api.db.pool('mon_api'), workspace, (tx) =>
        setMembership(tx, workspace, ann.userId, role, api.time.now),
      );
  });

  after(() => api.stop());

  const me = async (workspace?: string): Promise<string> => {
    const { json } = await ann.call('GET', '/me', undefined, workspace);
    return `${json.scope} of ${json.workspace}`;
  };

  it('is in the first unless the request names the other, with the role there', async () => {
    assert.deepEqual(
      [await me(), await me('team-b'), await me('team-a')],
      ['admin of team-a', 'read of team-b', 'admin of team-a'],
    );
    const refused = await ann.call('POST', '/monitors', {}, 'team-b');
    assert.equal(refused.status, 403);
  });

  it('sees both in the list, and a token its own', async () => {
    const { json } = await ann.call('GET', '/workspaces');
    assert.deepEqual(
      json.items.map(({ id }) => id),
      ['team-a', 'team-b'],
    );
    const made = await ann.call('POST', '/tokens', { name: 't', scope: 'read' }, 'team-b');
    const { secret: token } = made.json as unknown as { secret: string };
    const own = await api.call('GET', '/api/v1/workspaces', { token });
    assert.deepEqual(
      own.json.items.map(({ id }) => id),
      ['team-b'],
    );
    const headers = { 'x-workspace': 'team-a' };
    assert.equal((await api.call('GET', '/api/v1/me', { token, headers })).status, 404);
  });

  it('E1 finds neither a workspace of others nor one that is not there', async () => {
    await withWorkspace(api.db.pool('mon_api'), 'team-b', (tx) =>
      tx.query('DELETE FROM memberships WHERE user_id = $1', [ann.userId]),
    );
    for (const workspace of ['team-b', 'team-x']) {
      const { status, json } = await ann.call('GET', '/monitors', undefined, workspace);
      assert.deepEqual([status, json.error.message], [404, `There is no workspace ${workspace}.`]);
    }
  });
});

describe('what is about no workspace', () => {
  it('goes on while the cluster answers nothing at all', async () => {
    let asked = 0;
    const create = (): Promise<never> => {
      asked += 1;
      return new Promise(() => {});
    };
    const env = { OBJECTS: 'cluster', WORKSPACE_NAMESPACES: 'team-a' };
    const api = await startTestApi(env, { kube: { ...fakeKube().kube, create } as never });
    try {
      const ann = await signIn(api, 'ann@corp.example', []);
      assert.equal((await ann.call('GET', '/sessions')).status, 200);
      assert.equal((await ann.call('POST', '/sign-out')).status, 204);
      assert.equal(asked, 0);
    } finally {
      await api.stop();
    }
  });
});

import assert from 'node:assert/strict';
import { LABELS } from './names.ts';
import { referencesOf, workspacesIn } from './workspaces.ts';

describe('operator: workspaces', () => {
  const object = (namespace: string, name: string, workspace?: string) => ({
    metadata: {
      namespace,
      name,
      ...(workspace === undefined ? {} : { labels: { [LABELS.workspace]: workspace } }),
    },
  });

  it('takes the namespace of a team', () => {
    const of = workspacesIn('duckmon-users');
    assert.deepEqual(of(object('team', 'shop')), { workspace: 'team', name: 'shop' });
  });

  it('takes the label in the namespace of the users, and the name behind it', () => {
    const of = workspacesIn('duckmon-users');
    assert.deepEqual(of(object('duckmon-users', 'u1-shop', 'u1')), {
      workspace: 'u1',
      name: 'shop',
    });
  });

  it('E10 does not let a tenant reach another workspace by a label', () => {
    const own = { workspace: 'team', name: 'other-shop' };
    for (const users of ['duckmon-users', undefined])
      assert.deepEqual(workspacesIn(users)(object('team', 'other-shop', 'other')), own);
  });

  it('does not trust a label that the name does not bear out', () => {
    const of = workspacesIn('duckmon-users');
    for (const name of ['shop', 'u1-', 'u10-shop'])
      assert.deepEqual(of(object('duckmon-users', name, 'u1')), {
        workspace: 'duckmon-users',
        name,
      });
  });

  describe('references', () => {
    const of = workspacesIn('users');
    const mine = object('users', 'u1-shop', 'u1');

    it('of a team are the names of its namespace, with every Secret of it', () => {
      const { isPersonal, placeOf, isMeant, secretPrefixes } = referencesOf(
        object('team', 'a'),
        of,
      );
      assert.deepEqual([isPersonal, secretPrefixes], [false, []]);
      assert.deepEqual(placeOf('ops'), { namespace: 'team', name: 'ops' });
      assert.ok(isMeant(object('team', 'ops'), 'ops'));
    });

    it('of a person are called as the person calls them', () => {
      const { isPersonal, placeOf, isMeant, secretPrefixes } = referencesOf(mine, of);
      assert.ok(isPersonal);
      assert.deepEqual(placeOf('ops'), { namespace: 'users', name: 'u1-ops' });
      assert.ok(isMeant(object('users', 'u1-ops', 'u1'), 'ops'));
      assert.deepEqual(secretPrefixes, ['duckmon-user-u1-', 'duckmon-login-u1-']);
    });

    it('E10 never cross the label of a workspace, whatever the names are', () => {
      const { isMeant } = referencesOf(mine, of);
      const unlabelled = referencesOf(object('users', 'shop'), of);
      assert.equal(isMeant(object('users', 'u1-ops'), 'ops'), false);
      assert.equal(isMeant(object('users', 'u1-ops', 'u2'), 'ops'), false);
      assert.equal(isMeant(object('users', 'u2-ops', 'u2'), 'ops'), false);
      assert.equal(unlabelled.isMeant(object('users', 'u1-ops', 'u1'), 'u1-ops'), false);
    });
  });
});

import assert from 'node:assert/strict';
import { LABELS } from './names.ts';
import { workspacesIn } from './workspaces.ts';

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
});

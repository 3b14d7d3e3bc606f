import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setMembership, signInUser } from '../identity.ts';
import { useDatabase } from '../testing/suite.ts';
import { withTransaction, withUser } from '../workspace.ts';
import { findPerson, keepClaims } from './people.ts';
import { ensureTeams, listOwnWorkspaces, listTeams } from './workspaces.ts';

const NOW = new Date('2026-03-01T12:00:00Z');

describe('workspaces and people', () => {
  const suite = useDatabase();
  const asApi = <T>(work: Parameters<typeof withTransaction<T>>[1]): Promise<T> =>
    withTransaction(suite.db.pool('mon_api'), work);
  const newUser = async (subject: string): Promise<string> => {
    const identity = { issuer: 'https://id.example', subject, email: null, displayName: subject };
    return (await asApi((tx) => signInUser(tx, identity, { now: NOW, newId: randomUUID }))).id;
  };

  it('are made once, by the api, and stay what they are', async () => {
    await asApi((tx) => ensureTeams(tx, ['team', 'new'], NOW));
    await asApi((tx) => ensureTeams(tx, ['new'], NOW));
    assert.deepEqual(await asApi(listTeams), ['new', 'other', 'team']);
  });

  it('are a user’s by membership, with the role in each', async () => {
    const [ann, bob] = [await newUser('ann'), await newUser('bob')];
    await suite.api((tx) => setMembership(tx, 'team', ann, 'viewer', NOW));
    await suite.api((tx) => setMembership(tx, 'other', ann, 'owner', NOW), 'other');
    const of = (user: string) =>
      withUser(suite.db.pool('mon_api'), user, (tx) => listOwnWorkspaces(tx, user));
    assert.deepEqual(await of(ann), [
      { id: 'other', displayName: 'Other', kind: 'team', role: 'owner' },
      { id: 'team', displayName: 'Team', kind: 'team', role: 'viewer' },
    ]);
    assert.deepEqual(await of(bob), []);
  });

  it('keep what the provider said last', async () => {
    const ann = await newUser('spelled');
    const find = () => asApi((tx) => findPerson(tx, ann));
    const before = { issuer: 'https://id.example', subject: 'spelled' };
    assert.deepEqual(await find(), { ...before, emailClaim: null, groupClaims: [] });
    const claims = { emailClaim: 'Ann@Id.example', groupClaims: ['a', 'b,{"c"}'] };
    await asApi((tx) => keepClaims(tx, ann, claims));
    assert.deepEqual(await find(), { ...before, ...claims });
    await asApi((tx) => keepClaims(tx, ann, { emailClaim: null, groupClaims: [] }));
    assert.deepEqual(await find(), { ...before, emailClaim: null, groupClaims: [] });
  });

  it('know no user that is not there', async () => {
    assert.equal(await asApi((tx) => findPerson(tx, randomUUID())), undefined);
  });
});

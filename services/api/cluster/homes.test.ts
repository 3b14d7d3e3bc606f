import assert from 'node:assert/strict';
import { HttpError } from '../../core/errors.ts';
import { homesIn, isAtHome, isPersonalName, labelsOf, placeIn, secretPrefixes } from './homes.ts';
import type { LiveObject } from './resources.ts';

const OWN = 'u-0123456789abcdef';
const homes = homesIn('people');
const labelled = (workspace?: string): LiveObject => ({
  metadata: workspace === undefined ? {} : { labels: { 'mon.duckerhub.com/workspace': workspace } },
  spec: {},
});
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof HttpError) return error.code;
  }
  return assert.fail('taken');
};

describe('the place of an object', () => {
  it('is the namespace of a team, under its own name', () => {
    const { at, name } = placeIn(homes('team-a'), 'MonitorJob', 'shop');
    assert.deepEqual([at, name], [{ namespace: 'team-a', name: 'shop' }, 'shop']);
  });

  it('is the namespace of all people, after the workspace, for a person’s', () => {
    const { at, name } = placeIn(homes(OWN), 'MonitorJob', 'shop');
    assert.deepEqual([at, name], [{ namespace: 'people', name: `${OWN}-shop` }, 'shop']);
  });

  it('is a team’s where people have no namespace', () => {
    assert.equal(homesIn(undefined)(OWN).isPersonal, false);
  });

  for (const workspace of ['u-0123456789abcde', 'u-0123456789ABCDEF', `${OWN}0`, `x-${OWN}`, 'u-'])
    it(`is a team’s for the name ${workspace}, which no person’s workspace has`, () => {
      assert.equal(isPersonalName(workspace), false);
      assert.equal(homes(workspace).namespace, workspace);
    });

  for (const name of ['', '../x', 'A', 'a.b', '-a', 'a'.repeat(64)])
    it(`is nowhere for ${JSON.stringify(name)}`, () => {
      for (const workspace of ['team-a', OWN])
        assert.equal(
          codeOf(() => placeIn(homes(workspace), 'MonitorJob', name)),
          'not_found',
        );
    });

  it('leaves room for the workspace in a name', () => {
    assert.equal(placeIn(homes(OWN), 'MonitorJob', 'a'.repeat(44)).at.name.length, 63);
    assert.equal(
      codeOf(() => placeIn(homes(OWN), 'MonitorJob', 'a'.repeat(45))),
      'unprocessable',
    );
  });
});

describe('what is of a workspace', () => {
  it('is what its label says, for a person’s', () => {
    assert.deepEqual(labelsOf(homes(OWN)), { 'mon.duckerhub.com/workspace': OWN });
    const isOwn = [OWN, 'u-fedcba9876543210', undefined].map((workspace) =>
      isAtHome(homes(OWN), labelled(workspace)),
    );
    assert.deepEqual(isOwn, [true, false, false]);
  });

  it('is all of the namespace for a team’s, whatever labels say', () => {
    assert.deepEqual(labelsOf(homes('team-a')), {});
    assert.equal(isAtHome(homes('team-a'), labelled(OWN)), true);
  });

  it('is told from the Secrets of others by their names', () => {
    assert.deepEqual(secretPrefixes(homes('team-a')), ['duckmon-user-', 'duckmon-login-']);
    assert.deepEqual(secretPrefixes(homes(OWN)), [`duckmon-user-${OWN}-`, `duckmon-login-${OWN}-`]);
  });
});

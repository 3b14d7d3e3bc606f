import assert from 'node:assert/strict';
import { mergedSpec, neededFor, roleOf, type Wish } from './questions.ts';

const wish = (more: Partial<Wish>): Wish => ({
  verb: 'patch',
  kind: 'MonitorJob',
  namespace: 'team-a',
  name: 'shop',
  ...more,
});
/** `verb resource name` of each right, with the field that needs it. */
const rightsOf = (more: Partial<Wish>): string[] =>
  neededFor(wish(more)).map(({ right, field }) => {
    assert.equal(right.namespace, 'team-a');
    const kind = right.group === '' ? right.resource : `${right.resource}.${right.group}`;
    return [right.verb, kind, right.name, field?.path].filter(Boolean).join(' ');
  });
const MONITORS = 'monitorjobs.mon.duckerhub.com';
const CHANNELS = 'notificationchannels.mon.duckerhub.com';

describe('the rights that a wish needs', () => {
  for (const [what, asked, expected] of [
    ['a new monitor', { verb: 'create' }, [`create ${MONITORS}`]],
    ['an edit of a monitor', {}, [`patch ${MONITORS} shop`]],
    ['the end of a monitor', { verb: 'delete' }, [`delete ${MONITORS} shop`]],
    ['a new Secret', { verb: 'create', kind: 'Secret' }, ['create secrets']],
    ['the end of a Secret', { verb: 'delete', kind: 'Secret' }, ['delete secrets shop']],
    [
      'a monitor that signs in',
      { spec: { session: { credentialsSecretRef: { name: 'duckmon-login-x' } } } },
      [
        `patch ${MONITORS} shop`,
        'get secrets duckmon-login-x spec.session.credentialsSecretRef.name',
      ],
    ],
    [
      'a channel with two Secrets',
      {
        kind: 'NotificationChannel',
        spec: {
          webhook: { signing: { secretRef: { name: 'new' }, previousSecretRef: { name: 'old' } } },
        },
      },
      [
        `patch ${CHANNELS} shop`,
        'get secrets new spec.webhook.signing.secretRef.name',
        'get secrets old spec.webhook.signing.previousSecretRef.name',
      ],
    ],
    [
      'a channel whose other settings name a Secret as well',
      {
        kind: 'NotificationChannel',
        spec: {
          type: 'Email',
          email: { secretRef: { name: 'mail' } },
          slack: { secretRef: { name: 'slack' } },
          teams: { secretRef: { name: 'teams' } },
        },
      },
      [
        `patch ${CHANNELS} shop`,
        'get secrets mail spec.email.secretRef.name',
        'get secrets slack spec.slack.secretRef.name',
        'get secrets teams spec.teams.secretRef.name',
      ],
    ],
    [
      'what is no spec at all',
      {
        kind: 'NotificationChannel',
        spec: { slack: 'x', teams: { secretRef: { name: 7 } }, email: null },
      },
      [`patch ${CHANNELS} shop`],
    ],
  ] as const)
    it(`are those of ${what}`, () => {
      assert.deepEqual(rightsOf(asked), expected);
    });
});

describe('a spec after a manifest', () => {
  it('keeps what the manifest is silent about', () => {
    const live = { slack: { secretRef: { name: 'theirs', key: 'url' } }, list: [1, 2] };
    assert.deepEqual(mergedSpec(live, { type: 'Slack', list: [3] }), {
      ...live,
      type: 'Slack',
      list: [3],
    });
  });

  it('has what the manifest says where both say something', () => {
    const live = { slack: { secretRef: { name: 'theirs' } } };
    const sent = { slack: { secretRef: { name: 'mine' } } };
    assert.deepEqual(mergedSpec(live, sent), sent);
  });

  it('is the manifest’s of a new object, and the object’s without one', () => {
    assert.deepEqual(
      [mergedSpec(undefined, { a: 1 }), mergedSpec({ a: 1 }, undefined)],
      [{ a: 1 }, { a: 1 }],
    );
  });
});

describe('the role of a person in a namespace', () => {
  const all = { get: true, list: true, patch: true, delete: true };
  for (const [may, role] of [
    [all, 'owner'],
    [{ ...all, delete: false }, 'editor'],
    [{ ...all, delete: false, patch: false }, 'viewer'],
    [{ ...all, patch: false }, 'viewer'],
    [{ ...all, get: false }, undefined],
    [{ ...all, list: false }, undefined],
    [{ get: false, list: false, patch: false, delete: false }, undefined],
  ] as const)
    it(`is ${role ?? 'none'} with ${JSON.stringify(may)}`, () => {
      assert.equal(roleOf(may), role);
    });
});

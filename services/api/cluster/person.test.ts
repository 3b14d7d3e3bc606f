import assert from 'node:assert/strict';
import { OPERATOR, type Person } from '../../store/workspaces/people.ts';
import { kubernetesUserOf, providerClaimsOf, type Naming } from './person.ts';

const ANN: Person = {
  issuer: 'https://accounts.google.com',
  subject: '1042',
  emailClaim: 'Ann@Corp.example',
  groupClaims: ['shop', 'web'],
};
const naming = (more: Partial<Naming> = {}): Naming => ({
  OIDC_ISSUER: undefined,
  KUBERNETES_USERNAME_CLAIM: 'email',
  KUBERNETES_USERNAME_PREFIX: undefined,
  KUBERNETES_GROUPS_CLAIM: undefined,
  KUBERNETES_GROUPS_PREFIX: undefined,
  ...more,
});
const bySub = { KUBERNETES_USERNAME_CLAIM: 'sub' } as const;
const userOf = (person: Partial<Person> = {}, more: Partial<Naming> = {}): string | undefined =>
  kubernetesUserOf({ ...ANN, ...person }, naming(more), { groups: true })?.user;
const groupsOf = (person: Partial<Person> = {}, more: Partial<Naming> = {}, groups = true) =>
  kubernetesUserOf({ ...ANN, ...person }, naming(more), { groups })?.groups;

describe('the person that Kubernetes knows', () => {
  for (const [what, person, config, expected] of [
    ['the address, letter by letter', {}, {}, 'Ann@Corp.example'],
    [
      'the address under a prefix',
      {},
      { KUBERNETES_USERNAME_PREFIX: 'oidc:' },
      'oidc:Ann@Corp.example',
    ],
    ['the subject under its issuer', {}, bySub, 'https://accounts.google.com#1042'],
    ['the subject under a prefix', {}, { ...bySub, KUBERNETES_USERNAME_PREFIX: 'g:' }, 'g:1042'],
    ['the bare subject', {}, { ...bySub, KUBERNETES_USERNAME_PREFIX: '-' }, '1042'],
    [
      'the subject of a provider that is named with a slash',
      { issuer: 'https://id.example' },
      { ...bySub, KUBERNETES_USERNAME_PREFIX: '-', OIDC_ISSUER: 'https://id.example/' },
      '1042',
    ],
    ['the operator by the link', { ...OPERATOR, emailClaim: null }, {}, 'duckmon:operator'],
  ] as const)
    it(`has for a name ${what}`, () => {
      assert.equal(userOf(person, config), expected);
    });

  for (const [what, person, config] of [
    ['of another provider than that of today', { issuer: 'https://old.example' }, {}],
    ['of local mode', { issuer: 'local', subject: 'owner', emailClaim: null }, {}],
    ['of the operator’s issuer under another subject', { issuer: OPERATOR.issuer }, {}],
    ['without an address', { emailClaim: null }, {}],
    [
      'named like a part of Kubernetes',
      { subject: 'system:admin' },
      { ...bySub, KUBERNETES_USERNAME_PREFIX: '-' },
    ],
    [
      'named like ours',
      { subject: 'duckmon:operator' },
      { ...bySub, KUBERNETES_USERNAME_PREFIX: '-' },
    ],
    [
      'named so by a prefix',
      { subject: 'masters' },
      { ...bySub, KUBERNETES_USERNAME_PREFIX: 'system:' },
    ],
  ] as const)
    it(`is nobody: a person ${what}`, () => {
      assert.equal(userOf(person, config), undefined);
    });

  it('has the groups of the sign-in, and that of everybody', () => {
    assert.deepEqual(groupsOf(), ['shop', 'web', 'system:authenticated']);
    assert.deepEqual(groupsOf({}, { KUBERNETES_GROUPS_PREFIX: 'g:' }), [
      'g:shop',
      'g:web',
      'system:authenticated',
    ]);
  });

  it('has no groups where a sign-in may be long ago', () => {
    assert.deepEqual(groupsOf({}, {}, false), ['system:authenticated']);
    assert.deepEqual(groupsOf({ ...OPERATOR }, {}, false), ['system:authenticated']);
  });

  it('gets no group of Kubernetes or ours from a provider', () => {
    const groupClaims = ['system:masters', 'duckmon:admins', 'shop'];
    assert.deepEqual(groupsOf({ groupClaims }), ['shop', 'system:authenticated']);
  });
});

describe('what is kept of a sign-in', () => {
  const claims = { email: 'Ann@Corp.example', groups: ['a', 7, '', 'b'], team: 'one' };
  const kept = (claim?: string) =>
    providerClaimsOf(claims, naming({ KUBERNETES_GROUPS_CLAIM: claim })).groupClaims;

  it('is the address as the provider spells it', () => {
    assert.equal(providerClaimsOf(claims, naming()).emailClaim, 'Ann@Corp.example');
    assert.equal(providerClaimsOf({}, naming()).emailClaim, null);
  });

  it('is the groups of the claim that is configured: a list, or one', () => {
    assert.deepEqual(
      [kept(), kept('groups'), kept('team'), kept('none')],
      [[], ['a', 'b'], ['one'], []],
    );
  });

  it('is 200 groups at most', () => {
    const many = { groups: Array.from({ length: 500 }, (_, at) => `g${at}`) };
    const config = naming({ KUBERNETES_GROUPS_CLAIM: 'groups' });
    assert.equal(providerClaimsOf(many, config).groupClaims.length, 200);
  });
});

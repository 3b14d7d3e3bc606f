import assert from 'node:assert/strict';
import { parseAllowList } from './allow.ts';
import { personOf, type Claims } from './claims.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const allow = parseAllowList(['*']);
const CLAIMS: Claims = {
  iss: 'https://id.example',
  sub: '42',
  iat: NOW.getTime() / 1000,
  email: 'Ann@Corp.example',
  email_verified: true,
  name: 'Ann',
};
const identityOf = (more: Claims) => {
  const person = personOf({ ...CLAIMS, ...more }, allow, NOW);
  return person.kind === 'person' ? person.identity : person.reason;
};
const nameOf = (name: unknown): unknown => {
  const identity = identityOf({ name });
  return typeof identity === 'string' ? identity : identity.displayName;
};

describe('the person behind the claims', () => {
  it('is who the issuer says by its subject, with the address in its one spelling', () => {
    assert.deepEqual(identityOf({}), {
      issuer: 'https://id.example',
      subject: '42',
      email: 'ann@corp.example',
      displayName: 'Ann',
    });
  });

  it('has the address for a name when there is none', () => {
    for (const name of [undefined, '', ' \n', 7]) assert.equal(nameOf(name), 'ann@corp.example');
  });

  it('H2 has a name without anything that a screen or a log would obey', () => {
    assert.equal(nameOf('An\u001B[31mn\r\n\u202E\u0000'), 'An[31mn');
    assert.equal(String(nameOf('x'.repeat(5_000))).length, 100);
  });

  for (const [what, more, reason] of [
    ['no time', { iat: undefined }, 'id_token_iat'],
    ['a time that is a text', { iat: '1' }, 'id_token_iat'],
    ['a time 31 seconds ahead', { iat: NOW.getTime() / 1000 + 31 }, 'id_token_iat'],
    ['an empty subject', { sub: '' }, 'id_token_claims'],
    ['a subject that is a number', { sub: 42 }, 'id_token_claims'],
    ['a subject of 256 characters', { sub: 'x'.repeat(256) }, 'id_token_claims'],
    ['no address', { email: undefined }, 'email_unverified'],
    ['two addresses', { email: ['a@b.example', 'c@d.example'] }, 'email_unverified'],
    ['an address that is none', { email: 'a@b@c.example' }, 'email_unverified'],
    ['an address verified by 1', { email_verified: 1 }, 'email_unverified'],
    ['nothing about verifying', { email_verified: undefined }, 'email_unverified'],
  ] as const)
    it(`A4 is nobody with ${what}`, () => {
      assert.equal(identityOf(more), reason);
    });

  it('may have a clock half a minute ahead', () => {
    assert.notEqual(identityOf({ iat: NOW.getTime() / 1000 + 30 }), 'id_token_iat');
  });
});

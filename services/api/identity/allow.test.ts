import assert from 'node:assert/strict';
import { admission, canonicalAddress, mayBeAllowed, parseAllowList } from './allow.ts';

const list = parseAllowList(['corp.example', 'Bob@Partner.example']);

/** An address, the claim hd, and whether that person may come in. */
const PEOPLE: readonly (readonly [email: string, hd: unknown, allowed: boolean])[] = [
  ['ann@corp.example', 'corp.example', true],
  ['ANN@CORP.example', 'corp.example', true],
  ['ann+tag@corp.example', 'corp.example', true],
  ['bob@partner.example', undefined, true],
  ['BOB@PARTNER.EXAMPLE', 'partner.example', true],
  ['ann@corp.example', undefined, false],
  ['ann@corp.example', '', false],
  ['ann@corp.example', ['corp.example'], false],
  ['ann@corp.example', 'evil.example', false],
  ['ann@evil.example', 'corp.example', false],
  ['a@evil.example@corp.example', 'corp.example', false],
  ['a@corp.example.evil.example', 'corp.example', false],
  ['a@evilcorp.example', 'corp.example', false],
  ['a@sub.corp.example', 'corp.example', false],
  ['bob+tag@partner.example', undefined, false],
  ['bob@partner.example.', undefined, false],
  ['"bob"@partner.example', undefined, false],
  ['"a@b"@corp.example', 'corp.example', false],
  ['ａnn@corp.example', 'corp.example', false],
  ['ann@ｃorp.example', 'corp.example', false],
  ['bob@partner.example ', undefined, false],
  ['bob@partner.example\u0000', undefined, false],
  ['\u212Aann@corp.example', 'corp.example', false],
  ['@corp.example', 'corp.example', false],
  ['ann@', 'corp.example', false],
  ['', 'corp.example', false],
];

describe('the allow-list', () => {
  for (const [email, hd, allowed] of PEOPLE)
    it(`A24 ${allowed ? 'takes' : 'refuses'} ${JSON.stringify(email)} of ${JSON.stringify(hd)}`, () => {
      const address = canonicalAddress(email);
      const taken =
        address !== undefined &&
        admission(list, { email: address, hostedDomain: hd }) === 'allowed';
      assert.equal(taken, allowed);
    });

  it('tells a missing domain from a wrong one', () => {
    const of = (hostedDomain: unknown) =>
      admission(list, { email: 'a@corp.example', hostedDomain });
    assert.deepEqual([of(undefined), of('x.example')], ['domain_missing', 'not_allowed']);
  });

  it('takes everybody only when it says so', () => {
    const person = { email: 'x@y.example', hostedDomain: undefined };
    assert.equal(admission(parseAllowList(['*']), person), 'allowed');
    assert.equal(admission(parseAllowList(['z.example', '*']), person), 'allowed');
  });

  it('may have an address that it names, or whose domain it names, before anybody vouches for it', () => {
    const list = parseAllowList(['corp.example', 'eve@x.example']);
    const may = ['a@corp.example', 'eve@x.example', 'a@x.example', 'a@sub.corp.example'].map(
      (address) => mayBeAllowed(list, address),
    );
    assert.deepEqual(may, [true, true, false, false]);
    assert.equal(mayBeAllowed(parseAllowList(['*']), 'a@x.example'), true);
  });

  it('names what is neither a domain nor an address', () => {
    assert.throws(
      () => parseAllowList(['corp.example', 'corp', '*.example', 'a@b@c.example']),
      /SIGN_IN_ALLOW: corp, \*\.example, a@b@c\.example is no domain/,
    );
  });

  it('must be there', () => {
    assert.throws(() => parseAllowList([]), /SIGN_IN_ALLOW is required.*\* for everybody/);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { newRecoveryCodes, plainCode } from './recoveryCodes.ts';
import { relyingPartyOf } from './relyingParty.ts';

const partyOf = (url: string, ALLOWED_ORIGINS: string[] = []) =>
  relyingPartyOf({ PUBLIC_URL: url, ALLOWED_ORIGINS });

describe('the party that passkeys are made for', () => {
  it('is the host name that people type, with its origins', () => {
    assert.deepEqual(
      partyOf('https://mon.example.org/', [
        'https://mon.example.org:8443',
        'http://localhost:3000',
      ]),
      {
        kind: 'ready',
        id: 'mon.example.org',
        origins: ['https://mon.example.org', 'https://mon.example.org:8443'],
      },
    );
    assert.equal(partyOf('http://localhost:3000').kind, 'ready');
  });

  for (const url of ['http://127.0.0.1:3000', 'https://10.0.0.1', 'http://[::1]:3000'])
    it(`is none at ${url}, and says what to set`, () => {
      const party = partyOf(url);
      assert.match(party.kind === 'impossible' ? party.why : '', /Set PUBLIC_URL to a name/);
    });

  it('is none over plain http to another machine', () => {
    const party = partyOf('http://mon.example.org');
    assert.match(party.kind === 'impossible' ? party.why : '', /over https only/);
  });
});

describe('recovery codes', () => {
  it('have 128 bits in groups that are easy to type', () => {
    for (const code of newRecoveryCodes()) assert.match(code, /^([a-z2-7]{7}-){3}[a-z2-7]{5}$/);
  });

  it('are read however people write them', () => {
    const [code = ''] = newRecoveryCodes();
    const noise = fc.array(fc.constantFrom(' ', '-', '\n', ''), { minLength: 29, maxLength: 29 });
    fc.assert(
      fc.property(noise, fc.boolean(), (gaps, isUpper) => {
        const text = code
          .split('')
          .map((letter, at) => letter + (gaps[at] ?? ''))
          .join('');
        assert.equal(plainCode(isUpper ? text.toUpperCase() : text), code.replaceAll('-', ''));
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { newSecret, readLogin, readSessionId } from './cookie.ts';

describe('the cookies', () => {
  it('A7 hold 256 random bits, none twice in a hundred thousand', () => {
    const secrets = Array.from({ length: 100_000 }, newSecret);
    assert.equal(new Set(secrets).size, secrets.length);
    assert.ok(secrets.every((secret) => Buffer.from(secret, 'base64url').length === 32));
  });

  it('A15 of a session and of a sign-in are not taken for each other', () => {
    const header = `mon_login=${newSecret()}`;
    assert.equal(readSessionId('http://127.0.0.1:3000', header), undefined);
    assert.ok(readLogin('http://127.0.0.1:3000', header));
  });

  it('A5 without the prefix of the host are none where the public address is https', () => {
    assert.equal(readSessionId('https://mon.example.org', `mon_sid=${newSecret()}`), undefined);
  });
});

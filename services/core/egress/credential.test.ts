import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import * as fc from 'fast-check';
import { newKeyEntry, type KeyEntry } from '../keyring.ts';
import { ed25519FromSeed } from '../serviceKeys.ts';
import { keysOf, testKeys } from '../testing/keys.ts';
import {
  issueCredential,
  proxyAuthorization,
  verifyCredential,
  type EgressGrant,
} from './credential.ts';

const now = new Date('2026-11-25T12:00:00Z');
const grant: EgressGrant = {
  issuer: 'scheduler',
  workspace: 'home',
  subject: 'monitor/shop',
  id: 'check-1',
  expires: now.getTime() + 60_000,
  maxBytes: 1000,
  maxConnections: 10,
  maxMs: 5000,
};

describe('core: egress credential', () => {
  const keys = testKeys();
  const verify = (credential: string, at = now) =>
    verifyCredential(keys.of('egress'), credential, at);
  const issue = (given: EgressGrant = grant) => issueCredential(keys.of(given.issuer), given);

  it('gives back the grant that was signed', () => {
    for (const issuer of ['scheduler', 'api', 'llm', 'notification'] as const)
      assert.deepEqual(verify(issue({ ...grant, issuer })), { ...grant, issuer });
  });

  it('C17 holds until the millisecond of its end', () => {
    const credential = issue();
    assert.ok(verify(credential, new Date(grant.expires - 1)));
    assert.equal(verify(credential, new Date(grant.expires)), undefined);
  });

  it('C17 does not hold under the keys of another installation', () => {
    assert.equal(verifyCredential(testKeys().of('egress'), issue(), now), undefined);
  });

  it('lets no issuer speak for another', () => {
    const asLlm = issueCredential(keys.of('llm'), { ...grant, issuer: 'scheduler' });
    assert.equal(verify(asLlm), undefined);
  });

  it('cannot be issued by a service that holds no seed', () => {
    assert.throws(() => issueCredential(keys.of('browser'), grant), /holds no key/);
  });

  it('holds no more when anything of it is changed, by one character', () => {
    const credential = issue();
    const other = (at: number): string => {
      const to = credential[at] === 'A' ? 'B' : 'A';
      return credential.slice(0, at) + to + credential.slice(at + 1);
    };
    for (let at = 0; at < credential.length; at += 1)
      assert.equal(verify(other(at)), undefined, `character ${at}`);
  });

  it('has exactly one spelling', () => {
    const credential = issue();
    const last = credential.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const neighbours = alphabet.split('').filter((letter) => letter !== last);
    for (const letter of neighbours)
      assert.equal(verify(credential.slice(0, -1) + letter), undefined);
    for (const more of [
      `${credential}=`,
      `${credential}.`,
      ` ${credential}`,
      `${credential}\n`,
      `${credential}.x`,
    ])
      assert.equal(verify(more), undefined, JSON.stringify(more));
  });

  it('is refused without a crash for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        assert.equal(verify(text), undefined);
      }),
    );
    for (const text of ['', '.', '..', 'a.b.c', 'x'.repeat(100_000)])
      assert.equal(verify(text), undefined);
  });

  it('is refused when the signed content is no grant', () => {
    const seed = keys.of('scheduler')().egressSeeds[0];
    assert.ok(seed);
    const key = ed25519FromSeed(Buffer.from(seed.value, 'base64'));
    for (const content of [
      '{}',
      'null',
      'not json',
      JSON.stringify({ ...grant, more: 1 }),
      JSON.stringify({ ...grant, maxBytes: -1 }),
    ]) {
      const payload = Buffer.from(content).toString('base64url');
      const signature = sign(null, Buffer.from(`duckmon-egress-v1\n${seed.kid}\n${payload}`), key);
      const forged: string = `${seed.kid}.${payload}.${signature.toString('base64url')}`;
      assert.equal(verify(forged), undefined, content);
    }
  });

  it('B3 holds through a rotation until its key is dropped', () => {
    const [old, next] = [newKeyEntry(now), newKeyEntry(now, 'next')];
    const credential = issueCredential(keysOf({ keys: [old, next] }).of('scheduler'), grant);
    const promoted: KeyEntry[] = [
      { ...old, state: 'previous' },
      { ...next, state: 'current' },
    ];
    const under = (ring: KeyEntry[]) =>
      verifyCredential(keysOf({ keys: ring }).of('egress'), credential, now);
    assert.ok(under([old, next]));
    assert.ok(under(promoted));
    assert.equal(under(promoted.slice(1)), undefined);
  });

  it('stands as a password in Proxy-Authorization', () => {
    const value = proxyAuthorization('abc');
    assert.equal(Buffer.from(value.slice('Basic '.length), 'base64').toString(), 'duckmon:abc');
  });
});

import assert from 'node:assert/strict';
import { PERSON, type Knobs } from '../../core/testing/identity/provider.ts';
import { startSignIn, type SignInWorld } from '../testing/signIn.ts';

const seconds = (): number => Math.floor(Date.now() / 1000);

/** What the provider does, the status of the answer, and the one reason that is noted. */
const BAD: readonly (readonly [what: string, knobs: Partial<Knobs>, number, reason: string])[] = [
  ['no signature', { header: { alg: 'none' } }, 401, 'id_token_alg'],
  [
    'an HMAC with the public key',
    { header: { alg: 'HS256' }, signWith: 'publicKeyAsSecret' },
    401,
    'id_token_alg',
  ],
  ['the signature of another key', { signWith: 'unknown' }, 401, 'id_token_signature'],
  [
    'a key that is not published',
    { header: { alg: 'RS256', kid: 'nobody' }, signWith: 'unknown' },
    401,
    'id_token_key',
  ],
  [
    'another issuer',
    { claims: (claims) => ({ ...claims, iss: 'https://evil.example' }) },
    401,
    'id_token_iss',
  ],
  [
    'the issuer with a dot behind',
    { claims: (claims) => ({ ...claims, iss: `${String(claims['iss'])}.` }) },
    401,
    'id_token_iss',
  ],
  ['another audience', { claims: (claims) => ({ ...claims, aud: 'x' }) }, 401, 'id_token_aud'],
  [
    'two audiences and another authorized party',
    { claims: (claims) => ({ ...claims, aud: [claims['aud'], 'x'], azp: 'x' }) },
    401,
    'id_token_azp',
  ],
  [
    'an end 61 seconds ago',
    { claims: (claims) => ({ ...claims, exp: seconds() - 61 }) },
    401,
    'id_token_exp',
  ],
  [
    'a beginning in an hour',
    { claims: (claims) => ({ ...claims, iat: seconds() + 3_600 }) },
    401,
    'id_token_iat',
  ],
  ['no subject', { claims: ({ sub: _sub, ...claims }) => claims }, 401, 'id_token_claims'],
  [
    'an address that is not verified',
    { person: { ...PERSON, email_verified: false } },
    403,
    'email_unverified',
  ],
  [
    'an address that is verified by a text',
    { person: { ...PERSON, email_verified: 'true' } },
    403,
    'email_unverified',
  ],
  ['no domain', { person: { ...PERSON, hd: undefined } }, 403, 'domain_missing'],
];

describe('an ID token', () => {
  let world: SignInWorld;

  before(async () => {
    world = await startSignIn();
  });

  afterEach(() => world.provider.reset());

  after(() => world.stop());

  for (const [what, knobs, status, reason] of BAD)
    it(`A4 is refused with ${what}`, async () => {
      Object.assign(world.provider.knobs, knobs);
      const seen = await world.signIn(world.person());
      assert.deepEqual(
        [seen.status, await world.sessions(), (await world.audited()).at(-1)],
        [status, 0, `login.${reason}`],
        seen.text,
      );
      assert.doesNotMatch(seen.text, /iss|aud|nonce|alg|hd\b/);
    });

  it('B5 leaves nothing of a token in the log, whatever was wrong', async () => {
    const secrets: string[] = [];
    for (const [, knobs] of BAD) {
      Object.assign(world.provider.knobs, knobs);
      const person = world.person();
      const callback = await world.toCallback(person);
      secrets.push(new URL(callback).searchParams.get('code') ?? '', world.provider.lastIdToken());
      await person.open(callback);
      world.provider.reset();
    }
    const all = world.api.lines.join('');
    assert.match(all, /unexpected JWT \\"alg\\" header parameter/);
    assert.doesNotMatch(all, /eyJ|ann@corp/);
    assert.ok(secrets.filter(Boolean).every((secret) => !all.includes(secret)));
  });

  it('H1 that is refused makes one event with its reason and address, and is counted', async () => {
    const events = (): Record<string, unknown>[] =>
      world.api.lines
        .map((text) => JSON.parse(text) as Record<string, unknown>)
        .filter(({ event }) => event === 'auth.refused');
    for (const [what, knobs, , reason] of BAD) {
      const before = events().length;
      Object.assign(world.provider.knobs, knobs);
      await world.signIn(world.person());
      world.provider.reset();
      const made = events().slice(before);
      assert.deepEqual(
        made.map((event) => [event['reason'], event['ip'] !== undefined]),
        [[reason, true]],
        what,
      );
    }
    const { text } = await world.api.call('GET', '/metrics');
    for (const [, , , reason] of BAD)
      assert.match(text, new RegExp(`mon_auth_failures_total\\{reason="${reason}"`));
  });

  it('A4 is taken when nothing is wrong with it', async () => {
    const before = await world.sessions();
    assert.equal((await world.signIn(world.person())).status, 303);
    assert.equal(await world.sessions(), before + 1);
  });

  it('is taken at once after the provider has turned its keys', async () => {
    assert.equal((await world.signIn(world.person())).status, 303);
    world.provider.rotate();
    assert.equal((await world.signIn(world.person())).status, 303);
  });
});

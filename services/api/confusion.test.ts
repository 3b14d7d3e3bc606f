import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { newId } from '../core/ids.ts';
import { insertRow } from '../store/testing/rows.ts';
import { hashSecret } from './cookie.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { makeSigningKeys, type TestSigningKeys } from './testing/signingKeys.ts';
import { browserOf } from './testing/stepUp.ts';

type Kind =
  | 'session'
  | 'API token'
  | 'access token'
  | 'refresh token'
  | 'sign-in link'
  | 'acknowledge link'
  | 'confirm link'
  | 'invitation'
  | 'state of a sign-in'
  | 'ID token'
  | 'service-account token'
  | 'internal signature';

/** Where a credential is taken, and which kind; everything else is refused there. */
const DOORS = {
  cookie: ['session'],
  bearer: ['API token', 'access token'],
  refresh: ['refresh token'],
  'sign-in': ['sign-in link'],
  acknowledge: ['acknowledge link'],
  'confirm-recipient': ['confirm link'],
  unsubscribe: [],
  invitation: ['invitation'],
} as const satisfies Readonly<Record<string, readonly Kind[]>>;
type Door = keyof typeof DOORS;

describe('one credential for another', () => {
  let api: TestApi;
  let keys: TestSigningKeys;
  let credentials: Readonly<Record<Kind, string>>;

  before(async () => {
    keys = makeSigningKeys();
    api = await startTestApi({ KEYS_FILE: keys.keysFile });
    const begun = await api.call('POST', '/api/v1/access-tokens', {
      token: api.tokens.write,
      body: { refresh: true },
    });
    const made = JSON.parse(begun.text) as { accessToken: string; refreshToken: string };
    credentials = {
      session: await session(),
      'API token': api.tokens.read,
      'access token': made.accessToken,
      'refresh token': made.refreshToken,
      'sign-in link': await api.oneTimeToken('sign-in', null),
      'acknowledge link': await api.oneTimeToken('acknowledge', 'finding'),
      'confirm link': await api.oneTimeToken('confirm-recipient', 'channel a@b.example'),
      invitation: await invitation(),
      'state of a sign-in': randomBytes(32).toString('base64url'),
      'ID token': await foreign({ iss: 'https://accounts.google.com', email: 'a@b.example' }),
      'service-account token': await foreign({
        iss: 'https://kubernetes.default.svc',
        'kubernetes.io': { namespace: 'duckmon', serviceaccount: { name: 'scheduler' } },
      }),
      'internal signature': `kid.${randomBytes(32).toString('base64url')}`,
    };
  });

  after(async () => {
    await api.stop();
    keys.remove();
  });

  async function session(): Promise<string> {
    const answer = await api.call('POST', '/api/v1/sign-in', {
      body: { token: await api.oneTimeToken('sign-in', null) },
    });
    return /mon_sid=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '';
  }

  /** Of the address that the person who signs in here has from now on. */
  async function invitation(): Promise<string> {
    const secret = randomBytes(32).toString('base64url');
    const pool = api.db.pool('postgres');
    const { rows } = await pool.query<{ id: string }>(
      "UPDATE users SET email = 'ann@corp.example' WHERE subject = 'owner of team-a' RETURNING id",
    );
    await insertRow(pool, 'invitations', {
      workspace_id: 'team-b',
      id: newId(),
      address: 'ann@corp.example',
      role: 'viewer',
      token_hash: hashSecret(secret),
      invited_by: rows[0]?.id,
      created_at: api.time.now,
      expires_at: new Date(api.time.now.getTime() + 3_600_000),
    });
    return secret;
  }

  /** As its issuer signs it, for our audience even. */
  const foreign = (claims: Readonly<Record<string, unknown>>): Promise<string> =>
    new SignJWT({ ...claims, sub: 'somebody', aud: 'duckmon-api' })
      .setProtectedHeader({ alg: 'RS256', kid: 'first' })
      .setExpirationTime(Math.floor(api.time.now.getTime() / 1000) + 300)
      .sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

  const signedIn = async (): Promise<Record<string, string>> => {
    const { cookie, csrf } = await browserOf(api, `mon_sid=${credentials.session}`);
    return { cookie, 'x-csrf-token': csrf };
  };
  const post = async (path: string, body: unknown): Promise<number> =>
    (await api.call('POST', `/api/v1/${path}`, { body })).status;
  const offer = async (door: Door, credential: string): Promise<number> => {
    switch (door) {
      case 'cookie': {
        const headers = { cookie: `mon_sid=${credential}` };
        return (await api.call('GET', '/api/v1/me', { headers })).status;
      }
      case 'bearer':
        return (await api.call('GET', '/api/v1/me', { token: credential })).status;
      case 'refresh':
        return post('token', { grantType: 'refresh_token', refreshToken: credential });
      case 'sign-in':
      case 'acknowledge':
      case 'confirm-recipient':
        return post(door, { token: credential });
      case 'unsubscribe':
        return post(`unsubscribe?token=${encodeURIComponent(credential.slice(0, 200))}`, undefined);
      case 'invitation': {
        const headers = await signedIn();
        const body = { token: credential };
        return (await api.call('POST', '/api/v1/invitations/accept', { headers, body })).status;
      }
      default:
        return door satisfies never;
    }
  };

  for (const [door, taken] of Object.entries(DOORS) as [Door, readonly Kind[]][])
    it(`A15 is not taken at the door ${door}, which takes ${taken.join(' and ') || 'its own links'} alone`, async () => {
      const wrong: string[] = [];
      for (const [kind, credential] of Object.entries(credentials) as [Kind, string][]) {
        if (taken.includes(kind)) continue;
        const status = await offer(door, credential);
        if (![400, 401, 404].includes(status)) wrong.push(`${kind}: ${status}`);
      }
      assert.deepEqual(wrong, []);
    });

  it('A15 is used up by no door that refused it', async () => {
    const doors: readonly [Door, Kind][] = [
      ['cookie', 'session'],
      ['bearer', 'API token'],
      ['bearer', 'access token'],
      ['refresh', 'refresh token'],
      ['sign-in', 'sign-in link'],
      ['invitation', 'invitation'],
    ];
    for (const [door, kind] of doors) {
      const status = await offer(door, credentials[kind]);
      assert.ok(status === 200 || status === 204, `${kind}: ${status}`);
    }
  });
});

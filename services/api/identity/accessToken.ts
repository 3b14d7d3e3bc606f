/** Access tokens of API clients: JWTs of five minutes (RFC 9068) that are made from an API token. */
import { createPublicKey } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { currentKey } from '../../core/keyring.ts';
import type { Log } from '../../core/log.ts';
import { publicJwk, type PublicJwk } from '../../core/tokenKeys.ts';
import type { ApiConfig } from '../config.ts';
import { openSigningKeys, signingFileBeside, type SigningKey } from './signingKeys.ts';

export const ACCESS_TOKEN_SECONDS = 300;
/** Who takes these tokens: the api and nobody else. */
export const AUDIENCE = 'duckmon-api';
const TYPE = 'at+jwt';
const ALGORITHM = 'EdDSA';

/** What a token says. */
export interface Grant {
  readonly userId: string;
  readonly workspace: string;
  /** The API token that it was made from, and ends with. */
  readonly sid: string;
  /** The user's token epoch when it was made. */
  readonly epoch: number;
  /** The refresh tokens that it came by, and ends with; none for one of the API token itself. */
  readonly family?: string;
}

export interface AccessTokens {
  /** Undefined while there is no key to sign with. */
  issue(grant: Grant): Promise<string | undefined>;
  /** Undefined for a token that is no good, for whatever reason. */
  verify(token: string): Promise<Grant | undefined>;
  /** The public keys of every live key: the next is published before it is used. */
  jwks(): readonly PublicJwk[];
}

interface TokenDeps {
  readonly config: Pick<ApiConfig, 'PUBLIC_URL' | 'KEYS_FILE'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'error'>;
}

const claims = z.object({
  aud: z.literal(AUDIENCE),
  sub: z.uuid(),
  wsp: z.string(),
  sid: z.uuid(),
  epoch: z.number().int(),
  fam: z.uuid().optional(),
});

/** Signs and checks with the keys that stand beside KEYS_FILE; they are read again when they change. */
export function openAccessTokens({ config, clock, log }: TokenDeps): AccessTokens {
  const keys = openSigningKeys(signingFileBeside(config.KEYS_FILE), log);
  const issuer = new URL(config.PUBLIC_URL).origin;
  return {
    issue: async (grant) => {
      const key = currentKey(keys());
      return key && sign(key, issuer, grant, clock.now());
    },
    verify: (token) => verify(token, keys(), issuer, clock.now()),
    jwks: () => keys().map(({ kid, key }) => publicJwk(kid, key)),
  };
}

function sign(key: SigningKey, issuer: string, grant: Grant, now: Date): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const { userId, workspace: wsp, sid, epoch, family } = grant;
  const fam = family === undefined ? {} : { fam: family };
  return new SignJWT({ wsp, sid, epoch, ...fam })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.kid })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setSubject(userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
    .sign(key.key);
}

async function verify(
  token: string,
  keys: readonly SigningKey[],
  issuer: string,
  currentDate: Date,
): Promise<Grant | undefined> {
  // The key is taken by its name out of our own ring: whatever else the header names is not looked at.
  const keyOf = ({ kid }: { readonly kid?: string }) => {
    const found = keys.find((key) => key.kid === kid);
    if (!found) throw new errors.JWKSNoMatchingKey();
    return createPublicKey(found.key);
  };
  try {
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer,
      audience: AUDIENCE,
      requiredClaims: ['iat', 'exp'],
      maxTokenAge: ACCESS_TOKEN_SECONDS,
      currentDate,
    });
    const parsed = claims.safeParse(payload);
    if (!parsed.success) return undefined;
    const { sub: userId, wsp: workspace, sid, epoch, fam } = parsed.data;
    return { userId, workspace, sid, epoch, ...(fam === undefined ? {} : { family: fam }) };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

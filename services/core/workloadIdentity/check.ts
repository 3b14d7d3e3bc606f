/** Checks, offline, that a request comes from a pod that runs under the account of its caller. */
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { ServiceName } from '../contracts/ports.ts';
import type { ClusterKeys, ClusterKeysSource } from './clusterKeys.ts';
import { audienceOf } from './tokens.ts';

/** How long a token may live at the most; the volumes of the pods ask for this. */
export const TOKEN_SECONDS = 600;
/** A token that was made just now by a server whose clock goes ahead of ours. */
const SKEW_SECONDS = 30;
/** Those that an API server signs with. */
const ALGORITHMS = ['RS256', 'ES256', 'ES384', 'ES512'];
/** A few for each pod that calls; past this the memory starts over. */
const MOST_REMEMBERED = 200;

export type TokenProblem =
  | 'token_missing'
  | 'cluster_keys_unknown'
  | 'token_malformed'
  | 'token_unknown_key'
  | 'token_bad_signature'
  | 'token_wrong_issuer'
  | 'token_wrong_audience'
  | 'token_wrong_account'
  | 'token_without_pod'
  | 'token_too_long'
  | 'token_too_early'
  | 'token_expired';

/**
 * Why a request may not be taken for one of the caller; undefined when it may.
 * @param authorization the header of the request
 * @param caller by whose key the request is signed
 */
export type TokenCheck = (
  authorization: string | undefined,
  caller: string,
) => Promise<TokenProblem | undefined>;

export interface TokenCheckOptions {
  /** Who is called. */
  readonly service: ServiceName;
  readonly cluster: ClusterKeysSource;
  readonly clock: Pick<Clock, 'now'>;
}

/** What a token of a service account says. */
const claims = z.object({
  sub: z.string(),
  iat: z.number(),
  exp: z.number(),
  'kubernetes.io': z.object({
    /** Of the pod that the token is bound to; it ends with it at the API server. */
    pod: z.object({ name: z.string().min(1), uid: z.string().min(1) }).optional(),
  }),
});
type Claims = z.infer<typeof claims>;

/** The account under which a service runs, in the namespace of the platform. */
export const accountOf = (caller: string): string => `duckmon-${caller}`;

/** Remembers tokens whose signature holds, so that calls do not cost a verification each. */
export function createTokenCheck({ service, cluster, clock }: TokenCheckOptions): TokenCheck {
  const remembered = new Map<string, Claims>();
  let verifiedWith: ClusterKeys | undefined;
  return async (authorization, caller) => {
    const token = /^Bearer ([\w.-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return 'token_missing';
    const keys = cluster();
    if (keys === undefined) return 'cluster_keys_unknown';
    if (keys !== verifiedWith) remembered.clear();
    verifiedWith = keys;
    const known = remembered.get(token) ?? (await verify(token, keys, service, clock.now()));
    if (typeof known === 'string') return known;
    // the keys may be others by now
    if (keys === verifiedWith) {
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(token, known);
    }
    return judge(known, keys, caller, clock.now());
  };
}

/** What of a genuine token may still be wrong for this caller, now. */
function judge(
  { sub, iat, exp, 'kubernetes.io': { pod } }: Claims,
  { namespace }: ClusterKeys,
  caller: string,
  now: Date,
): TokenProblem | undefined {
  if (sub !== `system:serviceaccount:${namespace}:${accountOf(caller)}`)
    return 'token_wrong_account';
  if (pod === undefined) return 'token_without_pod';
  if (exp - iat > TOKEN_SECONDS) return 'token_too_long';
  return exp * 1000 <= now.getTime() ? 'token_expired' : undefined;
}

async function verify(
  token: string,
  { issuer, keys }: ClusterKeys,
  service: ServiceName,
  currentDate: Date,
): Promise<Claims | TokenProblem> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), {
      algorithms: ALGORITHMS,
      issuer,
      audience: audienceOf(service),
      requiredClaims: ['iat', 'nbf', 'exp'],
      clockTolerance: SKEW_SECONDS,
      currentDate,
    });
    const parsed = claims.safeParse(payload);
    return parsed.success ? parsed.data : 'token_malformed';
  } catch (error) {
    return problemOf(error);
  }
}

function problemOf(error: unknown): TokenProblem {
  if (error instanceof errors.JWTExpired) return 'token_expired';
  if (error instanceof errors.JWKSNoMatchingKey) return 'token_unknown_key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'token_bad_signature';
  if (error instanceof errors.JWTClaimValidationFailed) return claimProblem(error);
  if (error instanceof errors.JOSEError) return 'token_malformed';
  throw error;
}

function claimProblem({ claim, reason }: errors.JWTClaimValidationFailed): TokenProblem {
  if (reason !== 'check_failed') return 'token_malformed';
  if (claim === 'iss') return 'token_wrong_issuer';
  if (claim === 'aud') return 'token_wrong_audience';
  return claim === 'nbf' ? 'token_too_early' : 'token_malformed';
}

/** Why a sign-in did not come about: one code each, for the log, the metric and the audit. */
import * as oidc from 'openid-client';
import { egressErrorOf } from '../../core/egress/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';

export type Reason =
  /** No pre-login cookie of ours that fits, or it was used before, or it is too old. */
  | 'state_invalid'
  /** The person said no at the provider. */
  | 'cancelled'
  | 'provider_refused'
  | 'provider_down'
  /** The provider does not know our client id and secret. */
  | 'client_rejected'
  | 'code_rejected'
  | 'answer_invalid'
  | 'id_token_alg'
  | 'id_token_key'
  | 'id_token_signature'
  | 'id_token_iss'
  | 'id_token_aud'
  | 'id_token_azp'
  | 'id_token_exp'
  | 'id_token_iat'
  | 'id_token_nonce'
  | 'id_token_claims'
  | 'email_unverified'
  | 'domain_missing'
  | 'not_allowed'
  | 'user_disabled';

/** A sign-in that was refused for a reason. */
export class SignInError extends Error {
  readonly reason: Reason;
  constructor(reason: Reason, cause?: unknown) {
    super(`sign-in refused: ${reason}`, { cause });
    this.name = 'SignInError';
    this.reason = reason;
  }
}

/** What the dashboard shows. */
export type ProblemPage = 'expired' | 'cancelled' | 'refused' | 'disabled' | 'failed' | 'down';

export interface Answer {
  readonly code: ErrorCode;
  readonly page: ProblemPage;
  readonly message: string;
}

/** How a refusal is answered. Nothing of the reason is told but what the person can act on. */
export function answerTo(reason: Reason): Answer {
  switch (reason) {
    case 'state_invalid':
      return answer('invalid', 'expired', 'This sign-in was not begun here, or it took too long');
    case 'cancelled':
      return answer('unauthorized', 'cancelled', 'The sign-in was cancelled');
    case 'provider_down':
      return answer('unavailable', 'down', 'The sign-in provider is not responding');
    case 'email_unverified':
    case 'domain_missing':
    case 'not_allowed':
      return answer('forbidden', 'refused', 'This account may not sign in here');
    case 'user_disabled':
      return answer('forbidden', 'disabled', 'This account is disabled here');
    case 'provider_refused':
    case 'client_rejected':
    case 'code_rejected':
    case 'answer_invalid':
    case 'id_token_alg':
    case 'id_token_key':
    case 'id_token_signature':
    case 'id_token_iss':
    case 'id_token_aud':
    case 'id_token_azp':
    case 'id_token_exp':
    case 'id_token_iat':
    case 'id_token_nonce':
    case 'id_token_claims':
      return answer('unauthorized', 'failed', 'The sign-in failed');
    default:
      return reason satisfies never;
  }
}

const answer = (code: ErrorCode, page: ProblemPage, message: string): Answer => ({
  code,
  page,
  message,
});

const TO_ALLOW = 'add the domain or address to SIGN_IN_ALLOW when this person should come in';
const TO_SET_CLOCK = 'check the clock of this machine';

const NEXT_STEPS: Readonly<Partial<Record<Reason, string>>> = {
  client_rejected: 'check GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET',
  provider_refused:
    'check that the redirect URI of the client at the provider is PUBLIC_URL/api/v1/auth/callback',
  provider_down: 'check OIDC_ISSUER, and that the egress proxy reaches it',
  id_token_exp: TO_SET_CLOCK,
  id_token_iat: TO_SET_CLOCK,
  email_unverified: 'the provider must send email and email_verified: true',
  domain_missing: TO_ALLOW,
  not_allowed: TO_ALLOW,
};

/** What the operator of the installation does next; undefined when there is nothing to do. */
export const nextStepOf = (reason: Reason): string | undefined => NEXT_STEPS[reason];

const CLAIM_REASONS: Readonly<Record<string, Reason>> = {
  iss: 'id_token_iss',
  aud: 'id_token_aud',
  azp: 'id_token_azp',
  nonce: 'id_token_nonce',
  exp: 'id_token_exp',
};

/** The reason behind what the client of the provider has thrown. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof SignInError) return error.reason;
  if (error instanceof oidc.AuthorizationResponseError)
    return error.error === 'access_denied' ? 'cancelled' : 'provider_refused';
  if (error instanceof oidc.ResponseBodyError) return ofTokenEndpoint(error);
  if (egressErrorOf(error) !== undefined || isAway(error)) return 'provider_down';
  return error instanceof oidc.ClientError ? ofClient(error) : 'answer_invalid';
}

function ofTokenEndpoint({ error, status }: oidc.ResponseBodyError): Reason {
  if (status >= 500) return 'provider_down';
  return error === 'invalid_client' || error === 'unauthorized_client'
    ? 'client_rejected'
    : 'code_rejected';
}

/** Nothing came, or nothing that is an answer of a provider. */
function isAway(error: unknown): boolean {
  if (error instanceof DOMException || error instanceof TypeError) return true;
  if (!(error instanceof oidc.ClientError)) return false;
  return (
    error.code === 'OAUTH_TIMEOUT' ||
    error.code === 'OAUTH_ABORT' ||
    (error.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' && statusOf(error.cause) >= 500)
  );
}

const statusOf = (answer: unknown): number =>
  typeof answer === 'object' && answer !== null && 'status' in answer ? Number(answer.status) : 0;

function ofClient({ code, cause }: oidc.ClientError): Reason {
  const detail = detailOf(cause);
  switch (code ?? '') {
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return CLAIM_REASONS[String(detail['claim'])] ?? 'id_token_claims';
    case 'OAUTH_KEY_SELECTION_FAILED':
      return 'id_token_key';
    case 'OAUTH_INVALID_RESPONSE':
      if ('signature' in detail) return 'id_token_signature';
      if ('header' in detail) return 'id_token_alg';
      return 'claims' in detail ? 'id_token_claims' : 'answer_invalid';
    default:
      return 'answer_invalid';
  }
}

/** What the library says about the token, two causes down. */
function detailOf(cause: unknown): Readonly<Record<string, unknown>> {
  const inner = cause instanceof Error ? cause.cause : undefined;
  return typeof inner === 'object' && inner !== null ? { ...inner } : {};
}

/** One sign-in that is under way. All that it needs is derived from the secret in its cookie. Pure. */
import { createHmac } from 'node:crypto';

export const FLOW_MS = 10 * 60_000;

export interface Flow {
  /** Comes back in the callback: ties it to this browser. */
  readonly state: string;
  /** Comes back in the ID token: ties it to this sign-in. */
  readonly nonce: string;
  /** PKCE: shows that we are who began. */
  readonly verifier: string;
}

/** What is derived cannot be told from random without the secret, which only the cookie has. */
export const flowOf = (secret: string): Flow => {
  const derive = (purpose: string): string =>
    createHmac('sha256', secret).update(`login ${purpose}`).digest('base64url');
  return { state: derive('state'), nonce: derive('nonce'), verifier: derive('verifier') };
};

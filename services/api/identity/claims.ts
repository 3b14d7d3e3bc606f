/** From the claims of a verified ID token to a person, or to the reason why not. Pure. */
import type { Identity } from '../../store/identity.ts';
import { admission, canonicalAddress, type AllowList } from './allow.ts';
import type { Reason } from './reasons.ts';

export type Claims = Readonly<Record<string, unknown>>;

export type Person =
  | { readonly kind: 'person'; readonly identity: Identity }
  | { readonly kind: 'refused'; readonly reason: Reason };

/** How far the provider's clock may be ahead of ours. */
export const CLOCK_TOLERANCE_S = 30;

/**
 * Issuer, audience, times and signature were checked by the client of the provider; the rest is here.
 * The identity is (iss, sub): an address says who may come in, never who it is.
 */
export function personOf(claims: Claims, allow: AllowList, now: Date): Person {
  const { iss, sub, iat, email, email_verified: verified, hd, name } = claims;
  if (typeof iat !== 'number' || iat > now.getTime() / 1000 + CLOCK_TOLERANCE_S)
    return refused('id_token_iat');
  if (typeof iss !== 'string' || typeof sub !== 'string' || sub === '' || sub.length > 255)
    return refused('id_token_claims');
  const address = typeof email === 'string' ? canonicalAddress(email) : undefined;
  // The string "true" is no verification: some providers let people write their own claims.
  if (address === undefined || verified !== true) return refused('email_unverified');
  const admitted = admission(allow, { email: address, hostedDomain: hd });
  if (admitted !== 'allowed') return refused(admitted);
  const displayName = nameOf(name) ?? address;
  return { kind: 'person', identity: { issuer: iss, subject: sub, email: address, displayName } };
}

const refused = (reason: Reason): Person => ({ kind: 'refused', reason });

function nameOf(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const text = name.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').trim();
  return text === '' ? undefined : text.slice(0, 100);
}

/** Reads and verifies the credential of a proxy request. */
import { PROXY_USER, verifyCredential, type EgressGrant } from '../core/egress/credential.ts';
import type { KeySource, ServiceKeyFile } from '../core/serviceKeys.ts';
import type { Clock } from '../core/clock.ts';
import { Refusal } from './refusal.ts';

const REMEMBERED = 1000;

/** Verifies the value of `Proxy-Authorization`. @throws Refusal */
export type Authenticate = (header: string | undefined) => EgressGrant;

/**
 * One signature covers all requests of a check, so the last verified ones are remembered, until the
 * keys change; their expiry is looked at each time.
 */
export function createAuthenticate(keys: KeySource, clock: Clock): Authenticate {
  const verified = new Map<string, EgressGrant>();
  let underKeys: ServiceKeyFile | undefined;
  return (header) => {
    if (header === undefined || header === '') throw new Refusal('credential_missing');
    if (underKeys !== keys()) {
      verified.clear();
      underKeys = keys();
    }
    const credential = credentialOf(header);
    const now = clock.now();
    const known = verified.get(credential);
    if (known && known.expires > now.getTime()) return known;
    const grant = verifyCredential(keys, credential, now);
    if (!grant) throw new Refusal('credential_invalid');
    if (verified.size >= REMEMBERED) verified.clear();
    verified.set(credential, grant);
    return grant;
  };
}

function credentialOf(header: string): string {
  const encoded = /^Basic ([\w+/=-]+)$/i.exec(header)?.[1] ?? '';
  const text = Buffer.from(encoded, 'base64').toString('latin1');
  return text.startsWith(`${PROXY_USER}:`) ? text.slice(PROXY_USER.length + 1) : '';
}

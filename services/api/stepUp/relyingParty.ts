/** For whom passkeys are made: the host name that people type. */
import { isIP } from 'node:net';
import type { ApiConfig } from '../config.ts';

export type RelyingParty =
  | { readonly kind: 'ready'; readonly id: string; readonly origins: readonly string[] }
  | { readonly kind: 'impossible'; readonly why: string };

/** Decided by PUBLIC_URL; browsers make passkeys for names only, and only over https or on localhost. */
export function relyingPartyOf({
  PUBLIC_URL,
  ALLOWED_ORIGINS,
}: Pick<ApiConfig, 'PUBLIC_URL' | 'ALLOWED_ORIGINS'>): RelyingParty {
  const { hostname, origin, protocol } = new URL(PUBLIC_URL);
  if (isIP(hostname.replaceAll(/[[\]]/g, '')) !== 0)
    return impossible(
      `Passkeys belong to a name, and duckmon is reached by the address ${hostname} here. Set PUBLIC_URL to a name, such as http://localhost:3000 on one's own machine.`,
    );
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (protocol !== 'https:' && !isLocal)
    return impossible(
      `Browsers make passkeys over https only, and duckmon is reached by ${origin}. Set PUBLIC_URL to an https address.`,
    );
  const others = ALLOWED_ORIGINS.filter((other) => URL.parse(other)?.hostname === hostname);
  return { kind: 'ready', id: hostname, origins: [origin, ...others] };
}

const impossible = (why: string): RelyingParty => ({ kind: 'impossible', why });

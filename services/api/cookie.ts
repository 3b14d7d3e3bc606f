/** The session cookie and the token against cross-site requests that belongs to it. */
import { createHash, createHmac } from 'node:crypto';
import { sameText } from '../core/internal/signature.ts';

export const CSRF_HEADER = 'x-csrf-token';

/** `__Host-` needs Secure; plain http is only for loopback. */
export const cookieName = (publicUrl: string): string =>
  publicUrl.startsWith('https:') ? '__Host-mon_sid' : 'mon_sid';

/** The value of a Set-Cookie header; `maxAgeSeconds` 0 ends the session in the browser. */
export function sessionCookie(publicUrl: string, id: string, maxAgeSeconds: number): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  return `${cookieName(publicUrl)}=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure}`;
}

/** The session id in a Cookie header, or undefined. */
export function readSessionId(publicUrl: string, header: string | undefined): string | undefined {
  const prefix = `${cookieName(publicUrl)}=`;
  const values = (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length));
  // Two cookies of one name: somebody planted one; take none.
  return values.length === 1 && /^[\w-]{43}$/.test(values[0] ?? '') ? values[0] : undefined;
}

/** Derived from the session id, which no script can read. */
export const csrfToken = (sessionId: string): string =>
  createHmac('sha256', sessionId).update('csrf').digest('base64url');

export const isCsrfToken = (sessionId: string, given: string | undefined): boolean =>
  given !== undefined && sameText(csrfToken(sessionId), given);

/** What is stored of a bearer secret. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

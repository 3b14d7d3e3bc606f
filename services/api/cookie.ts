/** The cookies of sessions and sign-ins, and the token against cross-site requests. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { sameText } from '../core/internal/signature.ts';

export const CSRF_HEADER = 'x-csrf-token';

/** `__Host-` needs Secure; plain http is only for loopback. */
const nameOf = (publicUrl: string, name: string): string =>
  publicUrl.startsWith('https:') ? `__Host-${name}` : name;

const SESSION = 'mon_sid';
/** Of a sign-in that is under way. */
const LOGIN = 'mon_login';

/** The value of a Set-Cookie header. */
function cookie(publicUrl: string, name: string, value: string, maxAgeSeconds: number): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  return `${nameOf(publicUrl, name)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure}`;
}

/** A Set-Cookie header; `maxAgeSeconds` 0 ends the session in the browser. */
export const sessionCookie = (publicUrl: string, id: string, maxAgeSeconds: number): string =>
  cookie(publicUrl, SESSION, id, maxAgeSeconds);

/** A Set-Cookie header; `maxAgeSeconds` 0 ends the sign-in. */
export const loginCookie = (publicUrl: string, secret: string, maxAgeSeconds: number): string =>
  cookie(publicUrl, LOGIN, secret, maxAgeSeconds);

/** The session id in a Cookie header, or undefined. */
export const readSessionId = (publicUrl: string, header: string | undefined): string | undefined =>
  read(nameOf(publicUrl, SESSION), header);

/** The secret of the sign-in that is under way, or undefined. */
export const readLogin = (publicUrl: string, header: string | undefined): string | undefined =>
  read(nameOf(publicUrl, LOGIN), header);

function read(name: string, header: string | undefined): string | undefined {
  const prefix = `${name}=`;
  const values = (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length));
  // Two cookies of one name: somebody planted one; take none.
  return values.length === 1 && /^[\w-]{43}$/.test(values[0] ?? '') ? values[0] : undefined;
}

/** 256 random bits, as the values of these cookies. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Derived from the session id, which no script can read. */
export const csrfToken = (sessionId: string): string =>
  createHmac('sha256', sessionId).update('csrf').digest('base64url');

export const isCsrfToken = (sessionId: string, given: string | undefined): boolean =>
  given !== undefined && sameText(csrfToken(sessionId), given);

/** What is stored of a bearer secret. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

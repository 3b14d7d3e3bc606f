/** Decides where a redirect leads, and whether it is followed. */
import { FetchFailure } from '../failure.ts';

export interface Hop {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'HEAD';
  /** Whether the hop is of the origin that the monitor names. */
  readonly own: boolean;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * The first hop of a fetch.
 * @throws FetchFailure `addressForbidden` when the URL is not http or https, or holds credentials.
 */
export function firstHop(address: string, method: Hop['method']): Hop {
  const url = URL.parse(address);
  if (!url || !isWeb(url))
    throw new FetchFailure('addressForbidden', 'The URL must begin with http:// or https://.');
  if (url.username !== '' || url.password !== '')
    throw new FetchFailure(
      'addressForbidden',
      'The URL must not hold a user name or password; use a header instead.',
    );
  return { url, method, own: true };
}

/**
 * The hop after an answer; undefined when the answer is no redirect.
 * @throws FetchFailure `redirectForbidden` when it leaves http and https, or would carry a body to
 * another origin.
 */
export function nextHop(
  hop: Hop,
  status: number,
  location: string | undefined,
  firstOrigin: string,
): Hop | undefined {
  if (!REDIRECTS.has(status) || location === undefined || location === '') return undefined;
  const url = URL.parse(location, hop.url);
  if (!url || !isWeb(url) || url.username !== '' || url.password !== '')
    throw new FetchFailure(
      'redirectForbidden',
      'The page redirects to an address that is not a plain http or https URL.',
    );
  if (url.hash === '') url.hash = hop.url.hash;
  const method = methodAfter(hop.method, status);
  const own = url.origin === firstOrigin;
  if (method === 'POST' && !own)
    throw new FetchFailure(
      'redirectForbidden',
      'The page redirects the request with its body to another site, which is not followed.',
    );
  return { url, method, own };
}

const isWeb = (url: URL): boolean => url.protocol === 'http:' || url.protocol === 'https:';

/** RFC 9110 15.4: 303 makes a GET of all but HEAD; 301 and 302 do so with POST by custom. */
function methodAfter(method: Hop['method'], status: number): Hop['method'] {
  if (method === 'HEAD') return 'HEAD';
  return status === 307 || status === 308 ? method : 'GET';
}

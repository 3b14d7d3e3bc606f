/** What Chromium's network errors mean for a monitor's owner. */
import { EGRESS_ERROR_HEADER, refusalOf } from '../../core/egress/errors.ts';
import { FetchFailure } from '../failure.ts';
import { failureOf } from '../http/failures.ts';
import { ProtocolError } from './connection.ts';
import type { MainDocument } from './traffic.ts';

/** Only the proxy's own answer tells what happened: the HTTP path is asked for it. */
export const needsProbe = (errorText: string): boolean =>
  /ERR_(TUNNEL_CONNECTION_FAILED|FAILED|ABORTED|EMPTY_RESPONSE)$/.test(errorText);

/** The typed failure of a navigation's error text, such as `net::ERR_CONNECTION_RESET`. */
export function failureOfNavigation(errorText: string): FetchFailure {
  const code = errorText.replace(/^net::/, '');
  if (/^ERR_(CERT_|SSL_|BAD_SSL|TLS)/.test(code))
    return new FetchFailure('tls', `The secure connection to the page failed (${code}).`);
  switch (code) {
    case 'ERR_TOO_MANY_REDIRECTS':
      return new FetchFailure('tooManyRedirects', 'The page redirects without end.');
    case 'ERR_UNSAFE_REDIRECT':
    case 'ERR_UNKNOWN_URL_SCHEME':
    case 'ERR_INVALID_REDIRECT':
    case 'ERR_BLOCKED_BY_CLIENT':
      return new FetchFailure(
        'redirectForbidden',
        'The page redirects to an address that is not a plain http or https URL.',
      );
    case 'ERR_TIMED_OUT':
    case 'ERR_CONNECTION_TIMED_OUT':
      return new FetchFailure('timeout', 'The server did not answer in time.');
    case 'ERR_CONTENT_DECODING_FAILED':
    case 'ERR_INVALID_HTTP_RESPONSE':
      return new FetchFailure('decodeFailed', "The page's data is broken.");
    case 'ERR_PROXY_CONNECTION_FAILED':
    case 'ERR_PROXY_AUTH_UNSUPPORTED':
    case 'ERR_PROXY_AUTH_REQUESTED':
      return new FetchFailure('internal', 'The egress proxy cannot be reached.');
    default:
      return new FetchFailure('connectionReset', `The page could not be loaded (${code}).`);
  }
}

/** Throws when an answer to plain HTTP came from the proxy and not from the page. */
export function refuseProxyAnswer({ status, headers }: MainDocument): void {
  const named = headers[EGRESS_ERROR_HEADER];
  if (named !== undefined || status === 407) throw failureOf(refusalOf(status, named));
}

/** The failure of a page whose process died. */
export const crashFailure = (why: 'memory' | 'crash'): FetchFailure =>
  why === 'memory'
    ? new FetchFailure('outOfMemory', 'The page needs more memory than one page may have.')
    : new FetchFailure('browserCrashed', 'The browser crashed while it showed the page.');

/** What a visit failed with: the reason of its end counts more than what that end brought about. */
export function failureOfVisit(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ProtocolError)
    return error.closed
      ? crashFailure('crash')
      : new FetchFailure('internal', 'The browser could not read the page.', { cause: error });
  return error;
}

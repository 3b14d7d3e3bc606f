/** Headers of requests and answers: what is sent, and what an answer says in them. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FetchRequest } from '../../core/contracts/browser.ts';

/** How the HTTP path names itself when the monitor sets no user agent. */
export const DEFAULT_USER_AGENT = 'Mozilla/5.0 (compatible; duckmon/0.1)';

/** Headers that belong to the connection; a monitor cannot set them. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a monitor may set a header of this name. */
export const isSettable = (name: string): boolean => {
  const lower = name.toLowerCase();
  return !CONNECTION_HEADERS.has(lower) && !lower.startsWith('proxy-');
};

/** The headers that a monitor sets, without those that it may not; names in lower case. */
export function monitorHeaders(source: FetchRequest['source']): Record<string, string> {
  const given = source.http?.headers ?? [];
  return Object.fromEntries(
    given
      .filter(({ name }) => isSettable(name))
      .map(({ name, value }) => [name.toLowerCase(), value]),
  );
}

/**
 * The headers of one hop.
 * @param own whether the hop goes to the origin of the monitor's URL; headers that the monitor sets
 * may be secrets and are sent nowhere else.
 */
export function hopHeaders(
  { source, validators }: FetchRequest,
  own: boolean,
): Record<string, string> {
  return {
    accept:
      'text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.8',
    'accept-language': `${source.locale},*;q=0.5`,
    'accept-encoding': 'gzip, deflate, br, zstd',
    'user-agent': source.userAgent ?? DEFAULT_USER_AGENT,
    ...(validators?.etag === undefined ? {} : { 'if-none-match': validators.etag }),
    ...(validators?.lastModified === undefined
      ? {}
      : { 'if-modified-since': validators.lastModified }),
    ...(own ? monitorHeaders(source) : {}),
  };
}

/** One header's value; several are joined as HTTP joins them. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

const DAY_SECONDS = 86_400;

/** Seconds that `Retry-After` asks for, at most a day; undefined when absent or not readable. */
export function retryAfterSeconds(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\s*\d+\s*$/.test(value)
    ? Number(value)
    : Math.ceil((Date.parse(value) - now.getTime()) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), DAY_SECONDS) : undefined;
}

/** Whether an answer asks to be saved as a file instead of being shown. */
export const isAttachment = (headers: IncomingHttpHeaders): boolean =>
  /^\s*attachment\b/i.test(headerOf(headers, 'content-disposition') ?? '');

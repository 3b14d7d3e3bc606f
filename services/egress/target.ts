/** Reads where a proxy request wants to go, strictly. */
import { Refusal } from './refusal.ts';

/** A name or address (lower case, IPv6 without brackets, no dot at the end) and a port. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** What an absolute-form request asks of its target. */
export interface ForwardTarget extends Target {
  /** Path and query, as sent on. */
  readonly path: string;
  /** Value of the Host header. */
  readonly authority: string;
}

const AUTHORITY = /^(\[[0-9a-f:.]+\]|[^\s[\]:@/\\?#%]+):(\d{1,5})$/i;

/**
 * Reads the authority of a CONNECT request: `host:port`, IPv6 in brackets.
 * @throws Refusal `malformed`
 */
export function parseAuthority(text: string): Target {
  const [, host = '', digits = ''] = AUTHORITY.exec(text) ?? [];
  const port = Number(digits);
  if (host === '' || port < 1 || port > 65_535) throw new Refusal('malformed', 'authority');
  return { host: canonicalHost(host), port };
}

/**
 * Reads an absolute-form request target (`http://host/path`), which must agree with the Host header.
 * @throws Refusal `malformed`
 */
export function parseAbsolute(text: string, hostHeader: string | undefined): ForwardTarget {
  if (!/^http:\/\/[^/\\?#@%\s]+(?:[/?]|$)/i.test(text) || !URL.canParse(text))
    throw new Refusal('malformed', 'absolute form');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw new Refusal('malformed', 'userinfo');
  if (hostHeader === undefined || !isSameAuthority(url, hostHeader))
    throw new Refusal('malformed', 'Host differs from the request target');
  return {
    host: canonicalHost(url.hostname),
    port: Number(url.port || 80),
    path: url.pathname + url.search,
    authority: url.host,
  };
}

function isSameAuthority(url: URL, hostHeader: string): boolean {
  if (/[\s,/\\?#@]/.test(hostHeader) || !URL.canParse(`http://${hostHeader}/`)) return false;
  return new URL(`http://${hostHeader}/`).host === url.host;
}

const canonicalHost = (host: string): string =>
  host
    .toLowerCase()
    .replaceAll(/^\[|\]$/g, '')
    .replace(/\.$/, '');

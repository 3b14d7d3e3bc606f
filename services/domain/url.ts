/** Reads the URL of a watched page once, strictly, so that no later layer reads it differently. */
import { classifyAddress, type AddressPolicy } from './address.ts';
import { parseIp } from './cidr.ts';

export type Target =
  | { readonly ok: true; readonly url: string; readonly host: string; readonly port: number }
  | { readonly ok: false; readonly why: string };

export interface TargetOptions {
  /** Host names that may be named although they look internal; compared without case. */
  readonly allowHosts?: readonly string[] | undefined;
  /** With it, an IP address in the URL is classified at once; otherwise only when it is dialled. */
  readonly addresses?: Omit<AddressPolicy, 'port'> | undefined;
}

const MAX_LENGTH = 2048;

/** Names that resolve inside a cluster, a machine or an office, never on the Internet. */
const internalSuffixes = [
  'svc',
  'internal',
  'local',
  'localhost',
  'localdomain',
  'lan',
  'home',
  'corp',
  'intranet',
  'private',
  'home.arpa',
  'in-addr.arpa',
  'ip6.arpa',
  'onion',
  'alt',
] as const;

/**
 * One WHATWG parse; http and https only, no credentials, no host that is internal by its name.
 * Spellings that other parsers read differently are refused instead of repaired.
 * @returns the canonical URL without its fragment, the host (IPv6 without brackets) and the port
 */
export function parseTarget(text: string, options: TargetOptions = {}): Target {
  const spelling = checkSpelling(text);
  if (spelling) return refuse(spelling);
  if (!URL.canParse(text))
    return refuse('This is not a valid URL; write it as https://example.com/page.');
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const why = checkHost(host, port, authorityOf(text), options);
  if (why) return refuse(why);
  url.hash = '';
  return { ok: true, url: url.href, host, port };
}

function checkSpelling(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return `The URL is longer than ${MAX_LENGTH} characters.`;
  if (/[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\\]/u.test(text))
    return 'The URL contains a space, a backslash or an invisible character; encode it as %20 or the like.';
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'The URL must begin with http:// or https://.';
  if (scheme !== 'http' && scheme !== 'https')
    return `The scheme "${scheme}:" is not allowed; only http: and https: pages can be watched.`;
  if (!/^https?:\/\/[^/?#]/i.test(text)) return 'The URL has no host after http:// or https://.';
  const authority = authorityOf(text);
  if (authority.includes('@'))
    return 'The URL contains a user name or password; remove the part before "@".';
  if (authority.includes('%')) return 'The host of the URL is percent-encoded; write it plainly.';
  return undefined;
}

function checkHost(host: string, port: number, authority: string, options: TargetOptions) {
  if (port === 0) return 'Port 0 cannot be connected to.';
  if (parseIp(host)) return checkAddress(host, port, authority, options);
  if (options.allowHosts?.some((allowed) => allowed.toLowerCase() === host)) return undefined;
  if (!host.includes('.'))
    return `"${host}" is a single-label host name; only full public names can be watched.`;
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(host)) return `"${host}" is not a valid host name.`;
  const suffix = internalSuffixes.find((name) => host.endsWith(`.${name}`));
  // kubernetes also answers to <service>.<namespace>.svc.<any cluster domain>
  if (suffix ?? (host.includes('.svc.') || /^kubernetes\.default(?:\.|$)/.test(host)))
    return `"${host}" is an internal host name; only public names can be watched.`;
  return undefined;
}

function checkAddress(host: string, port: number, authority: string, options: TargetOptions) {
  const written = authority.replace(/:\d*$/, '').replace(/^\[|\]$/g, '');
  if (!parseIp(written))
    return `The address ${host} is written in an unusual form; write it as ${host}.`;
  if (!options.addresses) return undefined;
  const verdict = classifyAddress(host, { ...options.addresses, port });
  return verdict.allowed ? undefined : `The address ${host} cannot be watched: ${verdict.why}.`;
}

const authorityOf = (text: string): string => /^https?:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '';

const refuse = (why: string): Target => ({ ok: false, why });

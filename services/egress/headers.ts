/** Which headers of a forwarded message pass, and which messages are ambiguous. */
import type { IncomingMessage } from 'node:http';
import { EGRESS_ERROR_HEADER, EGRESS_MARK_HEADER } from '../core/egress/errors.ts';
import { HOP_BY_HOP, namedByConnection } from '../core/http/hopByHop.ts';
import { Refusal } from './refusal.ts';

/** Headers between services of ours, which no target may see or forge. */
const isOurs = (name: string): boolean =>
  name === EGRESS_ERROR_HEADER || name === EGRESS_MARK_HEADER || name.startsWith('x-internal-');

/** The raw headers that pass, flat: name, value, name, value. */
export function passedHeaders({ rawHeaders, headers }: IncomingMessage): string[] {
  const named = namedByConnection(headers.connection);
  return pick(rawHeaders, (name) => !HOP_BY_HOP.has(name) && !isOurs(name) && !named.has(name));
}

/** Request headers that pass, with the Host of the target and a body framing of our own. */
export function requestHeaders(request: IncomingMessage, authority: string): string[] {
  const passed = pick(passedHeaders(request), (name) => name !== 'host');
  return ['Host', authority, ...passed, ...framingOf(request)];
}

/** A body of unknown length goes on as chunks, no body as a length of 0 where one is expected. */
function framingOf({ headers, method }: IncomingMessage): string[] {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
  if (headers['content-length'] !== undefined || method === 'GET' || method === 'HEAD') return [];
  return ['Content-Length', '0'];
}

/**
 * Refuses messages that two parsers could cut at different places.
 * @throws Refusal `malformed`
 */
export function refuseAmbiguous({ rawHeaders, headers, httpVersion }: IncomingMessage): void {
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined && headers['content-length'] !== undefined)
    throw new Refusal('malformed', 'Content-Length with Transfer-Encoding');
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'chunked')
    throw new Refusal('malformed', 'Transfer-Encoding');
  if (encoding !== undefined && httpVersion !== '1.1')
    throw new Refusal('malformed', 'Transfer-Encoding in HTTP/1.0');
  refuseRepeated(rawHeaders);
}

/** Headers by which two parsers may disagree when there are several. */
const SINGLE = new Set(['host', 'content-length', 'transfer-encoding', 'proxy-authorization']);

function refuseRepeated(raw: readonly string[]): void {
  const seen = new Set<string>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]?.toLowerCase() ?? '';
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) throw new Refusal('malformed', `two ${name} headers`);
    seen.add(name);
  }
}

/** The headers whose name, in lower case, is wanted. */
function pick(raw: readonly string[], isWanted: (name: string) => boolean): string[] {
  const picked: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]];
    if (isWanted(name.toLowerCase())) picked.push(name, value);
  }
  return picked;
}

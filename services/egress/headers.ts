/** Which headers of a forwarded message pass, and which messages are ambiguous. */
import type { IncomingMessage } from 'node:http';
import { EGRESS_ERROR_HEADER } from '../core/egress/errors.ts';
import { HOP_BY_HOP, namedByConnection } from '../core/http/hopByHop.ts';
import { Refusal } from './refusal.ts';

/** Headers between services of ours, which no target may see or forge. */
const isOurs = (name: string): boolean =>
  name === EGRESS_ERROR_HEADER || name.startsWith('x-internal-');

/** The raw headers that pass, flat: name, value, name, value. */
export function passedHeaders({ rawHeaders, headers }: IncomingMessage): string[] {
  const named = namedByConnection(headers.connection);
  return pairsOf(rawHeaders)
    .filter(([name]) => !HOP_BY_HOP.has(name) && !isOurs(name) && !named.has(name))
    .flatMap(([, original, value]) => [original, value]);
}

/** Request headers that pass, with the Host of the target and a body framing of our own. */
export function requestHeaders(request: IncomingMessage, authority: string): string[] {
  const passed = pairsOf(passedHeaders(request)).filter(([name]) => name !== 'host');
  return [
    'Host',
    authority,
    ...passed.flatMap(([, original, value]) => [original, value]),
    ...framingOf(request),
  ];
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
  const counts = Map.groupBy(pairsOf(rawHeaders), ([name]) => name);
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined && headers['content-length'] !== undefined)
    throw new Refusal('malformed', 'Content-Length with Transfer-Encoding');
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'chunked')
    throw new Refusal('malformed', 'Transfer-Encoding');
  if (encoding !== undefined && httpVersion !== '1.1')
    throw new Refusal('malformed', 'Transfer-Encoding in HTTP/1.0');
  for (const name of ['host', 'content-length', 'transfer-encoding', 'proxy-authorization'])
    if ((counts.get(name)?.length ?? 0) > 1) throw new Refusal('malformed', `two ${name} headers`);
}

function pairsOf(raw: readonly string[]): [name: string, original: string, value: string][] {
  return Array.from({ length: raw.length / 2 }, (_, at) => {
    const original = raw[at * 2] ?? '';
    return [original.toLowerCase(), original, raw[at * 2 + 1] ?? ''];
  });
}

/** A `fetch` whose answers are read whole, inside the caller's deadline and below a size. */

/** What the egress transport offers; undici's and the standard types differ only in name. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** The answer was longer than allowed; it is not read further. */
export class BodyTooLarge extends Error {
  constructor() {
    super('The answer is too large');
    this.name = 'BodyTooLarge';
  }
}

/** How far a successful answer has come; null before its headers. */
export interface Progress {
  bytes: number | null;
}

/**
 * Reads each answer to its end while the request's signal still counts, so that a server that
 * trickles its answer cannot outlast the deadline.
 * @param maxBytes of the decoded body
 * @param progress is kept up to date, for what a provider charges although its answer was lost
 */
export function boundedFetch(
  fetch: Fetch,
  maxBytes: number,
  progress: Progress,
): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(addressOf(input), { ...init, redirect: 'manual' });
    const body = await readBody(response, maxBytes, progress);
    const empty = [204, 205, 304].includes(response.status);
    const headers = new Headers([...response.headers]);
    headers.delete('content-encoding');
    headers.delete('content-length');
    return new Response(empty ? null : body, { status: response.status, headers });
  };
}

const addressOf = (input: string | URL | Request): string =>
  typeof input === 'string' ? input : 'url' in input ? input.url : input.href;

async function readBody(
  response: Response,
  maxBytes: number,
  progress: Progress,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.ok) progress.bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (response.ok) progress.bytes = bytes;
    if (bytes > maxBytes) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

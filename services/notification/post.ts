/** One HTTP POST through the egress, which knows whether its request had been sent when it failed. */
import type { Socket } from 'node:net';
import { callbackify, promisify } from 'node:util';
import { Client, buildConnector } from 'undici';
import type { EgressTransport } from '../core/egress/transport.ts';

export type PostOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter: string | undefined;
      /** The beginning of the body, at most `MAX_BODY` bytes. */
      readonly body: string;
    }
  | { readonly kind: 'notSent'; readonly error: unknown }
  /** The request was handed over whole and no answer came. */
  | { readonly kind: 'unanswered'; readonly error: unknown };

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** More of an answer is never read. */
const MAX_BODY = 8 * 1024;

/** Sends once; redirects are not followed, connections not kept. */
export async function post(
  transport: Pick<EgressTransport, 'connect'>,
  { url, headers, body, signal }: Post,
): Promise<PostOutcome> {
  const client = new Client(url.origin, {
    connect: connectThrough(transport, signal),
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const bytes = Buffer.from(body);
  let sent = false;
  async function* once(): AsyncGenerator<Buffer> {
    yield bytes;
    // asked for more only after the bytes were taken
    sent = true;
  }
  try {
    const answer = await client.request({
      method: 'POST',
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, 'content-length': String(bytes.length) },
      body: once() as never,
      signal,
    });
    const after = answer.headers['retry-after'];
    return {
      kind: 'answered',
      status: answer.statusCode,
      retryAfter: Array.isArray(after) ? after[0] : after,
      body: await readBeginning(answer.body),
    };
  } catch (error) {
    return { kind: sent ? 'unanswered' : 'notSent', error };
  } finally {
    client.destroy(new Error('The delivery has ended'), () => {});
  }
}

/** TCP by the egress; TLS on top of it, with the receiver's own certificate. */
function connectThrough(
  transport: Pick<EgressTransport, 'connect'>,
  signal: AbortSignal,
): buildConnector.connector {
  const upgrade = promisify(buildConnector({ allowH2: false }));
  const open = async (options: buildConnector.Options): Promise<Socket> => {
    const isTls = options.protocol === 'https:';
    const host = options.hostname.replace(/^\[|\]$/g, '');
    const port = Number(options.port) || (isTls ? 443 : 80);
    const socket = await transport.connect(host, port, signal);
    if (!isTls) return socket;
    const secured = await upgrade({ ...options, httpSocket: socket });
    if (!secured) throw new Error('TLS was not opened');
    return secured;
  };
  return callbackify(open) as unknown as buildConnector.connector;
}

/** The status has decided already: a body that breaks off or never ends changes nothing. */
async function readBeginning(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_BODY) break;
    }
  } catch {
    // what came until then is enough
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY).toString('utf8');
}

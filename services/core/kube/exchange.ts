/** One HTTP exchange with the API server; knows sockets and bytes, not what they mean. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { messageOf } from '../errors.ts';
import type { Credentials } from './connection.ts';
import { NoAnswerError } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Request {
  readonly method: Method;
  /** With query. */
  readonly path: string;
  /** `application/json` when absent. */
  readonly accept?: string;
  readonly body?: { readonly type: string; readonly text: string } | undefined;
}

/** More than this is no answer of an API server that was asked for pages. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;
/** An object is at most about 3 MB. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Name of a request in messages. */
export const nameOf = ({ method, path }: Request): string =>
  `${method} ${path.slice(0, path.indexOf('?') === -1 ? undefined : path.indexOf('?'))}`;

/** Kept connections that may turn out to be closed before a call fails. */
const MAX_STALE = 16;

/**
 * Sends and waits for the headers. A kept connection that the server closed is no failure: the call
 * goes over another, unless it could then take effect twice (POST).
 * @throws NoAnswerError or the signal's reason.
 */
export async function open(
  server: URL,
  credentials: Credentials,
  request: Request,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  for (let stale = 0; ; stale += 1) {
    const tried = await attempt(server, credentials, request, signal);
    if (tried.kind === 'answered') return tried.response;
    if (tried.stale && request.method !== 'POST' && stale < MAX_STALE) continue;
    throw new NoAnswerError('unreachable', `${nameOf(request)}: ${messageOf(tried.error)}`, {
      cause: tried.error,
    });
  }
}

type Attempt =
  | { readonly kind: 'answered'; readonly response: IncomingMessage }
  /** `stale`: the connection was a kept one and broke before any answer. */
  | { readonly kind: 'broken'; readonly error: unknown; readonly stale: boolean };

function attempt(
  server: URL,
  { agent, headers }: Credentials,
  { method, path, body, accept = 'application/json' }: Request,
  signal: AbortSignal,
): Promise<Attempt> {
  const { promise, resolve, reject } = Promise.withResolvers<Attempt>();
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  const send = server.protocol === 'http:' ? httpRequest : httpsRequest;
  const sent = send(new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server), {
    method,
    agent,
    headers: {
      accept,
      ...headers,
      ...(body && { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) }),
    },
  });
  const onAbort = (): void => void sent.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  sent.once('close', () => signal.removeEventListener('abort', onAbort));
  sent.once('response', (response) => resolve({ kind: 'answered', response }));
  sent.on('error', (error) => {
    if (signal.aborted) reject(signal.reason as Error);
    else resolve({ kind: 'broken', error, stale: sent.reusedSocket });
  });
  sent.end(body?.text);
  return promise;
}

/**
 * The whole body as text.
 * @throws NoAnswerError when it breaks off or is too long, or the signal's reason.
 */
export async function textOf(
  response: IncomingMessage,
  request: Request,
  signal: AbortSignal,
  maxBytes = MAX_BODY_BYTES,
): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of chunksOf(response, request, signal)) {
    bytes += part.length;
    if (bytes > maxBytes) throw tooLong(request, maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/**
 * The lines of a stream, one by one; the stream is closed when the reader stops.
 * @throws NoAnswerError when it breaks off, also in the middle of a line; or the signal's reason.
 */
export async function* linesOf(
  response: IncomingMessage,
  request: Request,
  signal: AbortSignal,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(response, request, signal)) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, end)]).toString('utf8');
      [parts, bytes, from] = [[], 0, end + 1];
    }
    parts.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > maxBytes) throw tooLong(request, maxBytes);
  }
  if (bytes > 0) throw new NoAnswerError('malformed', `${nameOf(request)}: ends within a line`);
}

const tooLong = (request: Request, bytes: number): NoAnswerError =>
  new NoAnswerError('malformed', `${nameOf(request)}: the answer is longer than ${bytes} bytes`);

async function* chunksOf(
  response: IncomingMessage,
  request: Request,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response) yield chunk as Buffer;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NoAnswerError) throw error;
    throw new NoAnswerError('unreachable', `${nameOf(request)}: the answer broke off`, {
      cause: error,
    });
  } finally {
    response.destroy();
  }
}

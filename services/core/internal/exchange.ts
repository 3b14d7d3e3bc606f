/** One signed request to another service and its answer. */
import { randomUUID } from 'node:crypto';
import { request, type Agent, type Dispatcher } from 'undici';
import { messageOf } from '../errors.ts';
import { currentKey } from '../keyring.ts';
import type { Within } from '../within.ts';
import type { ClientOptions } from './client.ts';
import { InternalCallError } from './errors.ts';
import { kidsHeader } from './keys.ts';
import {
  KEY_HEADER,
  KIDS_HEADER,
  NONCE_HEADER,
  TIME_HEADER,
  signParts,
  signingKey,
} from './signature.ts';

export type Method = 'GET' | 'POST' | 'PUT';

export interface Sending {
  readonly method: Method;
  readonly path: string;
  readonly body: Buffer;
  /** Ends the call. */
  readonly time: Within;
}

export interface Answered {
  readonly status: number;
  readonly json: unknown;
  readonly retryAfter: string | undefined;
}

/**
 * Signs and sends one request.
 * @throws InternalCallError, or the caller's own reason when the caller aborted.
 */
export async function exchange(
  options: ClientOptions,
  agent: Agent,
  sending: Sending,
): Promise<Answered> {
  const url = new URL(sending.path, options.baseUrl);
  const headers = signedHeaders(options, url, sending);
  try {
    const response = await request(url, {
      method: sending.method,
      dispatcher: agent,
      signal: sending.time.signal,
      headers,
      ...(sending.method === 'GET' ? {} : { body: sending.body }),
    });
    return await readAnswer(response, options);
  } catch (error) {
    throw problemOf(error, options, sending);
  }
}

function signedHeaders(
  { caller, callee, keyring = callee, keys, tokens, clock }: ClientOptions,
  url: URL,
  { method, body }: Sending,
): Record<string, string> {
  const held = keys().calls[keyring] ?? [];
  const key = currentKey(held);
  if (!key) throw notSent(`${caller} has no current key to call ${keyring}`);
  const token = tokens?.(callee);
  if (tokens && token === undefined)
    throw notSent(`${caller} has no token of its account to call ${callee}; check WORKLOAD_TOKENS`);
  const timestamp = String(clock.now().getTime());
  const nonce = randomUUID();
  const signature = signParts(signingKey(key.value), {
    method,
    path: url.pathname + url.search,
    body,
    timestamp,
    nonce,
    audience: `${callee}@${url.host}`,
  });
  return {
    ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    [KEY_HEADER]: `${key.kid}.${signature}`,
    [TIME_HEADER]: timestamp,
    [NONCE_HEADER]: nonce,
    [KIDS_HEADER]: kidsHeader(held),
  };
}

const notSent = (message: string): InternalCallError =>
  new InternalCallError({ kind: 'refused', status: 0, message });

async function readAnswer(
  response: Dispatcher.ResponseData,
  { callee }: ClientOptions,
): Promise<Answered> {
  const retryAfter = response.headers['retry-after'];
  const text = await response.body.text();
  try {
    return {
      status: response.statusCode,
      json: text === '' ? null : JSON.parse(text),
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
    };
  } catch (error) {
    throw new InternalCallError(
      { kind: 'invalidAnswer', message: `${callee} answered with something that is not JSON` },
      error,
    );
  }
}

/** No connection came about, or the client was closed before: nothing was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  // a client is only destroyed when its last call has ended
  'UND_ERR_DESTROYED',
]);

function problemOf(error: unknown, { callee }: ClientOptions, sending: Sending): unknown {
  if (error instanceof InternalCallError) return error;
  if (sending.time.isOver())
    return new InternalCallError(
      { kind: 'timeout', message: `${callee} did not answer in time` },
      error,
    );
  if (sending.time.signal.aborted) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
    return new InternalCallError(
      { kind: 'invalidAnswer', message: `${callee} answered with more than is allowed` },
      error,
    );
  const message = `Service not responding: ${callee} (${messageOf(error) || code}); check that it runs and is reachable`;
  return new InternalCallError(
    { kind: 'unreachable', message, maybeProcessed: !NEVER_SENT.has(code) },
    error,
  );
}

/** One call to the API server: credentials, time limit, repetition while the server is busy. */
import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import { eventOf, parseJson, refusalOf, waitBeforeRepeat } from './answers.ts';
import type { Connection, Credentials } from './connection.ts';
import { NoAnswerError, type ApiError } from './errors.ts';
import { linesOf, nameOf, open, textOf, type Request } from './exchange.ts';
import { openScope, pause, type Scope } from './scope.ts';
import type { KubeObject, WatchEvent } from './types.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whole time of the call with its repetitions; 30 s when absent. */
  readonly timeoutMs?: number | undefined;
}

export interface CallDeps {
  readonly connection: Connection;
  readonly clock: Clock;
  /** Such as `operator/1.2.3`: names the client in the server's log. */
  readonly userAgent: string;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** The JSON of a 2xx answer; busy servers are asked again within the call's time. */
export async function answered(
  deps: CallDeps,
  request: Request,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: CallOptions,
): Promise<unknown> {
  const { clock } = deps;
  const scope = openScope(clock, signal, { ms: timeoutMs, reason: late(request, timeoutMs) });
  const end = clock.monotonic() + timeoutMs;
  let refreshed = false;
  try {
    for (let repeats = 0; ;) {
      const reply = await once(deps, request, scope.signal, refreshed && repeats === 0);
      if (reply.kind === 'ok') return reply.value;
      if (reply.error.status === 401 && !refreshed) {
        refreshed = true;
        continue;
      }
      const wait = waitBeforeRepeat(reply.error, repeats, end - clock.monotonic());
      if (wait === undefined) throw reply.error;
      repeats += 1;
      await pause(clock, wait, scope.signal);
    }
  } finally {
    scope.close();
  }
}

const late =
  (request: Request, ms: number): (() => NoAnswerError) =>
  () =>
    new NoAnswerError('timeout', `${nameOf(request)}: no answer within ${ms} ms`);

type Reply =
  | { readonly kind: 'ok'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly error: ApiError };

async function once(
  deps: CallDeps,
  request: Request,
  signal: AbortSignal,
  fresh: boolean,
): Promise<Reply> {
  const response = await opened(deps, request, signal, fresh);
  const text = await textOf(response, request, signal);
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) {
    const error = refusalOf(status, response.headers['retry-after'], text, nameOf(request));
    return { kind: 'refused', error };
  }
  const isJson = response.headers['content-type']?.includes('json') ?? false;
  return { kind: 'ok', value: isJson ? parseJson(text, nameOf(request)) : text };
}

async function opened(
  { connection, userAgent }: CallDeps,
  request: Request,
  signal: AbortSignal,
  fresh: boolean,
): ReturnType<typeof open> {
  const credentials = await credentialsOf(connection, request, fresh);
  const named = { ...credentials, headers: { 'user-agent': userAgent, ...credentials.headers } };
  return open(connection.server, named, request, signal);
}

async function credentialsOf(
  connection: Connection,
  request: Request,
  fresh: boolean,
): Promise<Credentials> {
  try {
    return await connection.credentials(fresh);
  } catch (error) {
    const why = `${nameOf(request)}: the credentials cannot be read: ${messageOf(error)}`;
    throw new NoAnswerError('unreachable', why, { cause: error });
  }
}

/**
 * The events of a watch until the server ends it; the stream is closed when the reader stops.
 * @throws ApiError, NoAnswerError or the signal's reason.
 */
export async function* watched<T extends KubeObject>(
  deps: CallDeps,
  request: Request,
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchEvent<T>> {
  const what = `watch of ${nameOf(request)}`;
  const scope = openScope(deps.clock, signal);
  try {
    const response = await openedInTime(deps, request, scope);
    const status = response.statusCode ?? 0;
    if (status !== 200) {
      const text = await textOf(response, request, scope.signal);
      throw refusalOf(status, response.headers['retry-after'], text, what);
    }
    for await (const line of linesOf(response, request, scope.signal)) yield eventOf<T>(line, what);
  } finally {
    scope.close();
  }
}

/** Limits the time to the headers; how long the stream may be silent is the reader's to say. */
async function openedInTime(
  deps: CallDeps,
  request: Request,
  scope: Scope,
): ReturnType<typeof open> {
  const reason = late(request, DEFAULT_TIMEOUT_MS);
  const opening = openScope(deps.clock, scope.signal, { ms: DEFAULT_TIMEOUT_MS, reason });
  opening.signal.addEventListener('abort', () => scope.abort(opening.signal.reason));
  try {
    return await opened(deps, request, scope.signal, false);
  } finally {
    opening.close();
  }
}

/** What answers of the API server mean: JSON, refusals, events, and when to ask again. Pure. */
import { ApiError, NoAnswerError, type StatusBody } from './errors.ts';
import type { KubeObject, WatchEvent } from './types.ts';

/** Refusals after which the same request is sent again by ourselves, and the longest wait for it. */
const MAX_REPEATS = 3;
const MAX_WAIT_MS = 10_000;
/** When a busy server does not say how long. */
const DEFAULT_WAIT_MS = 1000;

/** @throws NoAnswerError */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NoAnswerError('malformed', `${what}: the answer is not JSON`, { cause: error });
  }
}

/** The error of an answer outside 2xx; its body is a Status, or text of a proxy between. */
export function refusalOf(
  status: number,
  retryAfter: string | undefined,
  text: string,
  what: string,
): ApiError {
  const seconds = Number(retryAfter);
  const asked = retryAfter !== undefined && Number.isFinite(seconds) && seconds >= 0;
  return new ApiError(status, statusOf(text), what, asked ? seconds * 1000 : undefined);
}

function statusOf(text: string): StatusBody {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value) && value['kind'] === 'Status') return value;
  } catch {
    // No JSON: some proxy's page.
  }
  return text.trim() === '' ? {} : { message: text.trim().slice(0, 200) };
}

/**
 * How long to wait before the same request is sent again, or undefined when the caller must decide.
 * A 429, and a 5xx that says Retry-After, come before anything took place.
 * @param repeats how often it was sent again already.
 * @param leftMs what is left of the call's time.
 */
export function waitBeforeRepeat(
  error: ApiError,
  repeats: number,
  leftMs: number,
): number | undefined {
  const busy = error.status === 429 || (error.status >= 500 && error.retryAfterMs !== undefined);
  if (!busy || repeats >= MAX_REPEATS) return undefined;
  const wait = error.retryAfterMs ?? DEFAULT_WAIT_MS;
  return wait <= MAX_WAIT_MS && wait < leftMs ? wait : undefined;
}

/**
 * One line of a watch.
 * @throws ApiError for an ERROR event, NoAnswerError for what is no event.
 */
export function eventOf<T extends KubeObject>(line: string, what: string): WatchEvent<T> {
  const event = parseJson(line, what);
  if (!isRecord(event) || !isRecord(event['object']))
    throw new NoAnswerError('malformed', `${what}: a line is no watch event`);
  const { type, object } = event;
  if (type === 'ERROR') {
    const status = object as StatusBody;
    throw new ApiError(status.code ?? 500, status, what);
  }
  const version = isRecord(object['metadata']) ? object['metadata']['resourceVersion'] : undefined;
  if (typeof version !== 'string')
    throw new NoAnswerError('malformed', `${what}: an object has no resourceVersion`);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: object as unknown as T };
    case 'BOOKMARK':
      return { type, resourceVersion: version };
    default:
      throw new NoAnswerError('malformed', `${what}: unknown event ${String(type)}`);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

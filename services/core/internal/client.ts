/** Calls another service with the signed header, and checks what it answers. */
import { Agent } from 'undici';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import { errorBody } from '../contracts/common.ts';
import type { InternalCaller, ServiceName } from '../contracts/ports.ts';
import type { KeySource } from '../serviceKeys.ts';
import { within } from '../within.ts';
import type { TokenSource } from '../workloadIdentity/tokens.ts';
import { InternalCallError } from './errors.ts';
import { exchange, type Answered, type Method } from './exchange.ts';

export { InternalCallError, type InternalProblem } from './errors.ts';

export interface InternalClient {
  /**
   * POSTs a JSON body and parses the answer.
   * @throws InternalCallError
   */
  post<T extends z.ZodType>(
    path: string,
    body: unknown,
    answer: T,
    options?: CallOptions,
  ): Promise<z.infer<T>>;
  put<T extends z.ZodType>(
    path: string,
    body: unknown,
    answer: T,
    options?: CallOptions,
  ): Promise<z.infer<T>>;
  get<T extends z.ZodType>(path: string, answer: T, options?: CallOptions): Promise<z.infer<T>>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** Whole time of the call; 30 s when absent. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Processing it twice does no harm; GET and PUT always are, a POST only when it says so. */
  readonly repeatable?: boolean | undefined;
}

export interface ClientOptions {
  readonly caller: InternalCaller;
  readonly callee: ServiceName;
  /** Under which name the key file has the keys for this callee; its own name when absent. */
  readonly keyring?: string | undefined;
  /** Such as `http://127.0.0.1:8001`. */
  readonly baseUrl: string;
  readonly keys: KeySource;
  /** In a cluster: the tokens of the caller's account, which each call shows. */
  readonly tokens?: TokenSource | undefined;
  readonly clock: Clock;
  /** Sockets kept open at the most. */
  readonly connections?: number;
  /** How long a connection may take to come about; 10 s when absent. */
  readonly connectTimeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** An answer may carry a screenshot; more than this is no answer of ours. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * A client of one service; keeps its connections alive, for a shorter time than servers do.
 *
 * A call is sent a second time only when the first surely was not processed (no connection came
 * about), or when processing it twice does no harm and the connection broke without an answer.
 */
export function createInternalClient(options: ClientOptions): InternalClient {
  const agent = new Agent({
    connections: options.connections ?? 64,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 10_000,
    connect: { timeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS },
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  const send = async <T extends z.ZodType>(
    method: Method,
    path: string,
    body: unknown,
    answer: T,
    call: CallOptions = {},
  ): Promise<z.infer<T>> => {
    const payload = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    const time = within(call.timeoutMs ?? DEFAULT_TIMEOUT_MS, call.signal);
    const attempt = (): Promise<Answered> =>
      exchange(options, agent, { method, path, body: payload, time });
    const repeatable = method !== 'POST' || call.repeatable === true;
    try {
      return parseAnswer(options.callee, await twice(attempt, repeatable), answer);
    } finally {
      time.end();
    }
  };
  return {
    post: (path, body, answer, call) => send('POST', path, body, answer, call),
    put: (path, body, answer, call) => send('PUT', path, body, answer, call),
    get: (path, answer, call) => send('GET', path, undefined, answer, call),
    close: () => agent.close(),
  };
}

/** Each attempt signs anew, so the second is not taken for a replay of the first. */
async function twice(attempt: () => Promise<Answered>, repeatable: boolean): Promise<Answered> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof InternalCallError) || error.problem.kind !== 'unreachable') throw error;
    if (error.problem.maybeProcessed && !repeatable) throw error;
    return attempt();
  }
}

function parseAnswer<T extends z.ZodType>(
  callee: ServiceName,
  answered: Answered,
  answer: T,
): z.infer<T> {
  if (answered.status < 200 || answered.status > 299) throw refusal(callee, answered);
  const parsed = answer.safeParse(answered.json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the top').join(', ');
  throw new InternalCallError({
    kind: 'invalidAnswer',
    message: `${callee} answered with a wrong shape at ${where}`,
  });
}

function refusal(callee: ServiceName, { status, json, retryAfter }: Answered): InternalCallError {
  if (status === 429)
    return new InternalCallError({
      kind: 'busy',
      message: `${callee} is busy`,
      retryAfterSeconds: Math.max(Number(retryAfter) || 1, 1),
    });
  const parsed = errorBody.safeParse(json);
  const detail = parsed.success ? parsed.data.error.message : 'no explanation';
  const hint =
    status === 401
      ? 'Invalid internal API key; check INTERNAL_API_KEY, the key files and, in a cluster, WORKLOAD_TOKENS'
      : detail;
  return new InternalCallError({
    kind: 'refused',
    status,
    message: `${callee} refused with ${status}: ${hint}`,
  });
}

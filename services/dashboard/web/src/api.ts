/** Talks to the API of the same origin. */

export interface Me {
  readonly user: { readonly id: string; readonly displayName: string };
  readonly workspace: string;
  readonly scope: 'read' | 'write' | 'admin';
  readonly csrfToken: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface StatusCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message?: string;
}

/** A field and what is said of it, such as `spec.sources[0].url`. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** Who else owns parts of an object; only in a cluster. */
export interface Ownership {
  /** Why nothing of it can be edited here. */
  readonly readOnly: string | null;
  readonly fields: readonly { readonly path: string; readonly managers: readonly string[] }[];
}

export interface MonitorJob {
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec: {
    readonly suspend: boolean;
    readonly description?: string;
    readonly sources: readonly { readonly name: string; readonly url: string }[];
    readonly schedule: {
      readonly interval?: string;
      readonly cron?: string;
      readonly timeZone: string;
    };
    readonly goal: { readonly prompt?: string };
  };
  readonly status?: {
    readonly conditions?: readonly StatusCondition[];
    readonly lastCheck?: {
      readonly time: string;
      readonly outcome: string;
      readonly verdict?: string;
      readonly message?: string;
    };
    readonly lastChange?: string;
    readonly nextCheck?: string;
    readonly openFindings?: number;
    readonly consecutiveFailures?: number;
    readonly ownership?: Ownership;
  };
}

export interface Claim {
  readonly source: string;
  readonly kind: string;
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly quote: string;
  readonly side: 'before' | 'after' | 'both';
}

export interface Hunk {
  readonly id: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly section: string;
  readonly before: string;
  readonly after: string;
  readonly context: { readonly above: string; readonly below: string };
  readonly words: readonly { readonly op: 'equal' | 'removed' | 'added'; readonly text: string }[];
}

export interface Check {
  readonly id: string;
  readonly monitor: string;
  readonly at: string;
  readonly trigger: string;
  readonly outcome: string;
  readonly stage: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly verdict: string | null;
  readonly relevance: number | null;
  readonly durationMs: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly costUsd: string | null;
}

export interface CheckDetail extends Check {
  readonly judgement: {
    readonly verdict: {
      readonly verdict: string;
      readonly why?: string;
      readonly relevance: number;
      readonly summary: string;
      readonly reason: string;
      readonly claims: readonly Claim[];
      readonly droppedClaims: readonly { readonly why: string }[];
    };
    readonly provenance: {
      readonly model: string;
      readonly promptVersion: string;
      readonly cacheHit: boolean;
    } | null;
    readonly suppressed: string | null;
    readonly change: readonly { readonly source: string; readonly hunks: readonly Hunk[] }[];
  } | null;
  readonly snapshots: readonly {
    readonly id: string;
    readonly source: string;
    readonly title: string;
    readonly finalUrl: string;
    readonly validity: string;
    readonly hasScreenshot: boolean;
  }[];
}

export interface Finding {
  readonly id: string;
  readonly monitor: string;
  readonly source: string;
  readonly subject: string;
  readonly kind: string;
  readonly value: string | null;
  readonly state: 'open' | 'acknowledged' | 'snoozed' | 'resolved';
  readonly severity: 'info' | 'warning' | 'critical';
  readonly title: string;
  readonly summary: string;
  readonly claims: readonly Claim[];
  readonly verdict: string | null;
  readonly why: string | null;
  readonly checkId: string | null;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly seenCount: number;
  readonly acknowledgedAt: string | null;
}

export interface Funnel {
  readonly checks: number;
  readonly stages: readonly {
    readonly stage: string;
    readonly reached: number;
    readonly stopped: readonly { readonly reason: string; readonly count: number }[];
  }[];
}

/** What a person can show besides the sign-in. */
export type Factor = 'passkey' | 'totp' | 'recovery';

/** An answer that is not 2xx; `message` is meant for the person. */
export class ApiError extends Error {
  readonly status: number;
  readonly fields: readonly FieldProblem[];
  /** By what the person can confirm who it is, when the answer asks for that. */
  readonly factors: readonly Factor[];
  constructor(
    status: number,
    message: string,
    fields: readonly FieldProblem[] = [],
    factors: readonly Factor[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.fields = fields;
    this.factors = factors;
  }
}

/** Asks the person for one of their second factors; false when the person does not want to. */
export type AskFactor = (factors: readonly Factor[]) => Promise<boolean>;

let askFactor: AskFactor | undefined;

/** Names who asks, for every call that needs a second factor. @returns takes that back. */
export function onStepUp(ask: AskFactor): () => void {
  askFactor = ask;
  return () => {
    askFactor = undefined;
  };
}

let csrf: string | null = null;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** @throws ApiError, or TypeError when the network is down. */
export const call = async <T>(method: Method, path: string, body?: unknown): Promise<T> =>
  (await exchange<T>(method, path, body)).value;

/** An object with the version that was read. */
export interface Versioned<T> {
  readonly value: T;
  readonly etag: string | null;
}

export const readVersion = <T>(path: string): Promise<Versioned<T>> => exchange<T>('GET', path);

/** Replaces only the version that was read. */
export const replace = async <T>(path: string, { value, etag }: Versioned<T>): Promise<T> =>
  (await exchange<T>('PUT', path, value, etag === null ? {} : { 'if-match': etag })).value;

/** A call that needs a second factor is made again after the person has shown one. */
async function exchange<T>(
  method: Method,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Versioned<T>> {
  try {
    return await exchangeOnce<T>(method, path, body, headers);
  } catch (error) {
    const factors = error instanceof ApiError ? error.factors : [];
    if (factors.length === 0 || !(await askFactor?.(factors))) throw error;
    return exchangeOnce<T>(method, path, body, headers);
  }
}

async function exchangeOnce<T>(
  method: Method,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Versioned<T>> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(csrf !== null && method !== 'GET' ? { 'x-csrf-token': csrf } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text === '' ? null : JSON.parse(text);
  if (!response.ok) throw errorOf(json, response.status);
  return { value: json as T, etag: response.headers.get('etag') };
}

export const get = <T>(path: string): Promise<T> => call<T>('GET', path);

/** Who is signed in; remembers the token that state changes need. */
export async function loadMe(): Promise<Me> {
  const me = await get<Me>('/me');
  csrf = me.csrfToken;
  return me;
}

interface ErrorBody {
  readonly error?: {
    readonly message?: string;
    readonly correlationId?: string;
    readonly fields?: readonly FieldProblem[];
    readonly factors?: readonly Factor[];
  };
}

function errorOf(json: unknown, status: number): ApiError {
  const error = (json as ErrorBody | null)?.error;
  if (error?.message === undefined)
    return new ApiError(status, `The server answered with ${status}.`);
  const text = status >= 500 ? `${error.message} (${error.correlationId ?? ''})` : error.message;
  return new ApiError(status, text, error.fields, error.factors);
}

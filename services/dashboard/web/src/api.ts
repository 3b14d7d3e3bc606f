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

/** An answer that is not 2xx; `message` is meant for the person. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

let csrf: string | null = null;

/** @throws ApiError, or TypeError when the network is down. */
export async function call<T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(csrf !== null && method !== 'GET' ? { 'x-csrf-token': csrf } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text === '' ? null : JSON.parse(text);
  if (!response.ok) throw new ApiError(response.status, errorText(json, response.status));
  return json as T;
}

export const get = <T>(path: string): Promise<T> => call<T>('GET', path);

/** Who is signed in; remembers the token that state changes need. */
export async function loadMe(): Promise<Me> {
  const me = await get<Me>('/me');
  csrf = me.csrfToken;
  return me;
}

function errorText(json: unknown, status: number): string {
  const error = (json as { error?: { message?: string; correlationId?: string } } | null)?.error;
  if (error?.message === undefined) return `The server answered with ${status}.`;
  return status >= 500 ? `${error.message} (${error.correlationId ?? ''})` : error.message;
}

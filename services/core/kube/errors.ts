/** What can go wrong between this process and the API server. */

/** One field that the API server complains about, such as `.spec.sources` of another manager. */
export interface ErrorCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** What the API server's `Status` says, as far as it says it. */
export interface StatusBody {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly causes?: readonly ErrorCause[];
    readonly retryAfterSeconds?: number;
  };
}

/** The API server answered, and refused. */
export class ApiError extends Error {
  /** Such as 409. */
  readonly status: number;
  /** Such as `Conflict`; `Unknown` when the answer names none. */
  readonly reason: string;
  readonly details: { readonly causes: readonly ErrorCause[] };
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: StatusBody, what: string, retryAfterMs?: number) {
    super(`${what}: ${status} ${body.message ?? body.reason ?? 'no explanation'}`);
    this.name = 'ApiError';
    this.status = status;
    this.reason = body.reason ?? 'Unknown';
    this.details = { causes: body.details?.causes ?? [] };
    const asked = (body.details?.retryAfterSeconds ?? 0) * 1000;
    this.retryAfterMs = retryAfterMs ?? (Number.isFinite(asked) && asked > 0 ? asked : undefined);
  }
}

/**
 * No answer, or no whole one.
 * `unreachable` no connection or a broken one · `timeout` no answer in time · `malformed` an answer
 * that is no Kubernetes JSON.
 */
export type NoAnswer = 'unreachable' | 'timeout' | 'malformed';

/** The API server did not answer as one; whether a write took place is not known. */
export class NoAnswerError extends Error {
  readonly kind: NoAnswer;

  constructor(kind: NoAnswer, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NoAnswerError';
    this.kind = kind;
  }
}

const hasStatus =
  (...statuses: readonly number[]) =>
  (error: unknown): error is ApiError =>
    error instanceof ApiError && statuses.includes(error.status);

export const isNotFound = hasStatus(404);

/** What is read, or undefined when it is not there; any other failure is passed on. */
export async function orAbsent<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Another writer was first, another manager owns a field, or the object exists already. */
export const isConflict = hasStatus(409);
/** The resourceVersion or the continue token is too old; 410, or 504 for one from the future. */
export const isExpired = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.status === 410 || error.reason === 'Expired');
export const isForbidden = hasStatus(401, 403);
export const isInvalid = hasStatus(400, 422);

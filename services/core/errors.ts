/** Errors that HTTP handlers throw on purpose; all others are answered as `internal`. */

/** The closed list of codes of the API's error shape, with their HTTP status. */
export const ERROR_STATUS = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  step_up_required: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  precondition_required: 428,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
} as const;
export type ErrorCode = keyof typeof ERROR_STATUS;

export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** An answer to a caller who did something wrong or came at a bad time. */
export class HttpError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldProblem[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** With `step_up_required`: by which second factors the caller can go on. */
  readonly factors: readonly string[] | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    extra: {
      fields?: readonly FieldProblem[];
      retryAfterSeconds?: number;
      factors?: readonly string[];
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: extra.cause });
    this.name = 'HttpError';
    this.code = code;
    this.fields = extra.fields;
    this.retryAfterSeconds = extra.retryAfterSeconds;
    this.factors = extra.factors;
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}

/** A mistake in the set-up that the person who starts the program can mend; shown without a stack. */
export class SetupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SetupError';
  }
}

/** The text of anything that was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

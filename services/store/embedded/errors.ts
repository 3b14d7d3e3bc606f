/** Why the embedded Postgres could not be started, in words for the person who starts it. */

export type PostgresStartCode =
  | 'platformUnsupported'
  | 'unwritable'
  | 'alreadyRunning'
  | 'newerDataDirectory'
  | 'olderDataDirectory'
  | 'portInUse'
  | 'aborted'
  | 'failed';

/** A start of the embedded Postgres that failed; `message` is one sentence with the next step. */
export class PostgresStartError extends Error {
  readonly code: PostgresStartCode;

  constructor(code: PostgresStartCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PostgresStartError';
    this.code = code;
  }
}

/** The errno code (`ENOENT`, `EACCES` …) of a failed system call, or undefined. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

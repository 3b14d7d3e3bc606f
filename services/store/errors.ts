/** What can go wrong with the database, in the words that its callers decide by. */

export type StoreErrorCode =
  /** The database cannot be reached, is starting, is full, or was too slow; try again later. */
  | 'unavailable'
  /** The row is there already, or was changed meanwhile. */
  | 'conflict'
  /** The row, or the row it refers to, does not exist in this workspace. */
  | 'notFound'
  /** A state machine does not allow this step, or a value breaks a rule of the schema. */
  | 'invalid';

/** A failure of the store; `message` is for the operator, never for the caller of an API. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}

const NEXT_STEP =
  'check that Postgres runs and that DATABASE_URL names its host, user and password';

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** SQLSTATE classes: 08 connection, 28 sign-in, 53 resources, 57 operator intervention, 58 system. */
const unavailableStates = /^(08|28|53|57|58)|^25P03$|^55P03$|^3D000$/;
const conflictStates = new Set(['23505', '40001', '40P01']);
const invalidStates = /^(22|23502|23514|42501)/;

/** Messages of pg itself, which carry no code. */
const lostConnection =
  /Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/;

/** The SQLSTATE or errno of an error of pg or of Prisma, or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return prismaCode(error, error.code);
  return error.cause instanceof Error ? codeOf(error.cause) : undefined;
}

/** Prisma hides the SQLSTATE of a raw query in `meta`, and has codes of its own for the rest. */
function prismaCode(error: Error, code: string): string {
  const meta = 'meta' in error ? (error.meta as Record<string, unknown> | undefined) : undefined;
  const adapter = meta?.['driverAdapterError'] as
    | { cause?: { originalCode?: unknown } }
    | undefined;
  const original = adapter?.cause?.originalCode;
  return typeof original === 'string' ? original : (prismaStates[code] ?? code);
}

const prismaStates: Readonly<Record<string, string>> = {
  P1000: '28P01',
  P1001: 'ECONNREFUSED',
  P1002: 'ETIMEDOUT',
  P1017: '08006',
  P2002: '23505',
  P2003: '23503',
  P2024: '53300',
  P2025: 'notFound',
  P2028: '53300',
  P2034: '40001',
};

/** True when the same transaction may succeed when it is run again. */
export const isRetryable = (error: unknown): boolean =>
  ['40001', '40P01'].includes(codeOf(error) ?? '');

/**
 * The typed form of an error of the driver; an error that is not of the database is returned as it
 * is, and so is a StoreError.
 */
export function toStoreError(error: unknown): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  const make = (kind: StoreErrorCode, text: string): StoreError =>
    new StoreError(kind, `${text} (${code ?? error.message})`, { cause: error });
  if (code === undefined)
    return lostConnection.test(error.message) ? make('unavailable', failedText) : error;
  if (networkCodes.has(code) || unavailableStates.test(code))
    return make('unavailable', failedText);
  if (conflictStates.has(code)) return make('conflict', 'The row exists or was changed meanwhile');
  if (code === '23503') return make('notFound', 'The row refers to one that does not exist');
  if (code === 'notFound') return make('notFound', 'The row does not exist');
  if (invalidStates.test(code)) return make('invalid', 'The value breaks a rule of the schema');
  return error;
}

/** The sentence an operator searches the log for. */
export const failedText = `Database connection failed; ${NEXT_STEP}`;

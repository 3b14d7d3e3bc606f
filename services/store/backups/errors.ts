/** What stops a backup or a restore. */

export type BackupErrorCode =
  /** The file is no backup, was cut off, or was changed. */
  | 'corrupt'
  /** The file is encrypted, and none of the given keys opens it. */
  | 'locked'
  /** A key was given, and the file is not encrypted: whoever may write files could have made it. */
  | 'notEncrypted'
  /** The key that was given is none. */
  | 'badKey'
  /** The backup is of a newer duckmon than this one. */
  | 'newer'
  /** The database holds data already. */
  | 'notEmpty'
  /** The database went away while it was being filled. */
  | 'interrupted'
  /** There is no such backup. */
  | 'missing'
  /** The sign-in cannot see all rows, so the backup would lack some. */
  | 'wrongRole';

/** A backup or restore that stopped; `message` is one sentence with the next step. */
export class BackupError extends Error {
  readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
    this.code = code;
  }
}

export const corrupt = (why: string, cause?: unknown): BackupError =>
  new BackupError('corrupt', `The file is not a whole duckmon backup (${why}); use another one.`, {
    cause,
  });

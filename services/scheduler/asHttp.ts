/** What the store refuses, and what does not open, in the words of HTTP. */
import { HttpError } from '../core/errors.ts';
import { StoreError } from '../store/errors.ts';
import { SealError } from './secrets/box.ts';

/** Passes the result on. @throws HttpError for what the store refuses, or does not open */
export async function asHttp<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SealError)
      throw new HttpError('conflict', error.message, { cause: error });
    if (!(error instanceof StoreError)) throw error;
    switch (error.code) {
      case 'conflict':
        throw new HttpError('conflict', error.message, { cause: error });
      case 'notFound':
        throw new HttpError('not_found', error.message, { cause: error });
      case 'invalid':
        throw new HttpError('unprocessable', error.message, { cause: error });
      case 'unavailable':
        throw new HttpError('unavailable', 'The database does not answer', {
          retryAfterSeconds: 2,
          cause: error,
        });
      default:
        throw error;
    }
  }
}

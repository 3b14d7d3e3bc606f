/** A part of a transaction that may fail alone. */
import { isRetryable, toStoreError } from '../store/errors.ts';
import type { Tx } from '../store/workspace.ts';

/** Undoes what `work` wrote when it fails, and leaves the transaction usable for what comes next. */
export async function inSavepoint<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await tx.query('SAVEPOINT object');
  try {
    const result = await work();
    await tx.query('RELEASE SAVEPOINT object');
    return result;
  } catch (error) {
    // A deadlock has ended the whole transaction: it runs again, and must hear of it untranslated.
    if (isRetryable(error)) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT object');
    throw toStoreError(error);
  }
}

/** A refused manifest as an error of a request that is about that manifest alone. */
import { HttpError } from '../core/errors.ts';
import type { ApplyResult } from './apply.ts';

/** @throws HttpError `conflict` when a file manages the object, else `unprocessable` with its fields. */
export function checkApplied(result: ApplyResult | undefined): void {
  if (result?.action !== 'refused') return;
  const problems = result.problems ?? [];
  const first = problems[0];
  // A problem without a field is about the object as it is stored.
  if (first?.path === '') {
    const code = /is managed by/.test(first.message) ? 'conflict' : 'unprocessable';
    throw new HttpError(code, first.message);
  }
  const text = first ? `: ${first.path}: ${first.message}` : '';
  throw new HttpError('unprocessable', `The MonitorJob is not valid${text}`, { fields: problems });
}

/** What a call to notification that failed means for the mail or message that it carried. */
import type { DeliverResult } from '../../core/contracts/notification.ts';
import { messageOf } from '../../core/errors.ts';
import { InternalCallError } from '../../core/internal/client.ts';

/** A call that may have reached the service may have been sent on; only a refusal surely was not. */
export function failedSend(error: unknown): DeliverResult {
  const reason = messageOf(error);
  const problem = error instanceof InternalCallError ? error.problem : undefined;
  if (problem?.kind === 'busy')
    return { kind: 'retry', reason, retryAfterSeconds: problem.retryAfterSeconds };
  if (problem?.kind === 'refused') return { kind: 'retry', reason, retryAfterSeconds: null };
  if (problem?.kind === 'unreachable' && isUnconnected(error))
    return { kind: 'retry', reason, retryAfterSeconds: null };
  return { kind: 'unknown', reason };
}

/** No connection was made, so nothing was sent. */
const isUnconnected = (error: unknown): boolean => {
  const cause =
    error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return (
    cause?.code === 'ECONNREFUSED' ||
    cause?.code === 'ENOTFOUND' ||
    cause?.code === 'UND_ERR_CONNECT_TIMEOUT'
  );
};

/** Says why a fetch gave no page when it failed on our side. */
import type { FetchResult } from '../../core/contracts/browser.ts';
import { messageOf } from '../../core/errors.ts';
import { InternalCallError, type InternalProblem } from '../../core/internal/client.ts';
import type { FetchErrorCode } from '../../domain/types.ts';

/** What went wrong on our side, as a result that the owner of the monitor can read. */
export function failedBy(error: unknown, signal: AbortSignal): FetchResult {
  const [code, message] = failureText(error, signal);
  return { kind: 'failed', error: { code, message }, timings: { totalMs: 0 } };
}

function failureText(error: unknown, signal: AbortSignal): readonly [FetchErrorCode, string] {
  const problem = error instanceof InternalCallError ? error.problem : undefined;
  if (signal.aborted && problem?.kind !== 'busy')
    return ['timeout', 'The check ran out of time before the page was read'];
  return problem
    ? problemText(problem)
    : ['internal', `The page could not be read: ${messageOf(error)}`];
}

function problemText(problem: InternalProblem): readonly [FetchErrorCode, string] {
  switch (problem.kind) {
    case 'timeout':
      // a page that is too slow is named by the browser service, which has less time than this call
      return ['internal', 'The browser service did not answer in time'];
    case 'busy':
      return ['busy', 'All browsers are busy'];
    case 'unreachable':
      return ['internal', 'The browser service does not answer'];
    case 'refused':
    case 'invalidAnswer':
      return ['internal', 'The browser service could not read the page'];
    default:
      return problem satisfies never;
  }
}

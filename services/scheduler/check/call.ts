/** One call of the llm service for a judgement. */
import {
  JUDGE_PATH,
  judgeResult,
  type JudgeRequest,
  type JudgeResult,
} from '../../core/contracts/llm.ts';
import type { PoolAddress } from '../../core/contracts/projection.ts';
import { messageOf } from '../../core/errors.ts';
import { InternalCallError } from '../../core/internal/client.ts';
import type { SchedulerDeps } from '../deps.ts';

export type Called =
  | { readonly kind: 'answered'; readonly result: JudgeResult }
  /** `sent`: the call was begun, so it may have cost something. */
  | { readonly kind: 'noAnswer'; readonly message: string; readonly sent: boolean };

const GRACE_MS = 5_000;

/** One judgement; waits while the llm service is busy, as long as the deadline allows. */
export async function callLlm(
  request: JudgeRequest,
  pool: PoolAddress | null,
  deps: Pick<SchedulerDeps, 'clock' | 'load' | 'settings' | 'workers'>,
  signal: AbortSignal,
): Promise<Called> {
  const { judgeDeadlineMs } = deps.settings;
  const llm = deps.workers.llm(pool);
  const deadline = deps.clock.monotonic() + judgeDeadlineMs;
  for (;;) {
    try {
      const options = { timeoutMs: judgeDeadlineMs + GRACE_MS, signal };
      const began = deps.clock.monotonic();
      const result = await llm.post(JUDGE_PATH, request, judgeResult, options);
      deps.load.took('judge', deps.clock.monotonic() - began);
      return { kind: 'answered', result };
    } catch (error) {
      if (!(error instanceof InternalCallError)) throw error;
      const { problem } = error;
      const message = messageOf(error);
      if (problem.kind !== 'busy')
        return { kind: 'noAnswer', message, sent: wasSent(problem.kind) };
      const waitMs = problem.retryAfterSeconds * 1000;
      if (deps.clock.monotonic() + waitMs >= deadline)
        return { kind: 'noAnswer', message, sent: false };
      await deps.clock.sleep(waitMs, signal);
    }
  }
}

const wasSent = (kind: InternalCallError['problem']['kind']): boolean =>
  kind === 'timeout' || kind === 'invalidAnswer';

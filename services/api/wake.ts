/** Tells the scheduler that there is something to do. */
import { z } from 'zod';
import { WAKE_PATH } from '../core/contracts/scheduler.ts';
import type { ApiDeps } from './deps.ts';

/**
 * Tells the scheduler to look now; when it does not hear, its next tick will do.
 * @param monitor the one that changed; none when several did
 */
export async function wake(
  deps: Pick<ApiDeps, 'scheduler' | 'log'>,
  workspace: string,
  monitor?: string,
): Promise<void> {
  try {
    await deps.scheduler.post(WAKE_PATH, { workspace, monitor }, z.unknown(), { timeoutMs: 2_000 });
  } catch (error) {
    deps.log.warn(
      { err: error, monitor },
      'the scheduler could not be woken; it looks at its next tick',
    );
  }
}

/** The second half of the line: the goal's words, what is known already, the judge. */
import type { Claim } from '../../store/claim.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { SchedulerDeps } from '../deps.ts';
import type { Compared } from './compare.ts';
import { judgeChange, undetermined, type Judged } from './judge.ts';
import { promptOf } from './prompt.ts';
import type { PreviousFinding } from './request.ts';

/** Asks the judge when the goal has words and something changed; undefined when conditions alone decide. */
export async function judgeItems(
  claim: Pick<Claim, 'workspace' | 'monitor' | 'spec' | 'workers'>,
  checkId: string,
  items: readonly Compared[],
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<Judged | undefined> {
  if (items.length === 0) return undefined;
  const prompt = await promptOf(claim, deps.secrets);
  if (prompt.kind === 'none') return undefined;
  if (prompt.kind === 'missing') return undetermined({ items }, 'insufficient', prompt.message);
  const previousFindings = await readPrevious(claim, deps);
  await deps.failpoint('check.before-judge');
  return judgeChange(
    { claim, checkId, prompt: prompt.text, items, previousFindings },
    deps,
    signal,
  );
}

async function readPrevious(
  { workspace, monitor }: Pick<Claim, 'workspace' | 'monitor'>,
  deps: Pick<SchedulerDeps, 'pool'>,
): Promise<PreviousFinding[]> {
  return withWorkspace(deps.pool, workspace, async (tx) => {
    const { rows } = await tx.query<PreviousFinding>(
      `SELECT subject, kind, value FROM findings WHERE workspace_id = $1 AND monitor = $2 AND state <> 'resolved'
         AND origin IN ('claim', 'condition') ORDER BY last_seen_at DESC, id LIMIT 20`,
      [workspace, monitor],
    );
    return rows;
  });
}

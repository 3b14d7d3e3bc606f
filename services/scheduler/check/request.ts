/** Makes the request that the judge sees: the goal, ranked hunks, what is known already. */
import type { JudgeRequest, ModelsAnswer } from '../../core/contracts/llm.ts';
import { rankHunks } from '../../domain/rank.ts';
import type { Hunk } from '../../domain/types.ts';
import type { JudgeInput } from './judge.ts';

/** An open finding, so that the same fact is not told as new. */
export interface PreviousFinding {
  readonly subject: string;
  readonly kind: string;
  readonly value: string | null;
}

const MAX_HUNKS = 400;
const MAX_PREVIOUS = 20;
/** Longer titles say nothing more. */
const MAX_TITLE = 300;

/** The request for all changed sources of one check. */
export function makeRequest(
  { claim, prompt, items, previousFindings }: JudgeInput,
  models: Pick<ModelsAnswer, 'chain'>,
  deadlineMs: number,
): JudgeRequest {
  const { goal, judge } = claim.spec;
  const wished = judge.model === undefined ? [] : [judge.model, ...(judge.fallback ?? [])];
  const hunks = items.flatMap((item) =>
    item.change.hunks.map((hunk) => ({ source: item.source, hunk })),
  );
  return {
    workspace: claim.workspace,
    monitor: claim.monitor,
    goal: { prompt, kind: goal.kind, language: goal.language },
    pages: items.map(({ source, title, finalUrl }) => ({
      source,
      title: title.slice(0, MAX_TITLE),
      url: finalUrl,
    })),
    hunks: chooseHunks(hunks, prompt).map(({ source, hunk }) => ({
      id: `${source}/${hunk.id}`,
      source,
      kind: hunk.kind,
      section: hunk.section,
      before: hunk.before,
      after: hunk.after,
      context: hunk.context,
    })),
    previousFindings: previousFindings.slice(0, MAX_PREVIOUS),
    models: wished.length > 0 ? wished : models.chain.slice(0, 4),
    ...(judge.allowExternal === undefined ? {} : { allowExternal: judge.allowExternal }),
    deadlineMs,
  };
}

interface Place {
  readonly source: string;
  readonly hunk: Hunk;
}

/** All of them in page order, or where there are too many those that fit the goal best. */
function chooseHunks(places: readonly Place[], prompt: string): readonly Place[] {
  if (places.length <= MAX_HUNKS) return places;
  const ranked = rankHunks(
    places.map(({ hunk }) => hunk),
    prompt,
  );
  const wanted = new Set(ranked.slice(0, MAX_HUNKS));
  return places.filter(({ hunk }) => wanted.has(hunk));
}

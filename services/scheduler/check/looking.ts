/** The first half of the line: fetch, look, read the texts to compare with, compare. */
import { getText } from '../../store/blobs.ts';
import type { Claim } from '../../store/claim.ts';
import { withWorkspace } from '../../store/workspace.ts';
import type { SchedulerDeps } from '../deps.ts';
import { decideCheck, lookAtAll, type Decided, type Looked } from './decide.ts';
import { fetchSources, type FetchContext } from './fetch.ts';
import { withPicture } from './picture.ts';
import type { Plan } from './plan.ts';
import { timeoutsOf } from './timeouts.ts';

/** Fetches the plan's sources and compares what changed; nothing is written. */
export async function lookAndCompare(
  claim: Claim,
  plan: Pick<Extract<Plan, { kind: 'check' }>, 'sources'>,
  checkId: string,
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<Decided> {
  const timeouts = timeoutsOf(claim.spec);
  const wanted = plan.sources && new Set(plan.sources);
  const sources = claim.spec.sources.filter((source) => !wanted || wanted.has(source.name));
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeouts.totalMs))]);
  const context: FetchContext = {
    claim,
    checkId,
    timeouts,
    signal: deadline,
    keepsDocuments: true,
  };
  const fetched = await fetchSources(context, sources, deps);
  // a stop of the service is no finding about the page
  signal.throwIfAborted();
  await deps.failpoint('check.after-fetch');
  const looked = lookAtAll(claim, fetched);
  const texts = await readTexts(claim, looked.flatMap(blobOf), deps);
  await deps.failpoint('check.after-read');
  const decided = decideCheck(claim.spec, looked, texts, deps.clock.now());
  await deps.failpoint('check.after-compare');
  const checked = await Promise.all(
    decided.checked.map((each) => withPicture(each, context, deps)),
  );
  return { ...decided, checked };
}

const blobOf = ({ compares, base: before }: Looked): string[] =>
  compares && before ? [before.textBlob] : [];

/** The texts behind blobs; those that were collected are missing. */
export async function readTexts(
  { workspace }: Pick<Claim, 'workspace'>,
  blobs: readonly string[],
  deps: Pick<SchedulerDeps, 'pool'>,
): Promise<Map<string, string>> {
  if (blobs.length === 0) return new Map();
  return withWorkspace(deps.pool, workspace, async (tx) => {
    const texts = new Map<string, string>();
    for (const blob of new Set(blobs)) {
      const text = await getText(tx, workspace, blob);
      if (text !== undefined) texts.set(blob, text);
    }
    return texts;
  });
}

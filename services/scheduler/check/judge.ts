/** Asks the model about a change: cache, budget, call, settlement, and the wall behind it. */
import type { JudgeRequest, ModelsAnswer } from '../../core/contracts/llm.ts';
import { messageOf } from '../../core/errors.ts';
import { parseUsd } from '../../domain/budget.ts';
import { verdictCacheKey } from '../../domain/cacheKey.ts';
import { verifyAnswer } from '../../domain/evidence.ts';
import type { Provenance, UndeterminedWhy, Verdict } from '../../domain/types.ts';
import { SCHEMA_VERSION } from '../../domain/verdict.ts';
import { settleBudget, type Spent } from '../../store/budget.ts';
import { readCache, writeCache } from '../../store/cache.ts';
import type { Claim } from '../../store/claim.ts';
import type { SchedulerDeps } from '../deps.ts';
import { reserve, type Reserved } from './budget.ts';
import { callLlm, type Called } from './call.ts';
import type { Compared } from './compare.ts';
import { makeRequest, type PreviousFinding } from './request.ts';

/** What judging a check gave and took. */
export interface Judged {
  readonly verdict: Verdict;
  readonly provenance: Provenance | null;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Null when a model without a known price was used. */
  readonly costUsd: string | null;
  /** Set when no budget carried the call; `pause` asks to stop until next month. */
  readonly budget: 'ok' | 'exceeded' | 'pause';
  /** No model was asked: our own llm service did not take the call. */
  readonly unreached: boolean;
}

export interface JudgeInput {
  readonly claim: Pick<Claim, 'workspace' | 'monitor' | 'spec' | 'workers'>;
  readonly checkId: string;
  /** The words of the goal. */
  readonly prompt: string;
  readonly items: readonly Compared[];
  readonly previousFindings: readonly PreviousFinding[];
}

export type JudgeDeps = Pick<
  SchedulerDeps,
  | 'pool'
  | 'clock'
  | 'newId'
  | 'load'
  | 'models'
  | 'failpoint'
  | 'metrics'
  | 'settings'
  | 'log'
  | 'workers'
>;

/** Judges; whatever goes wrong is a verdict `undetermined` with its reason, never an error. */
export async function judgeChange(
  input: JudgeInput,
  deps: JudgeDeps,
  signal: AbortSignal,
): Promise<Judged> {
  const judged = await decideHow(input, deps, signal);
  const { verdict } = judged;
  deps.metrics.verdicts.inc({ verdict: verdict.verdict, why: verdict.why ?? '' });
  for (const { why } of verdict.droppedClaims) deps.metrics.droppedClaims.inc({ why });
  deps.metrics.lastVerdict.set(deps.clock.now().getTime() / 1000);
  return judged;
}

async function decideHow(input: JudgeInput, deps: JudgeDeps, signal: AbortSignal): Promise<Judged> {
  let models: ModelsAnswer;
  try {
    models = await deps.models.current(input.claim.workers?.llm ?? null);
  } catch (error) {
    return unreached(input, messageOf(error));
  }
  if (!models.configured)
    return undetermined(input, 'model_not_configured', 'no model is configured');
  const request = makeRequest(input, models, deps.settings.judgeDeadlineMs);
  const key = keyOf(input, request, models);
  const cached = await readCache(deps.pool, input.claim.workspace, key, deps.clock.now());
  deps.metrics.cache.inc({ result: cached ? 'hit' : 'miss' });
  if (cached) return fromCache(input, cached.answer, cached.provenance);
  const reserved = await reserve({ ...input, request, models }, deps);
  await deps.failpoint('check.after-reserve');
  if (reserved.kind === 'exceeded') {
    const why = `the budget of the ${reserved.scope} for this month is used up`;
    return {
      ...undetermined(input, 'budget_exhausted', why),
      budget: reserved.pause ? 'pause' : 'exceeded',
    };
  }
  return callModel(
    input,
    { ...request, models: [...reserved.models] },
    key,
    reserved,
    deps,
    signal,
  );
}

async function callModel(
  input: JudgeInput,
  request: JudgeRequest,
  key: string,
  reserved: Extract<Reserved, { kind: 'reserved' }>,
  deps: JudgeDeps,
  signal: AbortSignal,
): Promise<Judged> {
  const { workspace } = input.claim;
  const called = await callLlm(request, input.claim.workers?.llm ?? null, deps, signal);
  await deps.failpoint('check.after-judge');
  await settleBudget(deps.pool, { id: reserved.id, workspace }, spentOf(called, reserved));
  await deps.failpoint('check.after-settle');
  if (called.kind === 'noAnswer')
    return called.sent
      ? undetermined(input, 'model_unavailable', called.message)
      : unreached(input, called.message);
  const { result } = called;
  if (result.kind === 'undetermined')
    return { ...undetermined(input, result.why, result.detail), ...usage(result.provenance) };
  // a small model's answer is not what the full one would have said
  if (reserved.step === 'full')
    await writeCache(deps.pool, workspace, key, result, deps.clock.now());
  return { ...judgedBy(input, result.answer), ...usage(result.provenance) };
}

/** A call whose cost nobody knows is charged as it was reserved: the cap holds whatever it cost. */
function spentOf(called: Called, reserved: Extract<Reserved, { kind: 'reserved' }>): Spent {
  if (called.kind === 'noAnswer')
    return called.sent ? reserved.estimate : { microUsd: 0n, tokens: 0 };
  const { provenance } = called.result;
  return {
    microUsd: provenance.costUsd === null ? null : parseUsd(provenance.costUsd),
    tokens: provenance.tokensIn + provenance.tokensOut,
  };
}

const usage = (
  provenance: Provenance,
): Pick<Judged, 'provenance' | 'tokensIn' | 'tokensOut' | 'costUsd'> => ({
  provenance,
  tokensIn: provenance.tokensIn,
  tokensOut: provenance.tokensOut,
  costUsd: provenance.costUsd,
});

function fromCache(
  input: JudgeInput,
  answer: Parameters<typeof verifyAnswer>[0],
  from: Provenance,
): Judged {
  const provenance = {
    ...from,
    cacheHit: true,
    tokensIn: 0,
    tokensCached: 0,
    tokensOut: 0,
    costUsd: '0',
    attempts: 0,
  };
  return { ...judgedBy(input, answer), ...usage(provenance) };
}

const judgedBy = (
  input: JudgeInput,
  answer: Parameters<typeof verifyAnswer>[0],
): Pick<Judged, 'verdict' | 'budget' | 'unreached'> => ({
  verdict: verdictOf(input, answer),
  budget: 'ok',
  unreached: false,
});

const verdictOf = (input: JudgeInput, answer: Parameters<typeof verifyAnswer>[0]): Verdict =>
  verifyAnswer(answer, {
    sources: input.items.map(({ source, before, after, change }) => ({
      source,
      before,
      after,
      hunks: change.hunks,
    })),
    instructionInPage: input.items.some((item) => item.instructionInPage),
  });

/** A verdict for what could not be judged: never a no, never a score. */
export function undetermined(
  input: Pick<JudgeInput, 'items'>,
  why: UndeterminedWhy,
  reason: string,
): Judged {
  const verdict: Verdict = {
    verdict: 'undetermined',
    why,
    relevance: 0,
    summary: '',
    severity: 'warning',
    claims: [],
    droppedClaims: [],
    reason: reason.slice(0, 280),
    code: 'insufficient',
    instructionInPage: input.items.some((item) => item.instructionInPage),
  };
  const nothing = { provenance: null, tokensIn: 0, tokensOut: 0, costUsd: '0' };
  return { verdict, ...nothing, budget: 'ok', unreached: false };
}

const unreached = (input: JudgeInput, reason: string): Judged => ({
  ...undetermined(input, 'model_unavailable', reason),
  unreached: true,
});

const keyOf = (input: JudgeInput, request: JudgeRequest, models: ModelsAnswer): string =>
  verdictCacheKey({
    workspace: input.claim.workspace,
    texts: input.items.map(({ before, after }) => ({ before, after })),
    goal: request.goal,
    previousFindings: request.previousFindings,
    promptVersion: models.promptVersion,
    models: request.models.length > 0 ? request.models : models.chain,
    schemaVersion: SCHEMA_VERSION,
  });

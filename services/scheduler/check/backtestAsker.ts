/** Asks the model about past changes, as far as the stated maximum goes. */
import type { BacktestRequest } from '../../core/contracts/backtest.ts';
import type { ModelsAnswer } from '../../core/contracts/llm.ts';
import { HttpError } from '../../core/errors.ts';
import { formatUsd, parseUsd, type Estimate } from '../../domain/budget.ts';
import type { SchedulerDeps } from '../deps.ts';
import { dearestPrice, estimateRequest } from './budget.ts';
import type { Replayed } from './compareAgain.ts';
import { judgeChange, type JudgeInput } from './judge.ts';
import { promptOf } from './prompt.ts';
import { endsTheTry, type Asked, type Unasked } from './replay.ts';
import { makeRequest } from './request.ts';

/** No model is asked after this time: the caller wants an answer, and asks for the rest. */
const ASKING_MS = 90_000;

export interface Asker {
  readonly model: string;
  ask(replayed: Replayed): Promise<Asked>;
}

export const askOf = async (asker: Asker | undefined, replayed: Replayed): Promise<Asked> =>
  asker && replayed.judgeable.length > 0 ? asker.ask(replayed) : { kind: 'needless' };

type AskingClaim = JudgeInput['claim'];

/** Who asks the model while the maximum allows; undefined for a goal without words. */
export async function openAsker(
  claim: AskingClaim,
  limit: BacktestRequest['judge'],
  deps: SchedulerDeps,
  signal: AbortSignal,
): Promise<Asker | undefined> {
  const prompt = await promptOf(claim, deps.secrets);
  if (prompt.kind === 'none') return undefined;
  if (prompt.kind === 'missing') throw new HttpError('unprocessable', prompt.message);
  const models = await deps.models.current(claim.workers?.llm ?? null).catch(() => undefined);
  if (!models) throw new HttpError('unavailable', 'The llm service does not answer; try again.');
  const chain = chainOf(claim, models);
  const price = dearestPrice(chain, models.prices);
  const purse = openPurse(limit, price !== undefined, chain);
  const { clock } = deps;
  const until = clock.monotonic() + ASKING_MS;
  let ended: Unasked | undefined;
  const unasked = (why: Unasked, most: Estimate): Asked => ({
    kind: 'unasked',
    why,
    most: {
      tokens: most.tokens,
      costUsd: most.microUsd === null ? null : formatUsd(most.microUsd),
    },
  });
  return {
    model: chain.join(', '),
    ask: async ({ judgeable }) => {
      const input: JudgeInput = {
        claim,
        checkId: deps.newId(),
        prompt: prompt.text,
        items: judgeable,
        previousFindings: [],
      };
      const most = estimateRequest(
        makeRequest(input, models, deps.settings.judgeDeadlineMs),
        price,
      );
      const why = ended ?? purse.refuses(most) ?? (clock.monotonic() > until ? 'time' : undefined);
      if (why !== undefined) return unasked(why, most);
      const judged = await judgeChange(input, deps, signal);
      const end = endsTheTry(judged);
      if (end === 'model_not_configured')
        throw new HttpError('unprocessable', `spec.judge.model: ${judged.verdict.reason}`);
      purse.take(judged.tokensIn + judged.tokensOut, judged.costUsd, most);
      ended = end;
      return end === undefined ? { kind: 'judged', judged } : unasked(end, most);
    },
  };
}

/** The models that would be asked. @throws HttpError when there are none */
function chainOf({ spec }: AskingClaim, models: ModelsAnswer): readonly string[] {
  if (!models.configured)
    throw new HttpError(
      'unprocessable',
      'spec.goal.prompt: no model is configured here; without words the conditions alone can be tried',
    );
  const { model, fallback = [] } = spec.judge;
  return model === undefined ? models.chain.slice(0, 4) : [model, ...fallback];
}

interface Purse {
  /** Why a call that may cost as much is not made. */
  refuses(most: Estimate): Unasked | undefined;
  /** A call whose cost nobody knows has cost the most that it could. */
  take(tokens: number, costUsd: string | null, most: Estimate): void;
}

/** Holds the maximum: only what fits into the rest with certainty is asked. */
function openPurse(
  limit: BacktestRequest['judge'],
  isPriced: boolean,
  chain: readonly string[],
): Purse {
  if (limit === null) return { refuses: () => 'notAsked', take: () => undefined };
  if (!isPriced && limit.maxTokens === undefined)
    throw new HttpError(
      'unprocessable',
      `judge.maxTokens: ${chain.join(', ')} has no known price, so that a maximum in dollars cannot hold; give maxTokens`,
    );
  let tokens = limit.maxTokens ?? Infinity;
  let money = limit.maxCostUsd === undefined || !isPriced ? undefined : parseUsd(limit.maxCostUsd);
  return {
    refuses: (most) =>
      most.tokens > tokens || (money !== undefined && (most.microUsd ?? 0n) > money)
        ? 'maximum'
        : undefined,
    take: (used, costUsd, most) => {
      tokens -= used;
      const cost = costUsd === null ? (most.microUsd ?? 0n) : parseUsd(costUsd);
      money = money === undefined ? undefined : money - cost;
    },
  };
}

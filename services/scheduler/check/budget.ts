/** Reserves the budget of one judgement, and goes down the ladder when it is used up. */
import type { JudgeRequest, ModelsAnswer } from '../../core/contracts/llm.ts';
import { estimate, monthKey, parseUsd, type Estimate, type Price } from '../../domain/budget.ts';
import { reserveBudget, type BudgetScope, type Caps } from '../../store/budget.ts';
import type { JudgeDeps, JudgeInput } from './judge.ts';

export type Reserved =
  | {
      readonly kind: 'reserved';
      readonly id: string;
      readonly step: 'full' | 'small';
      readonly models: readonly string[];
      readonly estimate: Estimate;
    }
  | { readonly kind: 'exceeded'; readonly scope: BudgetScope; readonly pause: boolean };

interface ReserveInput extends JudgeInput {
  readonly request: JudgeRequest;
  readonly models: ModelsAnswer;
}

/** Bytes of rules and schema that the llm service puts before each part of a request. */
const RULES_BYTES = 16_000;
/** A long difference is judged in parts of about this size, each with the rules before it. */
const PART_BYTES = 16_000;
/** The most tokens of one answer. */
const ANSWER_TOKENS = 2_000;
/** An answer that breaks the schema is asked for once more. */
const ASKED = 2;

/** An upper bound for one judgement, its repair included. */
export function estimateRequest(request: JudgeRequest, price: Price | undefined): Estimate {
  const bytes = Buffer.byteLength(JSON.stringify(request));
  const parts = 1 + Math.ceil(bytes / PART_BYTES);
  return estimate(
    {
      bytes: ASKED * (bytes + parts * RULES_BYTES),
      maxOutputTokens: ASKED * parts * ANSWER_TOKENS,
    },
    price,
  );
}

/** The dearest price of a chain, or undefined when one of its models has none that is known. */
export function dearestPrice(
  models: readonly string[],
  prices: ModelsAnswer['prices'],
): Price | undefined {
  const known = models.flatMap((model) => prices[model] ?? []);
  if (known.length < models.length || known.length === 0) return undefined;
  return known.reduce((a, b) => (parseUsd(b.output) > parseUsd(a.output) ? b : a));
}

/** Reserves for the full chain, else for the small model when the job wants that, else not at all. */
export async function reserve(input: ReserveInput, deps: JudgeDeps): Promise<Reserved> {
  const { request, models, claim } = input;
  const chain = request.models.length > 0 ? request.models : models.chain;
  const full = await tryReserve(input, chain, 'full', deps);
  if (full.kind === 'reserved') return full;
  const onExceeded = claim.spec.budget?.onExceeded ?? 'ConditionsOnly';
  if (onExceeded === 'SmallModel' && models.small !== null) {
    const small = await tryReserve(input, [models.small], 'small', deps);
    if (small.kind === 'reserved') return small;
  }
  return { kind: 'exceeded', scope: full.scope, pause: onExceeded === 'Pause' };
}

type Tried =
  | Extract<Reserved, { kind: 'reserved' }>
  | { readonly kind: 'exceeded'; readonly scope: BudgetScope };

async function tryReserve(
  { claim, request, models }: ReserveInput,
  chain: readonly string[],
  step: 'full' | 'small',
  deps: JudgeDeps,
): Promise<Tried> {
  const wanted = estimateRequest(request, dearestPrice(chain, models.prices));
  const now = deps.clock.now();
  const id = deps.newId();
  const result = await reserveBudget(
    deps.pool,
    {
      id,
      workspace: claim.workspace,
      monitor: claim.monitor,
      month: monthKey(now),
      estimate: wanted,
      owner: deps.settings.owner,
      now,
    },
    {
      monitor: capsOf(claim.spec.budget),
      workspace: deps.settings.workspaceCaps,
      platform: deps.settings.platformCaps,
    },
  );
  if (result.kind === 'reserved')
    return {
      kind: 'reserved',
      id,
      step,
      models: step === 'small' ? chain : request.models,
      estimate: wanted,
    };
  deps.metrics.budgetExceeded.inc({ scope: result.scope });
  return { kind: 'exceeded', scope: result.scope };
}

const capsOf = (budget: JudgeInput['claim']['spec']['budget']): Caps => ({
  microUsd: budget?.usdPerMonth === undefined ? null : parseUsd(budget.usdPerMonth),
  tokens: budget?.tokensPerMonth ?? null,
});

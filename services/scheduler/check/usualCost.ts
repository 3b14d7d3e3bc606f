/** What one judgement of a page usually takes: a guess for people, unlike the bound that budgets are reserved by. */
import type { Judging } from '../../core/contracts/scheduler.ts';
import type { ModelsAnswer } from '../../core/contracts/llm.ts';
import { costOf, formatUsd } from '../../domain/budget.ts';
import { dearestPrice } from './budget.ts';

/** Most tokenizers make about one token of four bytes of a Latin text. */
const BYTES_A_TOKEN = 4;
/** Rules and schema, before each question. */
const RULES_BYTES = 16_000;
/** A change shows a part of its page, with what stands around it. */
const MOST_SHOWN = 4_000;
const ANSWER_TOKENS = 300;

/** @param textBytes of the page as it is read now */
export function usualJudging(
  { prompt, textBytes }: { readonly prompt: string; readonly textBytes: number },
  chain: readonly string[],
  prices: ModelsAnswer['prices'],
): Judging {
  const bytes = RULES_BYTES + Buffer.byteLength(prompt) + Math.min(textBytes, MOST_SHOWN);
  const input = Math.ceil(bytes / BYTES_A_TOKEN);
  const first = chain.slice(0, 1);
  const price = dearestPrice(first, prices);
  const cost = price && costOf({ input, cached: 0, output: ANSWER_TOKENS }, price);
  return {
    model: first[0] ?? '',
    tokensIn: input,
    tokensOut: ANSWER_TOKENS,
    costUsd: cost === undefined ? null : formatUsd(cost),
  };
}

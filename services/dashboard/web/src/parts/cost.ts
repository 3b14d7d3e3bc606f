/** What a monitor may cost, as far as anybody can say before it runs. Pure. */
import type { Judging } from '../objects.ts';
import { money } from './backtest.ts';

/** One check in so many finds a change that counts. */
export const SHARES = [100, 20, 5, 1] as const;

/** Such as "about 144 judgements in 30 days, about $0.82". */
export function costWords(
  { tokensIn, tokensOut, costUsd }: Judging,
  checks: number,
  share: number,
) {
  const judgements = Math.max(1, Math.round(checks / share));
  const tokens = judgements * (tokensIn + tokensOut);
  const sum =
    costUsd === null
      ? `${tokens.toLocaleString('en')} tokens; the price of the model is not known`
      : `about ${money(judgements * Number(costUsd))}`;
  const word = judgements === 1 ? 'judgement' : 'judgements';
  return `about ${judgements.toLocaleString('en')} ${word} in 30 days, ${sum}`;
}

/** What a monitor may cost, as far as anybody can say before it runs. Pure. */
import type { Judging } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { roundDollars } from './money.ts';

/** One check in so many finds a change that counts. */
export const SHARES = [100, 20, 5, 1] as const;

/** Such as "about 144 judgements in 30 days, about $0.82". */
export function costWords(
  { tokensIn, tokensOut, costUsd }: Judging,
  checks: number,
  share: number,
): string {
  const count = Math.max(1, Math.round(checks / share));
  return costUsd === null
    ? t('preview.cost.unpriced', { count, tokens: count * (tokensIn + tokensOut) })
    : t('preview.cost.priced', { count, price: roundDollars(count * Number(costUsd)) });
}

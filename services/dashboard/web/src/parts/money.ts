/** Amounts as people write them in their language. Pure; tested without a browser. */
import { locale } from '../texts/texts.ts';

const places = (amount: string): number => amount.split('.', 2)[1]?.length ?? 0;

/** An amount as it was set, with as many places: such as "12.50" or, in German, "12,50". */
export const amountWords = (amount: string): string =>
  Number(amount).toLocaleString(locale(), {
    minimumFractionDigits: places(amount),
    useGrouping: false,
  });

/** The same in US dollars: such as "$12.50", also for 12.5, or, in German, "12,50 $". */
export const dollars = (amount: string): string =>
  Number(amount).toLocaleString(locale(), {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: places(amount) === 0 ? 0 : Math.max(2, places(amount)),
    useGrouping: false,
  });

/** Amounts as people write them in their language. Pure; tested without a browser. */
import { locale } from '../texts/texts.ts';

const places = (amount: string): number => amount.split('.', 2)[1]?.length ?? 0;

const inDollars = (options: Intl.NumberFormatOptions): Intl.NumberFormat =>
  new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency: 'USD',
    // "$" also where people have dollars of their own
    currencyDisplay: 'narrowSymbol',
    ...options,
  });

/** An amount as it was set, with as many places: such as "12.50" or, in German, "12,50". */
export const amountWords = (amount: string): string =>
  Number(amount).toLocaleString(locale(), {
    minimumFractionDigits: places(amount),
    useGrouping: false,
  });

/** The same in US dollars: such as "$12.50", also for 12.5, or, in German, "12,50 $". */
export const dollars = (amount: string): string =>
  inDollars({
    minimumFractionDigits: places(amount) === 0 ? 0 : Math.max(2, places(amount)),
    useGrouping: false,
  }).format(Number(amount));

/** A decimal of US dollars to the last place: such as "$0.000123". */
export const exactDollars = (amount: string): string =>
  inDollars({ minimumFractionDigits: 0, maximumFractionDigits: 20 }).format(amount as `${number}`);

/** To the cent, with thousands apart: such as "$1,234.50". */
export const cents = (amount: string): string => inDollars({}).format(Number(amount));

/** Such as "$0.02"; what is less than a cent is said by its first two digits. */
export function roundDollars(usd: number): string {
  const exact = { minimumSignificantDigits: 2, maximumSignificantDigits: 2 };
  return inDollars(usd === 0 ? { maximumFractionDigits: 0 } : usd < 0.01 ? exact : {}).format(usd);
}

/** One spelling for one value: numbers, currencies and dates are re-parsed, the rest is folded. */
import { canonicalDates } from './date.ts';
import { foldNumberText, formatDecimal, parseNumbers } from './number.ts';

/**
 * A form in which two texts are equal exactly when they say the same value: "1.299,00 €" and
 * "EUR 1,299", "25.11.2026" and "November 25, 2026".
 */
export function canonicalValue(text: string): string {
  const dated = canonicalDates(foldNumberText(text));
  let result = '';
  let at = 0;
  for (const { start, end, value, currency } of parseNumbers(dated)) {
    result +=
      dated.slice(at, start) + formatDecimal(value) + (currency === null ? '' : ` ${currency}`);
    at = Math.max(at, end);
  }
  return (result + dated.slice(at))
    .toLowerCase()
    .replace(/(\d) ?%/g, '$1 %')
    .replace(/\s+/gu, ' ')
    .trim();
}

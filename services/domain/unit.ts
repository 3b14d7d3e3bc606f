/** Recognises what stands beside a number: its currency or its unit. */

/** Spellings of currencies; a symbol that several countries share keeps the usual reading. */
const currencies: Readonly<Record<string, string>> = {
  '€': 'EUR',
  $: 'USD',
  US$: 'USD',
  A$: 'AUD',
  C$: 'CAD',
  CA$: 'CAD',
  AU$: 'AUD',
  NZ$: 'NZD',
  HK$: 'HKD',
  S$: 'SGD',
  R$: 'BRL',
  '£': 'GBP',
  '¥': 'JPY',
  円: 'JPY',
  元: 'CNY',
  '₹': 'INR',
  '₽': 'RUB',
  '₩': 'KRW',
  '₺': 'TRY',
  '₴': 'UAH',
  '₫': 'VND',
  '₪': 'ILS',
  '฿': 'THB',
  zł: 'PLN',
  Kč: 'CZK',
  Ft: 'HUF',
  kr: 'kr',
  'Fr.': 'CHF',
  Euro: 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  dollars: 'USD',
  лв: 'BGN',
  lei: 'RON',
};
const codes = new Set(
  (
    'EUR USD GBP CHF JPY CNY AUD CAD NZD SEK NOK DKK ISK PLN CZK HUF RON BGN TRY UAH RUB INR BRL MXN ' +
    'ZAR KRW SGD HKD TWD THB IDR MYR PHP VND ILS AED SAR BTC ETH'
  ).split(' '),
);

const MONEY =
  /^ ?(\p{Sc}|[A-Z]{1,2}\$|円|元|zł|Kč|Ft|лв|kr|Euros?|euros?|dollars|lei|[A-Z]{3})(?![\p{L}\d])/u;
const RATE = /^ ?(\/ ?\p{L}{1,8})/u;
const UNIT = /^ ?(%|‰|°[CF]?|\p{L}{1,12}(?:\/\p{L}{1,8})?[²³]?)/u;

/** ISO code of a spelling of a currency, or undefined. */
const currencyOf = (word: string): string | undefined =>
  codes.has(word) ? word : Object.hasOwn(currencies, word) ? currencies[word] : undefined;

/** The currency that ends directly (or one space) before `start`, with its own start. */
export function currencyBefore(
  text: string,
  start: number,
): { readonly currency: string; readonly start: number } | undefined {
  const found =
    /((?:[A-Z]{1,2}\$|\p{Sc}|Fr\.|(?<![\p{L}\d])(?:kr|zł|Kč|[A-Z]{3})))[ ]?[-–]?$/u.exec(
      text.slice(Math.max(0, start - 6), start),
    );
  const currency = found && currencyOf(found[1] ?? '');
  if (!found || !currency) return undefined;
  return { currency, start: Math.max(0, start - 6) + found.index };
}

/** What follows a number. */
export interface Following {
  readonly unit: string | null;
  readonly currency: string | null;
  /** Characters from the number's end to the currency's end; 0 without one. */
  readonly currencyLength: number;
}

/** Unit or currency that follows directly (or after one space) at `end`. */
export function unitAfter(text: string, end: number): Following {
  const rest = text.slice(end, end + 24);
  const money = MONEY.exec(rest) ?? /^ ?(円|元)/u.exec(rest);
  const currency = money ? currencyOf(money[1] ?? '') : undefined;
  const currencyLength = money && currency ? money[0].length : 0;
  const unit = (currency ? RATE : UNIT).exec(rest.slice(currencyLength));
  return { unit: unit?.[1]?.replace(' ', '') ?? null, currency: currency ?? null, currencyLength };
}

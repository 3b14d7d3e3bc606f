/** Cuts a text into the tokens that evidence is compared by: a piece of one is never a match. */

export interface Token {
  /** Folded: width, case and the spelling of quotes, dashes and spaces do not matter. */
  readonly text: string;
  /** Where it stands in the text that was cut. */
  readonly start: number;
  readonly end: number;
}

/** Scripts that write without spaces: each character is a token of its own. */
const UNSPACED =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}';
const WORD = `(?:(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}_])`;
// what joins two word characters into one token; between digits more does, so that dates, times,
// ranges and grouped numbers stay whole
const JOINERS = `(?:['’.@‑-]+(?=${WORD})|(?<=\\p{N})[,:/–](?=\\p{N})|(?<=(?<!\\p{N})\\p{N}{1,3}(?: \\p{N}{3})*)[ \\u00a0\\u202f](?=\\p{N}{3}(?!\\p{N})))`;
const SIGN = `(?:(?<![\\p{L}\\p{N}\\p{M}])[-−–](?=\\p{Sc}?\\p{N}))`;
const TOKEN = new RegExp(
  `${SIGN}?${WORD}+(?:${JOINERS}${WORD}+)*|[${UNSPACED}]\\p{M}*|${SIGN}?\\p{Sc}|[%‰°]`,
  'gu',
);

/** All tokens of a text in order; punctuation between them is nothing. */
export function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map((found) => ({
    text: foldToken(found[0]),
    start: found.index,
    end: found.index + found[0].length,
  }));
}

/** Indexes at which `part` stands as a run of whole tokens inside `all`; none for an empty part. */
export function findRuns(all: readonly Token[], part: readonly Token[]): number[] {
  if (part.length === 0) return [];
  const fits = (at: number): boolean => part.every((token, i) => all[at + i]?.text === token.text);
  return all.flatMap((_, at) => (fits(at) ? [at] : []));
}

const foldToken = (token: string): string =>
  token
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2010-\u2015\u2212]/gu, '-')
    .replace(/[\u2018\u2019\u02bc]/gu, "'")
    .replace(/\s/gu, ' ');

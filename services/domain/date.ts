/** Reads calendar dates that can be read in only one way. */

const months: readonly (readonly string[])[] = [
  ['jan', 'januar', 'january', 'janvier', 'enero', 'jänner'],
  ['feb', 'februar', 'february', 'février', 'febrero'],
  ['mar', 'march', 'märz', 'mars', 'marzo', 'mär'],
  ['apr', 'april', 'avril', 'abril'],
  ['may', 'mai', 'mayo'],
  ['jun', 'june', 'juni', 'juin', 'junio'],
  ['jul', 'july', 'juli', 'juillet', 'julio'],
  ['aug', 'august', 'août', 'agosto'],
  ['sep', 'sept', 'september', 'septembre', 'septiembre'],
  ['oct', 'okt', 'october', 'oktober', 'octobre', 'octubre'],
  ['nov', 'november', 'novembre', 'noviembre'],
  ['dec', 'dez', 'december', 'dezember', 'décembre', 'diciembre'],
];
const names = months
  .flat()
  .sort((a, b) => b.length - a.length)
  .join('|');
const patterns: readonly { readonly form: RegExp; readonly order: 'ymd' | 'dmy' | 'mdy' }[] = [
  { form: /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/gu, order: 'ymd' },
  { form: /(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)/gu, order: 'dmy' },
  {
    form: new RegExp(
      `(?<!\\d)(\\d{1,2})(?:\\.|st|nd|rd|th)?\\s(?:of\\s|de\\s)?(${names})\\.?,?\\s(?:de\\s)?(\\d{4})(?!\\d)`,
      'giu',
    ),
    order: 'dmy',
  },
  {
    form: new RegExp(
      `(?<!\\p{L})(${names})\\.?\\s(\\d{1,2})(?:st|nd|rd|th)?,?\\s(\\d{4})(?!\\d)`,
      'giu',
    ),
    order: 'mdy',
  },
];

/**
 * Writes every date of a text as YYYY-MM-DD, so that one date in two spellings reads the same.
 * Purely numeric dates with slashes stay: day and month cannot be told apart.
 */
export function canonicalDates(text: string): string {
  return patterns.reduce(
    (result, { form, order }) =>
      result.replace(form, (whole: string, a: string, b: string, c: string) => {
        const [year, month, day] =
          order === 'ymd' ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b];
        return isoDate(Number(year), monthOf(month), Number(day)) ?? whole;
      }),
    text,
  );
}

function monthOf(text: string): number {
  const index = months.findIndex((names) => names.includes(text.toLowerCase()));
  return index === -1 ? Number(text) : index + 1;
}

function isoDate(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (Number.isNaN(date.getTime()) || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return undefined;
  return date.toISOString().slice(0, 10);
}

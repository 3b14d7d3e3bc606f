/** What a workspace may have and spend, in words and in the fields of a form. Pure. */

/** Null where what holds for all workspaces holds for it. */
export interface Limits {
  readonly monitors: number | null;
  readonly usdPerMonth: string | null;
  readonly tokensPerMonth: number | null;
  readonly checksPerHour: number | null;
  readonly mailsPerHour: number | null;
}

export type LimitName = keyof Limits;

export const LIMIT_WORDS: Readonly<Record<LimitName, string>> = {
  monitors: 'monitors',
  usdPerMonth: 'US dollars a month',
  tokensPerMonth: 'tokens a month',
  checksPerHour: 'checks an hour',
  mailsPerHour: 'mails an hour',
};
export const LIMIT_NAMES = Object.keys(LIMIT_WORDS) as readonly LimitName[];

/** Such as "3 monitors, 12.5 US dollars a month". */
export function limitWords(limits: Limits): string {
  const own = LIMIT_NAMES.flatMap((name) => {
    const limit = limits[name];
    if (limit === null) return [];
    const count = typeof limit === 'number' ? limit.toLocaleString('en') : limit;
    return [`${count} ${LIMIT_WORDS[name]}`];
  });
  return own.length === 0 ? 'No limits of its own' : own.join(', ');
}

/** As they are typed; empty for none. */
export type LimitTexts = Readonly<Record<LimitName, string>>;

const textOf = (limit: number | string | null): string => (limit === null ? '' : String(limit));

export const textsOf = (limits: Limits): LimitTexts => ({
  monitors: textOf(limits.monitors),
  usdPerMonth: textOf(limits.usdPerMonth),
  tokensPerMonth: textOf(limits.tokensPerMonth),
  checksPerHour: textOf(limits.checksPerHour),
  mailsPerHour: textOf(limits.mailsPerHour),
});

const countOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));

/** What is typed as what is sent; what is no number is refused by the server, which names the field. */
export const limitsOf = (texts: LimitTexts): Limits => ({
  monitors: countOf(texts.monitors),
  usdPerMonth: texts.usdPerMonth.trim() === '' ? null : texts.usdPerMonth.trim(),
  tokensPerMonth: countOf(texts.tokensPerMonth),
  checksPerHour: countOf(texts.checksPerHour),
  mailsPerHour: countOf(texts.mailsPerHour),
});

/** What a workspace may have and spend, in words and in the fields of a form. Pure. */
import { counted, t } from '../texts/texts.ts';
import { amountWords } from './money.ts';

/** Null where what holds for all workspaces holds for it. */
export interface Limits {
  readonly monitors: number | null;
  readonly usdPerMonth: string | null;
  readonly tokensPerMonth: number | null;
  readonly checksPerHour: number | null;
  readonly mailsPerHour: number | null;
}

export type LimitName = keyof Limits;

export const LIMIT_NAMES = [
  'monitors',
  'usdPerMonth',
  'tokensPerMonth',
  'checksPerHour',
  'mailsPerHour',
] as const satisfies readonly LimitName[];

/** Such as "3 monitors, 12.5 US dollars a month". */
export function limitWords(limits: Limits): string {
  const own = LIMIT_NAMES.flatMap((name) => {
    const limit = limits[name];
    if (limit === null) return [];
    const count = typeof limit === 'number' ? counted(limit) : amountWords(limit);
    return [t(`admin.limits.own.${name}`, { limit: count })];
  });
  return own.length === 0 ? t('admin.limits.noneOwn') : own.join(', ');
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

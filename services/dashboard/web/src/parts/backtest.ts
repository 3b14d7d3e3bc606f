/** A try of an edited monitor on its stored changes: in parts, and in words. Pure. */
import { known, t } from '../texts/texts.ts';
import { roundDollars } from './money.ts';

interface Judged {
  readonly outcome: string;
  readonly reason: string | null;
  readonly verdict: string | null;
  readonly summary: string;
}

export interface TriedChange {
  readonly checkId: string;
  readonly at: string;
  readonly then: Judged;
  readonly now: Judged & {
    readonly alerts: readonly string[];
    readonly problems: readonly string[];
    readonly tokensIn: number;
    readonly tokensOut: number;
    readonly costUsd: string | null;
    readonly most: { readonly tokens: number; readonly costUsd: string | null } | null;
  };
}

/** What one call answers. */
export interface Backtest {
  readonly changes: readonly TriedChange[];
  readonly more: boolean;
  readonly model: string | null;
  readonly facts: readonly unknown[];
}

/** So many changes are judged by one call: a part takes seconds, and ends before anybody gives up. */
const PART = 4;

/** The checks of the changes, a few at a time. */
export const partsOf = (changes: readonly TriedChange[]): string[][] =>
  Array.from({ length: Math.ceil(changes.length / PART) }, (_none, index) =>
    changes.slice(index * PART, (index + 1) * PART).map(({ checkId }) => checkId),
  );

/** What asking the model about all can cost at the most; `usd` is null without a known price. */
export function mostOf(changes: readonly TriedChange[]): {
  readonly tokens: number;
  readonly usd: number | null;
} {
  const all = changes.flatMap(({ now }) => now.most ?? []);
  return {
    tokens: all.reduce((sum, { tokens }) => sum + tokens, 0),
    usd: all.some(({ costUsd }) => costUsd === null)
      ? null
      : all.reduce((sum, { costUsd }) => sum + Number(costUsd), 0),
  };
}

/** What was spent so far. */
export function spentOf(changes: readonly TriedChange[]): {
  readonly tokens: number;
  readonly usd: number | null;
} {
  const isKnown = changes.every(({ now }) => now.costUsd !== null);
  return {
    tokens: changes.reduce((sum, { now }) => sum + now.tokensIn + now.tokensOut, 0),
    usd: isKnown ? changes.reduce((sum, { now }) => sum + Number(now.costUsd), 0) : null,
  };
}

export interface Maximum {
  readonly kind: 'usd' | 'tokens';
  readonly amount: number;
}

/** What is left of the maximum, as the API takes it; undefined when nothing is. */
export function restOf(
  { kind, amount }: Maximum,
  changes: readonly TriedChange[],
): { readonly maxCostUsd: string } | { readonly maxTokens: number } | undefined {
  const spent = spentOf(changes);
  if (kind === 'tokens') {
    const maxTokens = Math.floor(amount - spent.tokens);
    return maxTokens > 0 ? { maxTokens } : undefined;
  }
  const rest = amount - (spent.usd ?? amount);
  return rest > 0 ? { maxCostUsd: rest.toFixed(6) } : undefined;
}

/** Such as "Would have alerted 3 times in 30 days, cost $0.02. Then it alerted once." */
export function summaryWords(changes: readonly TriedChange[], days: number): string {
  if (changes.length === 0) return t('backtest.nothing', { days });
  const told = changes.filter(({ now }) => now.outcome === 'Alerted').length;
  const open = changes.filter(({ now }) => now.outcome === 'Unasked').length;
  const before = changes.filter(({ then }) => then.outcome === 'Alerted').length;
  const { usd, tokens } = spentOf(changes);
  const cost = usd === null ? t('backtest.tokens', { count: tokens }) : roundDollars(usd);
  const isAll = open === 0;
  const sentences = [
    told === 0
      ? t(isAll ? 'backtest.notTold' : 'backtest.notToldAlone', { days, cost })
      : t(isAll ? 'backtest.told' : 'backtest.toldAtLeast', { count: told, days, cost }),
    ...(isAll ? [] : [t('backtest.open', { open, all: changes.length })]),
    t('backtest.before', { count: before }),
  ];
  return sentences.join(' ');
}

/** Why a change was not judged. */
export const unaskedWords = (reason: string | null): string =>
  known('backtest.unasked', reason ?? '') ?? t('backtest.notJudged');

/** A try of an edited monitor in words. Pure. */
import type { BacktestResult, TriedChange } from '../../core/contracts/backtest.ts';
import { formatUsd, parseUsd } from '../../domain/budget.ts';
import { age } from '../terminal.ts';

export const HEADS = ['AGE', 'SOURCE', 'THEN', 'NOW', 'COST', 'WHAT'];

/** Why a change was not put before the model. */
const UNASKED: Readonly<Record<string, string>> = {
  notAsked: 'only the model can say',
  maximum: 'might have cost more than the maximum',
  time: 'there was no time left; try again',
  textGone: 'its text is not kept any more',
  model_unavailable: 'the model did not answer',
  budget_exhausted: 'the budget of this month does not reach',
};

type Outcome = Pick<TriedChange['then'], 'outcome' | 'reason' | 'relevance'>;

const outcomeWords = ({ outcome, reason, relevance }: Outcome): string =>
  [outcome, reason ?? '', relevance ?? ''].filter((word) => word !== '').join(' ');

const money = (micro: bigint): string => `$${formatUsd(micro).replace(/0{1,4}$/, '')}`;

function whatWords({ now }: TriedChange): string {
  const { outcome, reason, alerts, summary, problems } = now;
  const unasked = outcome === 'Unasked' ? [UNASKED[reason ?? ''] ?? 'was not judged'] : [];
  const told = alerts.length > 0 ? alerts : [summary];
  return [...unasked, ...told, ...problems].filter((word) => word !== '').join('; ');
}

/** One change as a row of the table. */
export function changeRow(change: TriedChange, time: Date): string[] {
  const { at, sources, then, now } = change;
  const cost =
    now.costUsd === null ? `${now.tokensIn + now.tokensOut} tokens` : money(parseUsd(now.costUsd));
  return [
    age(at, time),
    sources.join(', '),
    outcomeWords(then),
    now.outcome === 'Unasked' ? 'not judged' : outcomeWords(now),
    now.costUsd !== null && parseUsd(now.costUsd) === 0n ? '' : cost,
    whatWords(change),
  ];
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** Such as "Would have alerted 3 times in 30 days, for $0.02. Then it alerted once." */
export function summaryLines(
  { changes, more, model }: Pick<BacktestResult, 'changes' | 'more' | 'model'>,
  { days, last }: { readonly days: number; readonly last: number },
): string[] {
  if (changes.length === 0)
    return [`Nothing changed in the last ${days} days that could be tried.`];
  const told = changes.filter(({ now }) => now.outcome === 'Alerted').length;
  const before = changes.filter(({ then }) => then.outcome === 'Alerted').length;
  const open = changes.filter(({ now }) => now.outcome === 'Unasked');
  const least = open.length > 0 ? 'at least ' : '';
  const would =
    told === 0 && open.length === 0
      ? 'Would not have alerted'
      : `Would have alerted ${least}${times(told)}`;
  const then = before === 0 ? 'never alerted' : `alerted ${times(before)}`;
  return [
    `${would} in ${days} days, for ${spentWords(changes)}. Then it ${then}.`,
    ...openLines(open, changes.length, model),
    ...(more
      ? [`There were more changes than the ${last} newest, which were tried; see --last.`]
      : []),
  ];
}

function spentWords(changes: readonly TriedChange[]): string {
  const tokens = changes.reduce((sum, { now }) => sum + now.tokensIn + now.tokensOut, 0);
  if (changes.some(({ now }) => now.costUsd === null)) return `${tokens} tokens`;
  const micro = changes.reduce((sum, { now }) => sum + parseUsd(now.costUsd ?? '0'), 0n);
  return micro === 0n ? 'nothing' : money(micro);
}

/** What it takes to have the rest judged. */
function openLines(open: readonly TriedChange[], all: number, model: string | null): string[] {
  const bounds = open.flatMap(({ now }) => now.most ?? []);
  if (open.length === 0) return [];
  const first = `Of ${open.length} of ${all} changes it is not known.`;
  if (bounds.length === 0) return [first];
  const tokens = bounds.reduce((sum, { tokens: each }) => sum + each, 0);
  const isPriced = bounds.every(({ costUsd }) => costUsd !== null);
  const micro = bounds.reduce((sum, { costUsd }) => sum + parseUsd(costUsd ?? '0'), 0n);
  const flag = isPriced ? `--max-cost ${formatUsd(micro)}` : `--max-tokens ${tokens}`;
  return [`${first} Asking ${model ?? 'the model'} about all needs at most ${flag}.`];
}

/** `backtest`: tries an edited MonitorJob on the changes that were seen already. */
import type { BacktestResult, TriedChange } from '../../core/contracts/backtest.ts';
import { formatUsd, parseUsd } from '../../domain/budget.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { oneJob } from '../files.ts';
import { complain, print } from '../io.ts';
import { printValue } from '../output.ts';
import { table } from '../terminal.ts';
import { changeRow, HEADS, summaryLines } from './backtestWords.ts';
import type { Context } from './context.ts';

export interface BacktestOptions {
  readonly filename: readonly string[];
  readonly name?: string | undefined;
  readonly days: number;
  readonly last: number;
  /** Dollars, such as `0.05`. */
  readonly maxCost?: string | undefined;
  readonly maxTokens?: number | undefined;
  readonly output: 'table' | 'json' | 'yaml';
}

type Maximum = Pick<BacktestOptions, 'maxCost' | 'maxTokens'>;
type Tried = readonly TriedChange[];

/** The API gives up before. */
const TIMEOUT_MS = 250_000;
/** So many changes are judged by one call: that is the progress, and each call ends in time. */
const PART = 4;

/** What a try came to. */
interface Run {
  readonly changes: Tried;
  /** Changes that the model could not be asked about, by a refusal of the API. */
  readonly failure: CliError | undefined;
}

/** Tries the conditions for nothing, then the goal as far as the maximum goes. */
export async function backtest(context: Context, options: BacktestOptions): Promise<ExitCode> {
  const { io } = context;
  const { manifest } = await oneJob(io, options);
  const { days, last, maxCost, maxTokens, output } = options;
  const post = (more: object): Promise<BacktestResult> =>
    context.client().post('/api/v1/backtest', { manifest, days, ...more }, TIMEOUT_MS);
  const free = await post({ last });
  const isAsked = maxCost !== undefined || maxTokens !== undefined;
  if (isAsked) refuseUnpriced(free, options);
  const run = isAsked
    ? await askModel(context, free.changes, options, post)
    : { changes: free.changes, failure: undefined };
  const { changes, failure } = run;
  if (output === 'table') {
    const rows = changes.map((change) => changeRow(change, io.now()));
    if (rows.length > 0) table(HEADS, rows, io.columns).forEach((line) => print(io, line));
    for (const line of summaryLines({ ...free, changes: [...changes] }, options)) print(io, line);
  } else {
    const { facts: _facts, ...result } = free;
    printValue(io, { ...result, changes, ...sumOf(changes) }, output);
  }
  if (failure) throw failure;
  return isAsked && changes.some(isOpen) ? EXIT.failed : EXIT.ok;
}

const isOpen = ({ now }: TriedChange): boolean => now.outcome === 'Unasked';

/** Dollars hold only where the price is known. */
function refuseUnpriced({ changes, model }: BacktestResult, { maxTokens }: Maximum): void {
  const isUnpriced = changes.some(({ now }) => now.most?.costUsd === null);
  if (isUnpriced && maxTokens === undefined)
    throw new CliError(
      EXIT.usage,
      `--max-cost: ${model ?? 'the model'} has no known price; give --max-tokens`,
    );
}

/** A refusal on the way loses nothing of what was judged and paid before. */
async function askModel(
  { io }: Context,
  free: Tried,
  maximum: Maximum,
  post: (more: object) => Promise<BacktestResult>,
): Promise<Run> {
  const judged: TriedChange[] = [];
  let facts: BacktestResult['facts'] = [];
  let failure: CliError | undefined;
  while (judged.length < free.length) {
    const judge = restOf(maximum, judged);
    if (!judge) break;
    const part = free.slice(judged.length, judged.length + PART);
    try {
      const answer = await post({ checks: part.map(({ checkId }) => checkId), judge, facts });
      const answered = new Map(answer.changes.map((change) => [change.checkId, change]));
      ({ facts } = answer);
      judged.push(...part.map((change) => answered.get(change.checkId) ?? change));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      failure = error;
      break;
    }
    const { tokensIn, tokensOut, costUsd } = sumOf(judged);
    const cost = costUsd === null ? `${tokensIn + tokensOut} tokens` : `$${costUsd}`;
    complain(io, `tried ${judged.length} of ${free.length} changes, ${cost} so far`);
  }
  return { changes: [...judged, ...free.slice(judged.length)], failure };
}

/** What is left of the maximum, as the API takes it; undefined when nothing is. */
function restOf(
  { maxCost, maxTokens }: Maximum,
  judged: Tried,
): { maxCostUsd?: string; maxTokens?: number } | undefined {
  const { tokensIn, tokensOut, costUsd } = sumOf(judged);
  const tokens = maxTokens === undefined ? undefined : maxTokens - tokensIn - tokensOut;
  if (tokens !== undefined && tokens <= 0) return undefined;
  const left = tokens === undefined ? {} : { maxTokens: tokens };
  if (maxCost === undefined) return left;
  // what nobody knows the cost of may have cost all of it
  if (costUsd === null) return tokens === undefined ? undefined : left;
  const money = parseUsd(maxCost) - parseUsd(costUsd);
  return money > 0n ? { ...left, maxCostUsd: formatUsd(money) } : undefined;
}

/** What was spent; of several models without a price the money is unknown. */
function sumOf(changes: Tried): Pick<BacktestResult, 'tokensIn' | 'tokensOut' | 'costUsd'> {
  const costs = changes.map(({ now }) => now.costUsd);
  const isKnown = costs.every((cost) => cost !== null);
  const micro = costs.reduce((sum, cost) => sum + parseUsd(cost ?? '0'), 0n);
  return {
    tokensIn: changes.reduce((sum, { now }) => sum + now.tokensIn, 0),
    tokensOut: changes.reduce((sum, { now }) => sum + now.tokensOut, 0),
    costUsd: isKnown ? formatUsd(micro) : null,
  };
}

/** `preview`: tries a MonitorJob without saving anything. */
import type { PreviewResult } from '../../core/contracts/scheduler.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { oneJob } from '../files.ts';
import { type CliIo, print } from '../io.ts';
import { type Format, printValue } from '../output.ts';
import { cut, plain, wrap } from '../terminal.ts';
import type { Context } from './context.ts';
import { whyUnread, withUnit } from './values.ts';

export interface PreviewOptions {
  readonly filename: readonly string[];
  readonly judge?: boolean | undefined;
  readonly name?: string | undefined;
  readonly output: Format;
}

/** A browser may have to start first; the API gives up before. */
const TIMEOUT_MS = 190_000;
/** Lines of text that are shown of each page. */
const SHOWN_LINES = 20;

function printSource(io: CliIo, source: PreviewResult['sources'][number]): void {
  const head = [source.source, source.finalUrl, source.extractor ?? '', source.title];
  print(io, plain(head.filter((part) => part !== '').join('  ')));
  if (source.outcome !== 'page') {
    const word = source.outcome === 'failed' ? 'failed' : 'not judgeable';
    print(io, plain(`  ${word}: ${source.problem ?? 'no reason was given'}`));
    return;
  }
  for (const warning of source.warnings) print(io, plain(`  warning: ${warning}`));
  const lines = source.normalised.split('\n');
  for (const line of lines.slice(0, SHOWN_LINES))
    print(io, `  | ${cut(plain(line), (io.columns ?? 120) - 4)}`);
  if (lines.length > SHOWN_LINES) print(io, `  | … ${lines.length - SHOWN_LINES} more lines`);
  const hunks = source.hunks.length;
  print(io, hunks === 0 ? '  no difference to the last check' : `  ${hunks} differences`);
}

/** What each value reads now; of a page that could not be read its problem says enough. */
function printValues(io: CliIo, { outcome, values = [] }: PreviewResult['sources'][number]): void {
  if (outcome !== 'page') return;
  for (const { name, number, unit, why, found } of values) {
    const text =
      number === null
        ? `nothing is read${why ? `: ${whyUnread(why, found)}` : ''}`
        : `${withUnit(number, unit)} from "${found}"`;
    print(io, `  ${cut(plain(`value ${name}: ${text}`), (io.columns ?? 200) - 2)}`);
  }
}

function printVerdict(io: CliIo, { verdict, tokensIn, tokensOut, costUsd }: PreviewResult): void {
  if (!verdict) return;
  const word = (key: string): string => {
    const value = verdict[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const head = `verdict: ${word('verdict')} ${word('relevance')} ${word('why')}`;
  print(io, plain(head));
  for (const key of ['summary', 'reason'])
    if (word(key) !== '') for (const line of wrap(word(key), '  ', io.columns)) print(io, line);
  const cost = costUsd === null ? 'unknown' : `$${costUsd}`;
  print(io, `cost: ${tokensIn} tokens in, ${tokensOut} out, ${cost}`);
}

/** Fetches, filters and (when asked) judges the pages of a MonitorJob, and shows each step. */
export async function preview({ io, client }: Context, options: PreviewOptions): Promise<ExitCode> {
  const { manifest } = await oneJob(io, options);
  const body = { manifest, judge: options.judge === true };
  const result = await client().post<PreviewResult>('/api/v1/preview', body, TIMEOUT_MS);
  if (options.output === 'json' || options.output === 'yaml')
    printValue(io, result, options.output);
  else {
    for (const source of result.sources) {
      printSource(io, source);
      printValues(io, source);
    }
    for (const { name, holds, evidence } of result.conditions)
      print(io, plain(`condition ${name}: ${holds ? 'holds' : 'does not hold'} ${evidence}`));
    printVerdict(io, result);
  }
  return result.sources.some(({ outcome }) => outcome === 'failed') ? EXIT.failed : EXIT.ok;
}

/** The words for trying a MonitorJob before it is saved, and for what people said of it. */
import { Option } from 'commander';
import { MOST_CHANGES } from '../../core/contracts/backtest.ts';
import { CliError, EXIT } from '../exit.ts';
import { files, limit, output, type Wiring } from '../wiring.ts';
import { parseCount } from './act.ts';
import { backtest, type BacktestOptions } from './backtest.ts';
import { CASE_FORMATS, cases, type CaseOptions } from './cases.ts';
import { preview } from './preview.ts';

const MOST_DAYS = 400;
const MOST_TOKENS = 100_000_000;

const name = (): Option => new Option('--name <name>', 'which MonitorJob, when there are several');

/** A count that has an upper end. @throws CliError that names the flag */
const upTo =
  (flag: string, most: number) =>
  (text: string): number => {
    const count = parseCount(flag, text);
    if (count > most) throw new CliError(EXIT.usage, `${flag} ${text}: must be at most ${most}`);
    return count;
  };

/** Dollars as the API takes them. @throws CliError */
function parseMaxCost(text: string): string {
  if (!/^\d{1,4}(\.\d{1,6})?$/.test(text) || Number(text) === 0)
    throw new CliError(
      EXIT.usage,
      `--max-cost ${text}: must be an amount of US dollars above 0, such as 0.05`,
    );
  return text;
}

const BACKTEST_HELP = `
Nothing of the monitor is written and nobody is told. The conditions are tried for nothing; the
model is asked only with --max-cost or --max-tokens, and never for more. The progress is written
to standard error.

Exit codes:
  0  it was tried, whatever would have been told
  1  failed, or a maximum was given and not every change could be judged
  3  there is no stored monitor of that name, so no history`;

const CASES_HELP = `
A case is what was judged (goal, change, claims, verdict), what a person said of it, and what the
judge should have said (expected: match or no_match; null where a condition or a limit decided,
which says nothing about the judge). For a regression of your own: duckmon cases -o jsonl > FILE`;

/** Adds them to the program. */
export function addTries({ program, does }: Wiring): void {
  program
    .command('preview')
    .description('try a MonitorJob without saving anything')
    .usage('-f FILE [options]')
    .addOption(files())
    .option('--judge', 'ask the model as well (costs money)')
    .addOption(name())
    .addOption(output())
    .action(does((context, options: Parameters<typeof preview>[1]) => preview(context, options)));
  program
    .command('backtest')
    .description('say what an edited MonitorJob would have told of the changes that were seen')
    .usage('-f FILE [options]')
    .addOption(files())
    .addOption(name())
    .addOption(
      new Option('--days <n>', 'how far back').argParser(upTo('--days', MOST_DAYS)).default(30),
    )
    .addOption(
      new Option('--last <n>', 'how many changes at most, the newest')
        .argParser(upTo('--last', MOST_CHANGES))
        .default(50),
    )
    .addOption(
      new Option('--max-cost <usd>', 'ask the model, for so many dollars at most').argParser(
        parseMaxCost,
      ),
    )
    .addOption(
      new Option('--max-tokens <n>', 'ask the model, for so many tokens at most').argParser(
        upTo('--max-tokens', MOST_TOKENS),
      ),
    )
    .addOption(
      new Option('-o, --output <format>', 'how it is written')
        .choices(['table', 'json', 'yaml'])
        .default('table'),
    )
    .addHelpText('after', BACKTEST_HELP)
    .action(does((context, options: BacktestOptions) => backtest(context, options)));
  program
    .command('cases')
    .description('show what people said of verdicts, as labelled cases')
    .argument('[monitor]', 'only those of this monitor')
    .addOption(
      new Option('-o, --output <format>', 'json and jsonl hold all that a case is')
        .choices(CASE_FORMATS)
        .default('table'),
    )
    .addOption(limit())
    .addHelpText('after', CASES_HELP)
    .action(
      does((context, monitor: string | undefined, options: CaseOptions) =>
        cases(context, monitor, options),
      ),
    );
}

/** `cases`: what people said of verdicts, with all that was judged. */
import { EXIT, type ExitCode } from '../exit.ts';
import { complain, print } from '../io.ts';
import { monitorKind } from '../kinds.ts';
import type { LabelledCase } from '../model.ts';
import { printValue } from '../output.ts';
import { age, plain, table } from '../terminal.ts';
import { type Context, itemPath } from './context.ts';

export const CASE_FORMATS = ['table', 'json', 'jsonl'] as const;

export interface CaseOptions {
  readonly output: (typeof CASE_FORMATS)[number];
  readonly limit?: number | undefined;
}

const PATH = '/api/v1/cases';
const SHOWN = 50;
/** As many as pages are followed. */
const ALL = 100_000;
const HEADS = ['AGE', 'MONITOR', 'WAS', 'PERSON SAYS', 'EXPECTED', 'VERDICT', 'WHY', 'GOAL'];

function rowOf(one: LabelledCase, now: Date): string[] {
  const { at, monitor, told, rating, expected, why, judged } = one;
  return [
    age(at, now),
    monitor,
    told ? 'told' : 'kept silent',
    rating === 'up' ? 'right' : 'wrong',
    expected ?? '',
    judged.verdict?.verdict ?? '',
    why,
    judged.goal?.prompt ?? '',
  ];
}

/** Shows the labelled cases, newest first; `jsonl` writes each as a line, as it comes. */
export async function cases(
  { io, client }: Context,
  monitor: string | undefined,
  { output, limit }: CaseOptions,
): Promise<ExitCode> {
  const query = { monitor };
  let count = 0;
  if (output === 'jsonl')
    for await (const page of client().pages<LabelledCase>(PATH, query, limit ?? ALL)) {
      for (const one of page) print(io, JSON.stringify(one));
      count += page.length;
    }
  else {
    const all = output === 'json' ? ALL : SHOWN;
    const items = await client().list<LabelledCase>(PATH, query, limit ?? all);
    count = items.length;
    if (output === 'json') printValue(io, { items }, 'json');
    else if (count > 0) {
      const rows = items.map((one) => rowOf(one, io.now()));
      for (const line of table(HEADS, rows, io.columns)) print(io, line);
      if (limit === undefined && count === SHOWN)
        complain(io, `the newest ${SHOWN}; more with --limit, all with -o json or jsonl`);
    }
  }
  if (count === 0) await sayNone({ io, client }, monitor);
  return EXIT.ok;
}

/** @throws CliError when there is no such monitor */
async function sayNone(
  { io, client }: Pick<Context, 'io' | 'client'>,
  monitor: string | undefined,
): Promise<void> {
  if (monitor !== undefined) await client().get(itemPath(monitorKind.path, monitor));
  const whose = monitor === undefined ? '' : ` of ${plain(monitor)}`;
  complain(io, `nobody has rated a finding or a silence${whose} yet; do it in the dashboard`);
}

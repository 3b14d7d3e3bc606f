/** `values`: the numbers that a monitor reads, and why one was not read. */
import type { Unread } from '../../domain/reading.ts';
import type { Client } from '../client.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { print } from '../io.ts';
import { monitorKind } from '../kinds.ts';
import type { LastValue, Page, ValueSeries } from '../model.ts';
import { type Format, printValue } from '../output.ts';
import { age, plain, table } from '../terminal.ts';
import { type Context, itemPath } from './context.ts';

/** Parts of the week that is shown, an hour each. */
const PARTS = 168;

const WHY: Readonly<Record<Unread, string>> = {
  notFound: 'nothing was found by its selector',
  ambiguous: 'different numbers were found',
  notANumber: 'what was found is no number',
  noPage: 'there was no page to read',
};

/** Why a value has no number, in words. */
export const whyUnread = (why: Unread, found: string | null): string =>
  found ? `${WHY[why]}: "${found}"` : WHY[why];

/** A number as people read it. */
export const withUnit = (number: string, unit: string | null): string =>
  unit === null ? number : `${number} ${unit}`;

const keyOf = ({ source, name }: Pick<LastValue, 'source' | 'name'>): string =>
  JSON.stringify([source, name]);

/** Of each value the newest; the API sends them so. */
const newestOf = (last: readonly LastValue[]): ReadonlyMap<string, LastValue> =>
  new Map(last.toReversed().map((value) => [keyOf(value), value]));

function rowOf(series: ValueSeries, last: LastValue | undefined, now: Date): string[] {
  const { source, name, parts } = series;
  const numbers = parts.flatMap(({ min, max }) => (min === null || max === null ? [] : [min, max]));
  const sorted = numbers.toSorted((left, right) => Number(left) - Number(right));
  const read = parts.reduce((sum, part) => sum + part.read, 0);
  const unread = parts.reduce((sum, part) => sum + part.unread, 0);
  return [
    name,
    source,
    last?.number ? withUnit(last.number, last.unit) : '-',
    last ? `${age(last.at, now)} ago` : '-',
    sorted.length > 0 ? `${sorted[0]} to ${sorted.at(-1)}` : '-',
    `${read} of ${read + unread}`,
    last?.why ? whyUnread(last.why, last.found) : '',
  ];
}

/** The last numbers of a monitor, newest first. */
export const lastValues = async (client: Client, monitor: string): Promise<readonly LastValue[]> =>
  (await client.get<Page<LastValue>>('/api/v1/last-values', { monitors: monitor })).items;

/** Shows the last number of each value, its range within the last week, and why one is missing. */
export async function values(
  { io, client }: Context,
  name: string,
  output: Format,
): Promise<ExitCode> {
  const path = `${itemPath(monitorKind.path, name)}/values`;
  const query = { parts: String(PARTS) };
  const body = await client().get<{ readonly series: readonly ValueSeries[] }>(path, query);
  if (output === 'json' || output === 'yaml') {
    printValue(io, body, output);
    return EXIT.ok;
  }
  if (body.series.length === 0) {
    io.err(
      `No value of ${plain(name)} was read in the last week; name numbers to read in spec.values.\n`,
    );
    return EXIT.ok;
  }
  const now = io.now();
  const last = newestOf(await lastValues(client(), name));
  const heads = ['NAME', 'SOURCE', 'LAST', 'CHECKED', 'RANGE', 'READ', 'WHY NOT'];
  const rows = body.series.map((each) => rowOf(each, last.get(keyOf(each)), now));
  for (const line of table(heads, rows, io.columns)) print(io, line);
  return EXIT.ok;
}

/** One sentence for each value: its last number, or why it has none. */
export const valueLines = (last: readonly LastValue[], now: Date): string[] =>
  [...newestOf(last).values()].flatMap(({ name, source, at, number, unit, why, found }) => {
    const when = `${age(at, now)} ago`;
    const what = `Value ${name} of ${source}`;
    if (number !== null) return [`${what}: ${withUnit(number, unit)} (${when}).`];
    return why ? [`${what} was not read ${when}: ${whyUnread(why, found)}.`] : [];
  });

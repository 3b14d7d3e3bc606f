/** Writes results for people as tables, and for scripts as JSON, YAML or names. */
import { stringify } from 'yaml';
import { CliError, EXIT } from './exit.ts';
import { type CliIo, print } from './io.ts';
import { plain, table } from './terminal.ts';

export const FORMATS = ['table', 'json', 'yaml', 'name'] as const;
export type Format = (typeof FORMATS)[number];

/** How items of one kind are shown. */
export interface View<T> {
  readonly heads: readonly string[];
  readonly row: (item: T, now: Date) => readonly string[];
  /** Such as `monitorjob/demo-shop`. */
  readonly name: (item: T) => string;
}

/** The word behind `-o`. @throws CliError that lists the known ones. */
export function parseFormat(text: string): Format {
  const format = FORMATS.find((known) => known === text);
  if (!format) throw new CliError(EXIT.usage, `-o ${text}: must be one of ${FORMATS.join(', ')}`);
  return format;
}

/** A value as JSON or YAML, exactly as the API gave it. */
export function printValue(io: CliIo, value: unknown, format: 'json' | 'yaml'): void {
  if (format === 'json') print(io, JSON.stringify(value, null, 2));
  else io.out(stringify(value, { lineWidth: 0 }));
}

/**
 * Writes a list.
 * @param nothing what people are told when it is empty (on standard error, as kubectl does)
 */
export function printList<T>(
  io: CliIo,
  items: readonly T[],
  format: Format,
  view: View<T>,
  nothing: string,
): void {
  switch (format) {
    case 'json':
    case 'yaml':
      return printValue(io, listOf(items), format);
    case 'name':
      return items.forEach((item) => print(io, plain(view.name(item))));
    case 'table': {
      if (items.length === 0) return io.err(`${nothing}\n`);
      const now = io.now();
      const rows = items.map((item) => view.row(item, now));
      return table(view.heads, rows, io.columns).forEach((line) => print(io, line));
    }
    default:
      return format satisfies never;
  }
}

/** Objects that can be applied form a List of Kubernetes, so that the output can be applied again. */
function listOf(items: readonly unknown[]): object {
  const areObjects = items.some(
    (item) => typeof item === 'object' && item !== null && 'apiVersion' in item,
  );
  return areObjects ? { apiVersion: 'v1', kind: 'List', items } : { items };
}

/** Writes one object: a table of one row for people. */
export function printOne<T>(io: CliIo, item: T, format: Format, view: View<T>): void {
  if (format === 'json' || format === 'yaml') printValue(io, item, format);
  else printList(io, [item], format, view, '');
}

/** The table of values in the chart's README, from the comments of `values.yaml`. Pure. */
import { isMap, isScalar, parseDocument, type Pair, type YAMLMap } from 'yaml';

export interface ValueRow {
  /** Such as `postgres.mode`. */
  readonly name: string;
  /** As JSON; undefined for a group. */
  readonly value: string | undefined;
  readonly text: string;
}

const BEGIN = '<!-- values: made from values.yaml by `npm run generate` -->\n';
const END = '<!-- end of values -->\n';

/** The parser takes the comment above the first key of a map for the map's own. */
function commentOf({ key }: Pair, map: YAMLMap, at: number): string {
  const own = isScalar(key) ? key.commentBefore : undefined;
  const lines = own ?? (at === 0 ? map.commentBefore : undefined) ?? '';
  return lines.trim().replaceAll(/\s*\n\s*/g, ' ');
}

/** A map that is no value of its own: something in it is described. */
const isGroup = (value: unknown): value is YAMLMap =>
  isMap(value) &&
  value.items.some((pair, at) => commentOf(pair, value, at) !== '' || isGroup(pair.value));

const rowsOf = (
  map: YAMLMap,
  plain: Readonly<Record<string, unknown>>,
  prefix: string,
): ValueRow[] =>
  map.items.flatMap((pair, at): ValueRow[] => {
    const key = String(pair.key);
    const name = `${prefix}${key}`;
    const text = commentOf(pair, map, at);
    if (!isGroup(pair.value)) return [{ name, value: JSON.stringify(plain[key]), text }];
    const inner = rowsOf(pair.value, plain[key] as typeof plain, `${name}.`);
    return text === '' ? inner : [{ name, value: undefined, text }, ...inner];
  });

/** Every value with its default and the comment above it, in the order of the file. */
export function valueRows(values: string): readonly ValueRow[] {
  const document = parseDocument(values);
  if (!isMap(document.contents)) throw new Error('values.yaml must hold a map.');
  return rowsOf(document.contents, document.toJS() as Record<string, unknown>, '');
}

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

const line = ({ name, value, text }: ValueRow): string =>
  value === undefined
    ? `| **${name}** | | ${cell(text)} |`
    : `| \`${name}\` | \`${cell(value)}\` | ${cell(text)} |`;

/** The README with its table made anew. @throws Error when it has no place for it. */
export function withValues(readme: string, values: string): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error('README.md of the chart must have the two marks of its table of values.');
  const rows = valueRows(values).map(line);
  const table = ['| value | default | what it is |', '| --- | --- | --- |', ...rows].join('\n');
  return `${before}${BEGIN}\n${table}\n\n${END}${after}`;
}

/** Filters of urlwatch and webchanges: those that choose or mask are carried over, others are noted. */
import { isRecord } from '../manifest/index.ts';
import { filled } from './filled.ts';
import { words, type Fields } from './fields.ts';
import { literally, patternOf, selectorsOf } from './parts.ts';
import { labelOf, type Notes } from './report.ts';

interface Chosen {
  readonly include: string[];
  readonly exclude: string[];
  readonly mask: string[];
  format: string | undefined;
}

/** They make text readable or comparable, which duckmon does by itself. */
const BY_ITSELF = new Set(
  words(`
  html2text strip striplines strip_each_line beautify pretty-xml format-xml
  format-json remove-duplicate-lines remove_repeated sort reverse absolute_links
`),
);

/** Parts of the source that the filters of a job are. */
export function filtersOf(fields: Fields, notes: Notes): Readonly<Record<string, unknown>> {
  const chosen: Chosen = { include: [], exclude: [], mask: [], format: undefined };
  for (const name of ['filter', 'filters'])
    for (const [filter, options] of listed(fields.take(name)))
      applyFilter(filter, options, chosen, notes, `${name}.${labelOf(filter)}`);
  return filled({
    format: chosen.format,
    select: filled({ include: chosen.include, exclude: chosen.exclude }),
    ignore: filled({ text: chosen.mask.slice(0, 20) }),
  });
}

/** Names with their options: a list of words and objects, or the old form `css:body,html2text`. */
function listed(given: unknown): [string, unknown][] {
  if (typeof given === 'string')
    return given.split(',').map((part): [string, unknown] => {
      const [name = '', ...rest] = part.trim().split(':');
      return [name, rest.length === 0 ? undefined : rest.join(':')];
    });
  if (isRecord(given)) return Object.entries(given);
  return (Array.isArray(given) ? given : []).flatMap((one: unknown): [string, unknown][] => {
    if (typeof one === 'string') return [[one, undefined]];
    return isRecord(one) ? Object.entries(one) : [[String(one), undefined]];
  });
}

const optionOf = (options: unknown, name: string): unknown =>
  isRecord(options) ? options[name] : options;

const asText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function applyFilter(
  filter: string,
  options: unknown,
  chosen: Chosen,
  notes: Notes,
  field: string,
): void {
  switch (filter) {
    case 'css':
    case 'xpath':
      return choose(filter, options, chosen, notes, field);
    case 'element-by-id':
      return include(`[id="${quoted(optionOf(options, 'id'))}"]`, chosen, notes, field);
    case 'element-by-class':
      return include(`[class~="${quoted(optionOf(options, 'class'))}"]`, chosen, notes, field);
    case 'element-by-style':
      return include(`[style="${quoted(optionOf(options, 'style'))}"]`, chosen, notes, field);
    case 'element-by-tag':
      return include(asText(optionOf(options, 'tag')), chosen, notes, field);
    case 'pdf2text':
      chosen.format = 'Pdf';
      return;
    case 're.sub':
      return mask(options, chosen, notes, field);
    case 'grepi':
    case 'delete_lines_containing':
      return maskLines(options, chosen, notes, field);
    default:
      return noteFilter(filter, notes, field);
  }
}

const quoted = (value: unknown): string => asText(value).replaceAll(/["\\]/g, '\\$&');

function include(selector: string, chosen: Chosen, notes: Notes, field: string): void {
  chosen.include.push(...selectorsOf([selector], field, notes, (it) => it));
}

function choose(
  kind: 'css' | 'xpath',
  options: unknown,
  chosen: Chosen,
  notes: Notes,
  field: string,
): void {
  const prefix = kind === 'xpath' ? 'xpath:' : '';
  const one = asText(optionOf(options, kind === 'xpath' ? 'path' : 'selector'));
  // `text()` at the end says no more than that the text counts.
  const selector = kind === 'xpath' ? one.replace(/\/text\(\)$/, '') : one;
  if (chosen.include.length > 0)
    notes.changed(
      field,
      'selectors are not applied one after the other: each adds its part of the page',
    );
  include(`${prefix}${selector}`, chosen, notes, field);
  if (!isRecord(options)) return;
  const exclude = asText(options['exclude']);
  if (exclude !== '')
    chosen.exclude.push(
      ...selectorsOf([`${prefix}${exclude}`], `${field}.exclude`, notes, (it) => it),
    );
  for (const name of Object.keys(options))
    if (!['path', 'selector', 'exclude'].includes(name))
      notes.leftOut(
        `${field}.${labelOf(name)}`,
        'a selector has no such option',
        'write it into the selector, such as :nth-of-type(2)',
      );
}

/** A replacement by nothing masks; one by something else changes the text, which is not done here. */
function mask(options: unknown, chosen: Chosen, notes: Notes, field: string): void {
  const pattern = patternOf(asText(optionOf(options, 'pattern')), field, notes);
  if (pattern === undefined || pattern === '') return;
  chosen.mask.push(pattern);
  const replacement = isRecord(options) ? asText(options['repl']) : '';
  if (replacement !== '')
    notes.changed(
      field,
      `what it matches is masked instead of replaced by ${labelOf(replacement)}`,
    );
}

function maskLines(options: unknown, chosen: Chosen, notes: Notes, field: string): void {
  const text = isRecord(options) ? asText(options['text']) : '';
  const expression = asText(optionOf(options, 're'));
  const pattern = patternOf(`.*(?:${text === '' ? expression : literally(text)}).*`, field, notes);
  if (pattern !== undefined) chosen.mask.push(pattern);
}

const COMMANDS = new Set(['shellpipe', 'execute']);

function noteFilter(filter: string, notes: Notes, field: string): void {
  if (BY_ITSELF.has(filter)) return;
  if (COMMANDS.has(filter)) notes.leftOut(field, 'duckmon runs no commands');
  else if (filter === 'jq' || filter === 'jsoninq')
    notes.leftOut(
      field,
      'duckmon has JSONPath instead',
      'set select.include to a jsonpath: and format to Json',
    );
  else if (/^(?:grep|keep_lines_containing|re\.findall)$/.test(filter))
    notes.leftOut(
      field,
      'lines cannot be chosen by an expression',
      'choose the part with select.include, or add a condition with regex',
    );
  else notes.leftOut(field, 'duckmon has no such filter', 'see whether the monitor needs it');
}

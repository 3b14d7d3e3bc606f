/** Extracts JSON as one scalar a line with its path, in an order that does not depend on the server. */
import { compile, type JSONValue } from 'json-p3';
import { dropInvisible, foldSpace } from '../characters.ts';
import {
  failed,
  selectorInvalid,
  type Extraction,
  type ExtractFailed,
  type ExtractOptions,
} from './extraction.ts';
import { findValues, type ValueLookup } from './values.ts';

type Location = readonly (string | number)[];
type Locations = ReadonlySet<string>;

/** A value still to be written. */
interface Frame {
  readonly value: JSONValue;
  readonly path: string;
  readonly location: Location;
  readonly included: boolean;
}

interface Found {
  readonly value: JSONValue;
  readonly location: Location;
}

/** Keys that tell the objects of an array apart, the best first. */
const IDENTITIES = ['id', 'uid', 'uuid', 'key', 'sku', 'slug', 'code', 'name', 'title'];
/** Paths of deeper values grow without use. */
const MAX_DEPTH = 200;

/**
 * Reads JSON: `plans[id=pro].price: 40`. Keys are sorted; objects of an array are named by their
 * identity where they have one, items of an array of scalars by none, so that a new order of them
 * is a move and no change. `include` and `exclude` by `jsonpath:`.
 */
export function extractJson(body: string, options: ExtractOptions): Extraction {
  const root = parse(body);
  if (root === undefined) return failed('decodeFailed', 'The answer is not valid JSON.');
  const excluded = locate('exclude', options.exclude ?? [], root.value);
  if ('kind' in excluded) return excluded;
  const included = locate('include', options.include ?? [], root.value);
  if ('kind' in included) return included;
  const wanted = (options.include ?? []).length > 0;
  if (wanted && included.locations.size === 0) {
    const missing = options.include?.map((selector) => `"${selector}"`).join(', ');
    return failed('selectorMissing', `Nothing in the answer matches include ${missing ?? ''}.`);
  }
  const { lines, cut } = flatten(
    root.value,
    wanted ? included.locations : undefined,
    excluded.locations,
  );
  const text = lines.join('\n');
  const values = findValues(options.values, text, lookupIn(root.value), isJsonPath);
  if (values.kind === 'failed') return values;
  const warnings = [...included.warnings, ...values.warnings];
  if (cut) warnings.push(`Values nested deeper than ${MAX_DEPTH} levels were left out.`);
  return {
    kind: 'extracted',
    title: '',
    text,
    signs: [],
    needsJavaScript: false,
    warnings,
    values: values.values,
  };
}

function parse(body: string): { value: JSONValue } | undefined {
  try {
    return { value: JSON.parse(body.replace(/^\ufeff/, '')) as JSONValue };
  } catch {
    return undefined;
  }
}

function isJsonPath(selector: string): boolean {
  return selector.startsWith('jsonpath:');
}

function query(
  selector: string,
  root: JSONValue,
): { kind: 'found'; nodes: Found[] } | { kind: 'invalid'; message: string } {
  if (!isJsonPath(selector)) {
    return { kind: 'invalid', message: 'a JSON answer takes jsonpath: selectors' };
  }
  try {
    return { kind: 'found', nodes: compile(selector.slice('jsonpath:'.length)).query(root).nodes };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'invalid', message };
  }
}

function locate(
  field: string,
  selectors: readonly string[],
  root: JSONValue,
): { locations: Locations; warnings: string[] } | ExtractFailed {
  const locations = new Set<string>();
  const warnings: string[] = [];
  for (const selector of selectors) {
    const found = query(selector, root);
    if (found.kind === 'invalid') return selectorInvalid(field, selector, found.message);
    for (const node of found.nodes) locations.add(JSON.stringify(node.location));
    if (field === 'include' && found.nodes.length === 0) {
      warnings.push(`Nothing in the answer matches include "${selector}".`);
    }
  }
  return { locations, warnings };
}

function lookupIn(root: JSONValue): ValueLookup {
  return (asked, most) => {
    const found = query(asked.select, root);
    if (found.kind === 'invalid') return found;
    const values = found.nodes.slice(0, most).map(({ value }) => value);
    return { kind: 'found', texts: values.map((value) => (value === null ? null : write(value))) };
  };
}

/** Writes all scalars below the included places, without recursion. */
function flatten(
  root: JSONValue,
  included: Locations | undefined,
  excluded: Locations,
): { lines: string[]; cut: boolean } {
  const lines: string[] = [];
  let cut = false;
  const stack: Frame[] = [
    { value: root, path: '', location: [], included: included === undefined },
  ];
  for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
    const place = JSON.stringify(frame.location);
    if (excluded.has(place)) continue;
    const inside = frame.included || included?.has(place) === true;
    const children = childrenOf(frame, inside);
    if (children.length === 0) {
      if (inside) lines.push(`${frame.path === '' ? '$' : frame.path}: ${write(frame.value)}`);
    } else if (frame.location.length >= MAX_DEPTH) {
      cut = true;
    } else {
      stack.push(...children.reverse());
    }
  }
  return { lines, cut };
}

function childrenOf({ value, path, location }: Frame, included: boolean): Frame[] {
  if (Array.isArray(value)) {
    const names = namesOf(value);
    return value.map((item: JSONValue, index) => ({
      value: item,
      path: `${path}[${names[index] ?? ''}]`,
      location: [...location, index],
      included,
    }));
  }
  if (!isObject(value)) return [];
  return Object.keys(value)
    .sort()
    .map((key) => ({
      value: value[key] ?? null,
      path: stepTo(path, key),
      location: [...location, key],
      included,
    }));
}

/** What stands between an item's brackets: its identity, its index, or nothing for scalars. */
function namesOf(items: readonly JSONValue[]): string[] {
  const key = IDENTITIES.find((identity) => tellsApart(items, identity));
  return items.map((item, index) => {
    if (key !== undefined && isObject(item)) return `${key}=${write(item[key] ?? null)}`;
    return typeof item === 'object' && item !== null ? String(index) : '';
  });
}

function tellsApart(items: readonly JSONValue[], key: string): boolean {
  const seen = new Set<unknown>();
  for (const item of items) {
    const value = isObject(item) && Object.hasOwn(item, key) ? item[key] : undefined;
    if (typeof value !== 'string' && typeof value !== 'number') return false;
    if (String(value).length > 80) return false;
    seen.add(write(value));
  }
  return seen.size === items.length && items.length > 0;
}

function isObject(value: JSONValue): value is Record<string, JSONValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stepTo(path: string, key: string): string {
  if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key)) return `${path}[${write(JSON.stringify(key))}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** A scalar on one line; empty objects and arrays as they are written. */
function write(value: JSONValue): string {
  if (typeof value === 'string') return foldSpace(dropInvisible(value));
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return foldSpace(JSON.stringify(value));
}

/** Without an exponent, which people and the parser of numbers take for another number. */
function writeNumber(value: number): string {
  const text = String(value);
  return text.includes('e')
    ? value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 100 })
    : text;
}

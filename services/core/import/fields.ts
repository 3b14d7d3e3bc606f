/** Reads the fields of an entry one by one, and knows which of them nobody has looked at. */
import { isRecord } from '../manifest/index.ts';
import type { Notes } from './report.ts';

export interface Fields {
  /** The value as it is; it counts as looked at. */
  take(name: string): unknown;
  /** A text or a number as text, trimmed; undefined when there is none. */
  text(name: string): string | undefined;
  /** `true` and 1, and what the YAML of other programs takes for it. */
  isOn(name: string): boolean;
  /** Written down as off. */
  isOff(name: string): boolean;
  number(name: string): number | undefined;
  /** The texts of a list, or a single text; empty ones are none. */
  texts(name: string): string[];
  record(name: string): Readonly<Record<string, unknown>>;
  /** Whether it says anything; does not count as looked at. */
  has(name: string): boolean;
  /** Names that say something and that nobody has looked at. */
  rest(): string[];
}

const isNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  value === false ||
  value === 0 ||
  (Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0);

const wordOf = (value: unknown): string =>
  ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
};

export function fieldsOf(entry: Readonly<Record<string, unknown>>): Fields {
  const seen = new Set<string>();
  const take = (name: string): unknown => {
    seen.add(name);
    return Object.hasOwn(entry, name) ? entry[name] : undefined;
  };
  return {
    take,
    text: (name) => textOf(take(name)),
    isOn: (name) => /^(?:true|yes|on|1)$/i.test(wordOf(take(name))),
    isOff: (name) => /^(?:false|no|off|0)$/i.test(wordOf(take(name))),
    number: (name) => {
      const text = textOf(take(name));
      const value = text === undefined ? Number.NaN : Number(text);
      return Number.isFinite(value) ? value : undefined;
    },
    texts: (name) => {
      const value = take(name);
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      return list.map(textOf).filter((text) => text !== undefined);
    },
    record: (name) => {
      const value = take(name);
      return isRecord(value) ? value : {};
    },
    has: (name) => Object.hasOwn(entry, name) && !isNothing(entry[name]),
    rest: () => Object.keys(entry).filter((name) => !seen.has(name) && !isNothing(entry[name])),
  };
}

/** A field that is known and has no place here: why, and what to do. */
export type Unsupported = Readonly<Record<string, readonly [why: string, todo: string]>>;

/** What a field says, as text, when nobody has set it. */
export type Defaults = Readonly<Record<string, readonly string[]>>;

/** Names with white space between them. */
export const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Notes what is set and has no place here; whatever nobody knows is noted as well. */
export function noteRest(
  fields: Fields,
  notes: Notes,
  unsupported: Unsupported,
  defaults: Defaults = {},
): void {
  for (const name of fields.rest()) {
    if (Object.hasOwn(defaults, name) && defaults[name]?.includes(String(fields.take(name))))
      continue;
    const [why, todo] = (Object.hasOwn(unsupported, name) ? unsupported[name] : undefined) ?? [
      'duckmon does not know this field',
      'see whether the monitor needs it',
    ];
    notes.leftOut(name, why, todo);
  }
}

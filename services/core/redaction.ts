/** Takes secrets out of what is logged: by the names of fields at any depth, and by shape in text. */
import { pino } from 'pino';

export const CENSORED = '[redacted]';

/** Compared with a field's name in lower case, without dashes and underscores. */
const SECRET_NAME =
  /(authorization|cookie|password|passwd|secrets?|tokens?|apikey|credentials?|privatekey|signingkey|datakey|seeds?)$|^(value|key|keys|xinternalapikey|kek|dek)$/;

const MAX_DEPTH = 8;

/** A copy of the fields of one log line without secrets; numbers and flags are never secret. */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return redactObject(fields, 0, new Set());
}

function redactObject(fields: object, depth: number, seen: Set<object>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isSecret(name, value) ? CENSORED : redactValue(value, depth + 1, seen),
    ]),
  );
}

function isSecret(name: string, value: unknown): boolean {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return false;
  return SECRET_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, ''));
}

function redactValue(value: unknown, depth: number, seen: Set<object>): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH || seen.has(value)) return '[nested]';
  const path = new Set(seen).add(value);
  if (value instanceof Error) return redactError(value, depth, path);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Map || value instanceof Headers)
    return redactObject(Object.fromEntries(value), depth, path);
  if (Array.isArray(value)) return redactArray(value, depth, path);
  return redactObject(value, depth, path);
}

/** Raw headers come as a flat list of names and values, or as pairs. */
function redactArray(items: readonly unknown[], depth: number, seen: Set<object>): unknown[] {
  return items.map((item, at) => {
    const before: unknown = at % 2 === 1 ? items[at - 1] : undefined;
    if (typeof before === 'string' && isSecret(before, item)) return CENSORED;
    return redactValue(item, depth + 1, seen);
  });
}

function redactError(error: Error, depth: number, seen: Set<object>): Record<string, unknown> {
  const { raw: _raw, cause: _cause, ...fields } = pino.stdSerializers.errWithCause(error);
  const extra = error.cause === undefined ? {} : { cause: redactValue(error.cause, depth, seen) };
  return { ...redactObject(fields, depth, seen), ...extra };
}

/** Secrets that stand in the middle of a text: credentials of a header, of a URL, provider keys. */
const SHAPES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(Bearer|Basic)(\s+)[\w.~+/=-]{12,}/gi, `$1$2${CENSORED}`],
  [/(:\/\/)[^\s/"@\\]+@/g, `$1${CENSORED}@`],
  [/\b(sk-|SG\.)[\w.-]{12,}/g, `$1${CENSORED}`],
];

/** What moves a terminal's cursor, ends a line for some readers, or turns the direction of text. */
const HIDDEN = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The line with everything that has the shape of a secret taken out, and nothing hidden in it; stays valid JSON. */
export const scrub = (line: string): string =>
  SHAPES.reduce(
    (text, [pattern, replacement]) => text.replaceAll(pattern, replacement),
    line,
  ).replaceAll(HIDDEN, escaped);

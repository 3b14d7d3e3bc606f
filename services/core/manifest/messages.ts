/** Turns the schema checker's errors into sentences that a person can act on. */
import type { ErrorObject } from 'ajv';
import { didYouMean, fieldPath, type Problem } from './problem.ts';

const ARTICLES: Readonly<Record<string, string>> = {
  integer: 'an integer',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

/** What the patterns of the schemas mean, in words. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [
    /^\^\[a-z0-9\]\(\[-a-z0-9\]\*/,
    "must be a DNS label: lower case letters, digits and '-', with a letter or digit at both ends",
  ],
  [/\[01\]\[0-9\]\|2\[0-3\]/, 'must be a time of day HH:MM from 00:00 to 23:59'],
  [/^\^-\?\[0-9\]\{1,15\}/, 'must be a decimal number in quotes such as "19.99"'],
  [/^\^\[0-9\]\{1,9\}/, 'must be a decimal number in quotes such as "2.50"'],
  [/^\^\[A-Za-z\]\{2,8\}\(-/, 'must be a BCP 47 language tag such as en or de-CH'],
  [/^\^\[A-Za-z\]\[A-Za-z0-9_\+/, 'must be an IANA time zone such as Europe/Berlin'],
  [/^\^\[\^@/, 'must be a mail address'],
  [/x00-/, 'must not contain line breaks or control characters'],
  [/\[-\._a-zA-Z0-9\]\+/, "may only contain letters, digits, '-', '_' and '.'"],
  [
    /^\^\(\[A-Za-z0-9\]/,
    "must be a label value: letters, digits, '-', '_' and '.', with a letter or digit at both ends",
  ],
  [/^\^\(\[a-z0-9\]\(\[-a-z0-9\.\]/, 'must be a name such as team or example.com/team'],
];

/** A JSON pointer as a path: numbers are places in a list. */
function pathOf(pointer: string, root: unknown): string {
  let path = '';
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path = Array.isArray(value) ? `${path}[${key}]` : fieldPath(path, key);
    value = (value as Record<string, unknown> | null | undefined)?.[key];
  }
  return path;
}

const limits = (schema: Record<string, unknown>, low: string, high: string): string => {
  const [least, most] = [schema[low] as number | undefined, schema[high] as number | undefined];
  if (least !== undefined && most !== undefined) return `from ${least} to ${most}`;
  return least === undefined ? `at most ${most}` : `at least ${least}`;
};

function typeMessage(wanted: string, data: unknown): string {
  const article = ARTICLES[wanted] ?? wanted;
  if (data === null) return `must be ${article}, not empty`;
  if (wanted === 'string' && (typeof data === 'number' || typeof data === 'boolean'))
    return `must be ${article}: put it in quotes`;
  return `must be ${article}`;
}

function enumMessage(schema: Record<string, unknown>, data: unknown): string {
  const values = (schema['enum'] as unknown[]).map(String);
  const hint = typeof data === 'string' ? didYouMean(data, values) : '';
  return `must be ${values.length === 1 ? '' : 'one of '}${values.join(', ')}${hint}`;
}

const patternMessage = (pattern: string): string =>
  PATTERNS.find(([known]) => known.test(pattern))?.[1] ?? `must match ${pattern}`;

function unknownField(error: ErrorObject, path: string): Problem {
  const field = String(error.params['additionalProperty']);
  const known = Object.keys((error.parentSchema?.['properties'] ?? {}) as object);
  return {
    path: fieldPath(path, field.slice(0, 100)),
    message: `unknown field${didYouMean(field, known)}`,
  };
}

/** The path and message of one schema error; undefined for one that another error already tells. */
function toProblem(error: ErrorObject, root: unknown): Problem | undefined {
  const path = pathOf(error.instancePath, root);
  const schema = (error.parentSchema ?? {}) as Record<string, unknown>;
  const name = error.propertyName;
  // An error about the name of a map's key comes twice: once for the key, once for the map.
  if (error.keyword === 'propertyNames') return undefined;
  if (name !== undefined)
    return {
      path: fieldPath(path, name.slice(0, 100)),
      message: `this key ${error.keyword === 'pattern' ? patternMessage(String(schema['pattern'])) : `must have ${limits(schema, 'minLength', 'maxLength')} characters`}`,
    };
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(error, path);
    case 'required':
      return {
        path: fieldPath(path, String(error.params['missingProperty'])),
        message: 'is required',
      };
    case 'type':
      return { path, message: typeMessage(String(error.params['type']), error.data) };
    case 'enum':
      return { path, message: enumMessage(schema, error.data) };
    case 'minimum':
    case 'maximum':
      return { path, message: `must be ${limits(schema, 'minimum', 'maximum')}` };
    case 'minLength':
    case 'maxLength':
      return { path, message: `must have ${limits(schema, 'minLength', 'maxLength')} characters` };
    case 'minItems':
    case 'maxItems':
      return { path, message: `must have ${limits(schema, 'minItems', 'maxItems')} items` };
    case 'maxProperties':
      return { path, message: `must have at most ${String(schema['maxProperties'])} keys` };
    case 'uniqueItems':
      return { path, message: 'must not have the same item twice' };
    case 'pattern':
      return { path, message: patternMessage(String(schema['pattern'])) };
    default:
      return { path, message: error.message ?? 'is not valid' };
  }
}

/** Every schema error as a problem, in the order found. No message carries a value of the document. */
export function toProblems(errors: readonly ErrorObject[], root: unknown): Problem[] {
  return errors.flatMap((error) => toProblem(error, root) ?? []);
}

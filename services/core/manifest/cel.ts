/** Evaluates the CRDs' own CEL rules, with the functions that the API server adds to the language. */
import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import { isRecord } from './documents.ts';
import { fieldPath, type Problem } from './problem.ts';
import type { StructuralSchema, ValidationRule } from './schema.ts';

/** Stands for `kubernetes.URL`. */
class KubernetesUrl {
  readonly url: URL;
  constructor(url: URL) {
    this.url = url;
  }
}

/** Whether Go's `url.ParseRequestURI` and the browser's parser both take it as an absolute URL. */
const isUrl = (text: string): boolean =>
  /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^\s\p{Cc}]*$/u.test(text) && URL.canParse(text);

const environment = new Environment()
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn')
  .registerType('kubernetes.URL', KubernetesUrl)
  .registerFunction('isURL(string): bool', isUrl)
  .registerFunction('url(string): kubernetes.URL', (text: string) => {
    if (!isUrl(text)) throw new Error('not a URL');
    return new KubernetesUrl(new URL(text));
  })
  .registerFunction('kubernetes.URL.getScheme(): string', (it: KubernetesUrl) =>
    it.url.protocol.slice(0, -1),
  )
  .registerFunction('kubernetes.URL.getHostname(): string', (it: KubernetesUrl) =>
    it.url.hostname.replace(/^\[|\]$/g, ''),
  );

const programs = new Map<string, ParseResult>();

function evaluate(expression: string, variables: Record<string, unknown>): unknown {
  let program = programs.get(expression);
  if (!program) {
    program = environment.parse(expression);
    programs.set(expression, program);
  }
  return program(variables);
}

/** A value as CEL sees it: by the schema, integers are integers and not floating point. */
function toCel(schema: StructuralSchema | undefined, value: unknown): unknown {
  if (typeof value === 'number')
    return schema?.type === 'integer' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item) => toCel(schema?.items, item));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      toCel(schema?.properties?.[key] ?? schema?.additionalProperties, child),
    ]),
  );
}

/** The words of a broken rule; `messageExpression` wins, as in the API server. */
function messageOf(rule: ValidationRule, variables: Record<string, unknown>): string {
  if (rule.messageExpression !== undefined) {
    try {
      const message = evaluate(rule.messageExpression, variables);
      if (typeof message === 'string' && message.trim() !== '') return message;
    } catch {
      // The API server, too, falls back to `message` when the expression cannot be evaluated.
    }
  }
  return rule.message ?? `failed rule: ${rule.rule}`;
}

type Judgement = 'holds' | 'broken' | 'unknown';

function judge(rule: ValidationRule, variables: Record<string, unknown>): Judgement {
  try {
    return evaluate(rule.rule, variables) === true ? 'holds' : 'broken';
  } catch {
    return 'unknown';
  }
}

/** One node of the object with its schema and what stood there before the edit. */
interface Visit {
  readonly schema: StructuralSchema;
  readonly value: unknown;
  readonly old: unknown;
  readonly path: string;
}

function* rulesOf({ schema, value, old, path }: Visit): Generator<Problem & { unsure: boolean }> {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return;
  const variables = { self: toCel(schema, value), oldSelf: toCel(schema, old) };
  for (const rule of rules) {
    const isTransition = /\boldSelf\b/.test(rule.rule);
    if (isTransition && old === undefined) continue;
    const judgement = judge(rule, isTransition ? variables : { self: variables.self });
    if (judgement === 'holds') continue;
    // A rule at the root can see nothing but the name and the parts that have rules of their own.
    const place =
      path === '' ? (rule.fieldPath?.slice(1) ?? 'metadata.name') : path + (rule.fieldPath ?? '');
    yield { path: place, message: messageOf(rule, variables), unsure: judgement === 'unknown' };
  }
}

/** The item of the old list that stands for the same thing; only keyed lists can be followed. */
function oldItem(schema: StructuralSchema, item: unknown, old: unknown): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (!keys || !Array.isArray(old) || !isRecord(item)) return undefined;
  return old.find((other) => isRecord(other) && keys.every((key) => other[key] === item[key]));
}

function* childrenOf({ schema, value, old, path }: Visit): Generator<Visit> {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    for (const [index, item] of value.entries())
      yield {
        schema: items,
        value: item,
        old: oldItem(schema, item, old),
        path: `${path}[${index}]`,
      };
  } else if (isRecord(value)) {
    for (const [key, child] of Object.entries(value)) {
      const childSchema = schema.properties?.[key] ?? schema.additionalProperties;
      const before = isRecord(old) ? old[key] : undefined;
      if (childSchema)
        yield { schema: childSchema, value: child, old: before, path: fieldPath(path, key) };
    }
  }
}

function* walk(visit: Visit): Generator<Problem & { unsure: boolean }> {
  yield* rulesOf(visit);
  for (const child of childrenOf(visit)) yield* walk(child);
}

/**
 * Every CEL rule of the schema that `value` breaks. Rules that compare with `oldSelf` are asked only
 * where `old` has the same node.
 * @returns `unsure` marks a rule that could not be evaluated, mostly because the value has a wrong type
 */
export function brokenRules(
  schema: StructuralSchema,
  value: unknown,
  old?: unknown,
): (Problem & { unsure: boolean })[] {
  return [...walk({ schema, value, old, path: '' })];
}

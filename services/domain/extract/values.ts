/** Finds the values that number conditions ask for. */
import { compilePattern, firstMatch } from '../pattern.ts';
import { selectorInvalid, type ExtractFailed, type ValueSelect } from './extraction.ts';

/** What a format's own selector found; undefined when the format does not know such selectors. */
export type ValueLookup = (
  select: string,
) =>
  | { readonly kind: 'found'; readonly value: string | null }
  | { kind: 'invalid'; message: string };

export type ValuesResult =
  | {
      readonly kind: 'values';
      readonly values: Record<string, string | null>;
      readonly warnings: string[];
    }
  | ExtractFailed;

/**
 * Evaluates each `select`: `regex:` over the text (its first group, else the whole match), all
 * others by the format's own lookup. A kind of selector that the format lacks gives null and a
 * warning, since the format may have changed under the monitor.
 */
export function findValues(
  asked: readonly ValueSelect[] | undefined,
  text: string,
  lookup: ValueLookup,
  knows: (select: string) => boolean,
): ValuesResult {
  const values: Record<string, string | null> = {};
  const warnings: string[] = [];
  for (const { name, select } of asked ?? []) {
    const isRegex = select.startsWith('regex:');
    if (!isRegex && !knows(select)) {
      values[name] = null;
      warnings.push(`value "${name}": the selector "${select}" does not fit this kind of page`);
      continue;
    }
    const found = isRegex ? byRegex(select.slice('regex:'.length), text) : lookup(select);
    if (found.kind === 'invalid') return selectorInvalid(`values.${name}`, select, found.message);
    values[name] = found.value;
  }
  return { kind: 'values', values, warnings };
}

function byRegex(source: string, text: string): ReturnType<ValueLookup> {
  const pattern = compilePattern(source);
  if (pattern.kind === 'invalid') return { kind: 'invalid', message: pattern.message };
  return { kind: 'found', value: firstMatch(pattern.compiled, text)?.trim() ?? null };
}

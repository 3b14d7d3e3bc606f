/** Finds the texts that conditions and values read their numbers from. */
import { foldSpace } from '../characters.ts';
import { allMatches, compilePattern } from '../pattern.ts';
import { selectorInvalid, type ExtractFailed, type ValueSelect } from './extraction.ts';

/** What a selector found, in the order of the page; at most as many as were asked for. */
export type ValueFound =
  | { readonly kind: 'found'; readonly texts: readonly (string | null)[] }
  | { readonly kind: 'invalid'; readonly message: string };

/** A format's own selectors. */
export type ValueLookup = (asked: ValueSelect, most: number) => ValueFound;

export type ValuesResult =
  | {
      readonly kind: 'values';
      readonly values: Record<string, string | null>;
      readonly warnings: string[];
    }
  | ExtractFailed;

/** How many of the places that a selector finds are looked at: more than one number is one too many. */
export const mostTexts = (all = false): number => (all ? 20 : 1);

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
  for (const each of asked ?? []) {
    const { name, select, all = false } = each;
    const isRegex = select.startsWith('regex:');
    if (!isRegex && !knows(select)) {
      values[name] = null;
      warnings.push(`value "${name}": the selector "${select}" does not fit this kind of page`);
      continue;
    }
    const most = mostTexts(all);
    const found = isRegex ? byRegex(select.slice('regex:'.length), text, most) : lookup(each, most);
    if (found.kind === 'invalid')
      return selectorInvalid(all ? name : `values.${name}`, select, found.message);
    values[name] = all ? linesOf(found.texts) : (found.texts[0] ?? null);
  }
  return { kind: 'values', values, warnings };
}

function byRegex(source: string, text: string, most: number): ValueFound {
  const pattern = compilePattern(source);
  if (pattern.kind === 'invalid') return { kind: 'invalid', message: pattern.message };
  const texts = allMatches(pattern.compiled, text, most);
  return { kind: 'found', texts: texts.map((match) => match?.trim() ?? null) };
}

/** Each text once, one a line; null where there is none. */
function linesOf(texts: readonly (string | null)[]): string | null {
  const lines = new Set(texts.map((text) => foldSpace(text ?? '')).filter((text) => text !== ''));
  return lines.size === 0 ? null : [...lines].join('\n');
}

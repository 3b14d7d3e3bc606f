/** Extracts plain text: what is left is only its lines. */
import { dropInvisible, splitLines } from '../characters.ts';
import {
  selectorInvalid,
  type Extraction,
  type ExtractFailed,
  type ExtractOptions,
} from './extraction.ts';
import { findValues } from './values.ts';

/** Reads plain text or the text of a PDF. It has no structure, so selectors are refused. */
export function extractText(body: string, options: ExtractOptions): Extraction {
  const refused = refuseSelectors(options, 'plain text has no elements; use ignore instead');
  if (refused !== undefined) return refused;
  const text = splitLines(dropInvisible(body))
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
  const values = findValues(options.values, text, () => ({ kind: 'found', texts: [] }), never);
  if (values.kind === 'failed') return values;
  return {
    kind: 'extracted',
    title: '',
    text,
    signs: [],
    needsJavaScript: false,
    warnings: values.warnings,
    values: values.values,
  };
}

/** The failure for the first `include` or `exclude` of a format that has none. */
export function refuseSelectors(options: ExtractOptions, why: string): ExtractFailed | undefined {
  const [include] = options.include ?? [];
  if (include !== undefined) return selectorInvalid('include', include, why);
  const [exclude] = options.exclude ?? [];
  return exclude === undefined ? undefined : selectorInvalid('exclude', exclude, why);
}

/** Knows no selectors of its own. */
export function never(): boolean {
  return false;
}

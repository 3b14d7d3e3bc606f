/** Helpers of the extractors' tests. */
import assert from 'node:assert/strict';
import type { Extracted, Extraction, ExtractFailed, ExtractOptions } from '../extraction.ts';
import { extractHtml } from '../html.ts';

/** Options without selectors. */
export const BASE: ExtractOptions = { baseUrl: 'https://shop.example/' };

/** The extraction, which must have succeeded. */
export function extracted(extraction: Extraction): Extracted {
  assert.equal(extraction.kind, 'extracted', JSON.stringify(extraction));
  return extraction;
}

/** The failure, which must have been one. */
export function failure(extraction: Extraction): ExtractFailed {
  assert.equal(extraction.kind, 'failed');
  return extraction;
}

/** Visible text of a piece of HTML. */
export function textOf(html: string, options: Partial<ExtractOptions> = {}): string {
  return extracted(extractHtml(html, { ...BASE, ...options })).text;
}

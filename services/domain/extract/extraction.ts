/** What every extractor takes and gives. */
import type { PageSign } from '../types.ts';

export interface ExtractOptions {
  /** Address that the body came from. */
  readonly baseUrl: string;
  /** Selectors (CSS, `xpath:`, `jsonpath:`) of what counts; all counts when absent or empty. */
  readonly include?: readonly string[] | undefined;
  /** Selectors of what does not count. */
  readonly exclude?: readonly string[] | undefined;
  /** A selector that matches only when nobody is signed in. */
  readonly loggedOutSelector?: string | undefined;
  /** What conditions and values read numbers from, by CSS, `xpath:`, `jsonpath:` or `regex:`. */
  readonly values?: readonly ValueSelect[] | undefined;
}

export interface ValueSelect {
  readonly name: string;
  readonly select: string;
  /** All texts that it finds, each once and on a line of its own, and not only the first. */
  readonly all?: boolean | undefined;
}

export interface Extracted {
  readonly kind: 'extracted';
  readonly title: string;
  /** Visible text, one block a line (see `FetchedPage.text`). */
  readonly text: string;
  readonly signs: PageSign[];
  /** The text is probably made by a script that was not run. */
  readonly needsJavaScript: boolean;
  readonly warnings: string[];
  /** Text found for each asked value; null where nothing was found. */
  readonly values: Record<string, string | null>;
}

export interface ExtractFailed {
  readonly kind: 'failed';
  readonly code: 'selectorInvalid' | 'selectorMissing' | 'decodeFailed';
  /** For the owner of the monitor. */
  readonly message: string;
}

export type Extraction = Extracted | ExtractFailed;

/** A failure as a value. */
export function failed(code: ExtractFailed['code'], message: string): ExtractFailed {
  return { kind: 'failed', code, message };
}

/** The failure for a selector that cannot be read; names the field and the selector. */
export function selectorInvalid(field: string, selector: string, why: string): ExtractFailed {
  return failed('selectorInvalid', `${field} "${selector}" is not a valid selector: ${why}`);
}

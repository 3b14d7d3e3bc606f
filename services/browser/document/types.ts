/** What reading a document needs and gives. */
import type { FetchSource } from '../../core/contracts/browser.ts';
import type { Extracted } from '../../domain/extract/extraction.ts';
import type { FetchErrorCode } from '../../domain/types.ts';

/** A main document as it came over HTTP, decompressed. */
export interface Document {
  readonly body: Uint8Array;
  /** SHA-256 of the body, hex. */
  readonly hash: string;
  /** The header's value, '' when absent. */
  readonly contentType: string;
  readonly status: number;
  readonly finalUrl: string;
}

/** The parts of a source that decide how its document is read. */
export type ReadingRules = Pick<FetchSource, 'format' | 'select' | 'values' | 'loggedOutSelector'>;

/** The outcome of a reading, in a form that crosses threads. */
export type ReadOutcome =
  | Extracted
  | { readonly kind: 'failed'; readonly code: FetchErrorCode; readonly message: string };

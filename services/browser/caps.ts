/** Upper bounds of one fetch, so that no page can use up the worker. */

export interface Caps {
  /** Decoded bytes of the main document. */
  readonly documentBytes: number;
  /** Decoded bytes of a page in the browser with all that it loads. */
  readonly pageBytes: number;
  /** Frames that a page may have. */
  readonly frames: number;
  /** Processes and workers that the frames of a page may have beside its own. */
  readonly helpers: number;
  /** Bytes that an origin may store; what is stored lies in memory. */
  readonly storageBytes: number;
  /** Pages of one check, popups counted. */
  readonly pages: number;
  readonly redirects: number;
  /** Characters of the text that is kept. */
  readonly textCharacters: number;
  /** Height of a screenshot in CSS pixels. */
  readonly screenshotHeight: number;
  /** Resident bytes of one renderer. */
  readonly rendererBytes: number;
  /** Resident bytes of the browser's own process, in which lies what pages store and their Blobs. */
  readonly browserBytes: number;
  readonly pdfPages: number;
}

const MEGABYTE = 1024 * 1024;

export const DEFAULT_CAPS: Caps = {
  documentBytes: 10 * MEGABYTE,
  pageBytes: 64 * MEGABYTE,
  frames: 100,
  helpers: 40,
  storageBytes: 16 * MEGABYTE,
  pages: 5,
  redirects: 10,
  textCharacters: 2_000_000,
  screenshotHeight: 10_000,
  rendererBytes: 1024 * MEGABYTE,
  browserBytes: 512 * MEGABYTE,
  pdfPages: 200,
};

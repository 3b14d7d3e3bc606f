/** Reads documents: small ones at once, large ones and PDFs in a thread. */
import type { Caps } from '../caps.ts';
import { FetchFailure } from '../failure.ts';
import { createReadingCache, readingKey } from './cache.ts';
import { formatOf, readText } from './read.ts';
import { createThreads, type ThreadOptions } from './threads.ts';
import type { Extracted } from '../../domain/extract/extraction.ts';
import type { Document, ReadOutcome, ReadingRules } from './types.ts';

export interface DocumentReader {
  /**
   * Reads one document by a source's rules.
   * @throws FetchFailure `unsupportedContent`, `decodeFailed`, `selectorInvalid`,
   * `selectorMissing`, `timeout` or `outOfMemory`.
   */
  read(document: Document, rules: ReadingRules, signal: AbortSignal): Promise<Extracted>;
  close(): Promise<void>;
}

export interface ReaderOptions {
  readonly caps: Caps;
  /** Documents above this size are read in a thread. */
  readonly inlineBytes?: number;
  readonly threads?: Partial<ThreadOptions>;
}

const INLINE_BYTES = 1024 * 1024;
const THREADS: ThreadOptions = { count: 2, deadlineMs: 20_000, idleMs: 30_000, memoryMb: 768 };

/** Characters of readings that are remembered. */
const CACHE_CHARACTERS = 16 * 1024 * 1024;

/** Makes a reader; close it to end its threads. */
export function createReader({ caps, inlineBytes, threads }: ReaderOptions): DocumentReader {
  const pool = createThreads({ ...THREADS, ...threads });
  const cache = createReadingCache(CACHE_CHARACTERS);
  const readAnew = (
    document: Document,
    rules: ReadingRules,
    signal: AbortSignal,
  ): ReadOutcome | Promise<ReadOutcome> => {
    const small = document.body.length <= (inlineBytes ?? INLINE_BYTES);
    if (small && formatOf(document, rules) !== 'Pdf')
      return readText(document, rules, caps.textCharacters);
    const { pdfPages, textCharacters } = caps;
    const task = { document: plain(document), rules: plainRules(rules), pdfPages, textCharacters };
    return pool.run(task, signal);
  };
  return {
    read: async (document, rules, signal) => {
      const key = readingKey(document, rules);
      const known = cache.get(key);
      if (known) return readingOf(known);
      const outcome = await readAnew(document, rules, signal);
      cache.set(key, outcome);
      return readingOf(outcome);
    },
    close: () => pool.close(),
  };
}

/** A copy that a thread can be sent: a Buffer may be a view of a shared pool. */
const plain = (document: Document): Document => ({
  ...document,
  body: Uint8Array.from(document.body),
});

const plainRules = ({ format, select, values, loggedOutSelector }: ReadingRules): ReadingRules => ({
  format,
  select,
  values,
  loggedOutSelector,
});

function readingOf(outcome: ReadOutcome): Extracted {
  if (outcome.kind === 'failed') throw new FetchFailure(outcome.code, outcome.message);
  return outcome;
}

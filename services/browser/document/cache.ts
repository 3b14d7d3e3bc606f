/** Remembers readings by the content of their documents: an unchanged page is not read again. */
import { hash } from 'node:crypto';
import type { Document, ReadOutcome, ReadingRules } from './types.ts';

export interface ReadingCache {
  get(key: string): ReadOutcome | undefined;
  set(key: string, outcome: ReadOutcome): void;
  /** Characters that are held now. */
  held(): number;
}

/** Everything that a reading depends on, as one short key. */
export function readingKey(
  { hash: content, contentType, status, finalUrl }: Document,
  { format, select, values, loggedOutSelector }: ReadingRules,
): string {
  const parts = [contentType, status, finalUrl, format, select, values, loggedOutSelector];
  return `${content}${hash('sha256', JSON.stringify(parts), 'base64url')}`;
}

/** What an entry costs besides its text. */
const OVERHEAD = 1000;

/**
 * Keeps the readings that were used last.
 * @param room characters that are held at the most; a reading of more than a quarter is not kept.
 */
export function createReadingCache(room: number): ReadingCache {
  const entries = new Map<string, ReadOutcome>();
  let held = 0;
  return {
    held: () => held,
    get: (key) => {
      const known = entries.get(key);
      if (!known) return undefined;
      // The order of insertion is the order of use.
      entries.delete(key);
      entries.set(key, known);
      return known;
    },
    set: (key, outcome) => {
      const size = sizeOf(outcome);
      if (size > room / 4 || entries.has(key)) return;
      entries.set(key, outcome);
      held += size;
      for (const [oldest, old] of entries) {
        if (held <= room) return;
        entries.delete(oldest);
        held -= sizeOf(old);
      }
    },
  };
}

const sizeOf = (outcome: ReadOutcome): number =>
  OVERHEAD + (outcome.kind === 'extracted' ? outcome.text.length : outcome.message.length);

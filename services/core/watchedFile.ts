/** A small file that is read again when it changes. */
import { readFileSync, statSync } from 'node:fs';

export interface WatchOptions<T> {
  /** Turns the text into what is given; throws when it is not what it should be. */
  readonly parse: (text: string) => T;
  /** What is given while the file could never be read; may throw instead. */
  readonly atFirst: (error: unknown) => T;
  /** Told once for each state of the file in which it cannot be read. */
  readonly onProblem: (error: unknown) => void;
  /** How long an answer may be old, in ms; 0 looks each time. */
  readonly checkEveryMs: number;
}

/**
 * Reads the file now, and again when it was changed and somebody asks. One that cannot be read leaves
 * the last good content in force.
 * @returns what is in force; the same object until the file changes.
 */
export function watchFile<T>(file: string, options: WatchOptions<T>): () => T {
  const { parse, atFirst, onProblem, checkEveryMs } = options;
  const read = (): T => parse(readFileSync(file, 'utf8'));
  let stamp = stampOf(file);
  let content = first(read, atFirst);
  let checkedAt = performance.now();
  return () => {
    if (performance.now() - checkedAt < checkEveryMs) return content;
    checkedAt = performance.now();
    const seen = stampOf(file);
    if (seen === stamp) return content;
    stamp = seen;
    try {
      content = read();
    } catch (error) {
      onProblem(error);
    }
    return content;
  };
}

function first<T>(read: () => T, atFirst: (error: unknown) => T): T {
  try {
    return read();
  } catch (error) {
    return atFirst(error);
  }
}

/** Differs whenever the content may have changed, also through a symbolic link that was turned. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}/${stat.size}/${stat.ino}` : 'absent';
}

/** Which test files and titles the words of a test run name. */
import { existsSync, globSync, statSync } from 'node:fs';
import path from 'node:path';

export interface Selection {
  /** Paths below the root, sorted. */
  readonly files: readonly string[];
  /** Regular expressions for mocha's --grep. */
  readonly titles: readonly string[];
  /** No words were given. */
  readonly whole: boolean;
}

const ALL = '{crds,operator,services,scripts}/**/*.test.ts';
const IGNORED = /(^|\/)(node_modules|dist|web)\//;

/**
 * A word that names a folder or file (also below `services/`, `scripts/` and `scripts/testing/`) selects what lies in it; any other
 * word selects titles that contain it at the start of a word.
 * @param patterns regular expressions of titles, beside those of words.
 */
export function selectTests(
  root: string,
  words: readonly string[],
  patterns: readonly string[] = [],
): Selection {
  const all = globSync(ALL, { cwd: root })
    .filter((file) => !IGNORED.test(file))
    .toSorted();
  const places = words.map((word) => placeOf(root, word)).filter((place) => place !== undefined);
  const titles = [
    ...words
      .filter((word) => placeOf(root, word) === undefined)
      .map((word) => `(^| )${escapeRegExp(word)}`),
    ...patterns,
  ];
  const inPlace = (file: string): boolean =>
    places.some((place) => file === place || file.startsWith(`${place}/`));
  return {
    files: places.length === 0 ? all : all.filter(inPlace),
    titles: titles.length === 0 ? [] : [titles.join('|')],
    whole: words.length === 0 && patterns.length === 0,
  };
}

function placeOf(root: string, word: string): string | undefined {
  if (word.split('/').includes('..')) return undefined;
  const candidates = [word, `services/${word}`, `scripts/${word}`, `scripts/testing/${word}`].map(
    (place) => path.normalize(place),
  );
  return candidates
    .map((place) => place.replace(/\/$/, ''))
    .find((place) => existsSync(path.join(root, place)) && isPlace(root, place));
}

const isPlace = (root: string, place: string): boolean =>
  statSync(path.join(root, place)).isDirectory() || place.endsWith('.test.ts');

const escapeRegExp = (text: string): string =>
  text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

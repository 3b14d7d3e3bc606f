/** Puts the hunks of a long change in an order and in portions that a model can read. */
import { foldCharacters } from './characters.ts';
import type { Hunk, WordChange } from './types.ts';

/** BM25: how fast repeated words stop to count, and how much long texts are held back. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;
/** What a hunk weighs besides its text: id, kind, marks. */
const OVERHEAD = 40;

const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;

/** Hunks by their likeness to the goal (BM25), the most alike first; equal ones keep their order. */
export function rankHunks(hunks: readonly Hunk[], goalPrompt: string): Hunk[] {
  const asked = new Set(termsOf(goalPrompt));
  const documents = hunks.map((hunk) => termsOf(textOf(hunk)));
  const total = documents.reduce((sum, terms) => sum + terms.length, 0);
  const average = Math.max(1, total / Math.max(1, documents.length));
  const rarity = new Map<string, number>();
  for (const term of asked) {
    const having = documents.filter((terms) => terms.includes(term)).length;
    rarity.set(term, Math.log(1 + (documents.length - having + 0.5) / (having + 0.5)));
  }
  const scored = hunks.map((hunk, index) => ({
    hunk,
    index,
    score: score(documents[index] ?? [], rarity, average),
  }));
  scored.sort((left, right) => right.score - left.score || left.index - right.index);
  return scored.map(({ hunk }) => hunk);
}

/**
 * Portions of at most `maxChars` characters in the given order. A hunk that is larger by itself is
 * split at line ends, or inside a line when it must be, into h3.1, h3.2, …; every word that was
 * removed or added is in one of them.
 */
export function chunkHunks(hunks: readonly Hunk[], maxChars: number): Hunk[][] {
  const chunks: Hunk[][] = [];
  let room = 0;
  for (const hunk of hunks.flatMap((whole) => splitHunk(whole, maxChars))) {
    const size = sizeOf(hunk);
    const chunk = chunks.at(-1);
    if (chunk === undefined || size > room) {
      chunks.push([hunk]);
      room = maxChars - size;
    } else {
      chunk.push(hunk);
      room -= size;
    }
  }
  return chunks;
}

/** Characters that a hunk takes in a request. */
export function sizeOf(hunk: Hunk): number {
  const { section, before, after, context } = hunk;
  const text = section.length + before.length + after.length;
  return text + context.above.length + context.below.length + OVERHEAD;
}

function textOf({ section, before, after, context }: Hunk): string {
  return [section, before, after, context.above, context.below].join('\n');
}

function score(
  terms: readonly string[],
  rarity: ReadonlyMap<string, number>,
  average: number,
): number {
  const counts = new Map<string, number>();
  for (const term of terms) if (rarity.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  const length = 1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * terms.length) / average;
  let sum = 0;
  for (const [term, count] of counts) {
    const weight = (count * (SATURATION + 1)) / (count + SATURATION * length);
    sum += (rarity.get(term) ?? 0) * weight;
  }
  return sum;
}

/** Words in lower case without the endings by which a plural differs; pairs of characters where no spaces are written. */
function termsOf(text: string): string[] {
  const words =
    foldCharacters(text)
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.flatMap((word) => {
    if (!UNSPACED.test(word)) return word.length > 3 ? [word.replace(/(?:es|s|e)$/, '')] : [word];
    const characters = Array.from(word);
    if (characters.length === 1) return characters;
    return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
  });
}

function splitHunk(hunk: Hunk, maxChars: number): Hunk[] {
  const size = sizeOf(hunk);
  if (size <= maxChars) return [hunk];
  const frame = size - hunk.before.length - hunk.after.length;
  // A frame that leaves no room is the caller's mistake; parts of one tenth still end.
  const room = Math.max(1, maxChars - frame, Math.floor(maxChars / 10));
  return portions(hunk.words, room)
    .filter((words) => words.some(({ op }) => op !== 'equal'))
    .map((words, index) => partOf(hunk, words, index));
}

function partOf(hunk: Hunk, words: readonly WordChange[], index: number): Hunk {
  const before = spell(words, 'removed');
  const after = spell(words, 'added');
  const kind = before === '' ? 'added' : after === '' ? 'removed' : 'changed';
  return { ...hunk, id: `${hunk.id}.${index + 1}`, kind, before, after, words };
}

function spell(words: readonly WordChange[], op: WordChange['op']): string {
  return words.map((word) => (word.op === op || word.op === 'equal' ? word.text : '')).join('');
}

/** Cuts word changes into runs whose two sides together fit into `room`. */
function portions(words: readonly WordChange[], room: number): WordChange[][] {
  const runs: WordChange[][] = [[]];
  let left = room;
  for (const [index, { op, text }] of words.entries()) {
    const cost = op === 'equal' ? 2 : 1;
    const together = text.length + replacementLength(words, index);
    if (op === 'removed' && together > left && together <= room) {
      runs.push([]);
      left = room;
    }
    let rest = text;
    while (rest !== '') {
      const fits = Math.floor(left / cost);
      const cut = rest.length <= fits ? rest.length : cutAt(rest, fits, left === room);
      if (cut > 0) runs.at(-1)?.push({ op, text: rest.slice(0, cut) });
      left -= cut * cost;
      rest = rest.slice(cut);
      if (rest !== '') {
        runs.push([]);
        left = room;
      }
    }
  }
  return runs.filter((run) => run.length > 0);
}

/** A value stays in one portion with what replaced it. */
function replacementLength(words: readonly WordChange[], index: number): number {
  const next = words[index + 1];
  return next?.op === 'added' ? next.text.length : 0;
}

/** Where to cut within `limit`: after a line, else after a space, else before a whole character. */
function cutAt(text: string, limit: number, mustCut: boolean): number {
  const line = text.lastIndexOf('\n', limit - 1) + 1;
  if (limit > 0 && line > 0) return line;
  const space = text.lastIndexOf(' ', limit - 1) + 1;
  if (limit > 0 && space > 0) return space;
  if (!mustCut) return 0;
  const cut = Math.max(1, limit);
  const splitsPair = /[\ud800-\udbff]/.test(text[cut - 1] ?? '') && text.length > cut;
  return splitsPair ? Math.max(cut - 1, 2) : cut;
}

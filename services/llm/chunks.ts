/** Divides a long difference into requests of bounded size, the parts most like the goal first. */
import { chunkHunks, rankHunks, sizeOf } from '../domain/rank.ts';
import type { Hunk } from '../domain/types.ts';
import { diffWords } from '../domain/wordDiff.ts';
import type { JudgeHunk } from './prompt.ts';

/** Characters of page text in one request: about 6,000 tokens. */
export const CHUNK_CHARS = 24_000;

/** Comparing words takes a tenth of a second for each large hunk; beyond, only the ends are. */
const MOST_COMPARED = 4;

type Placed = JudgeHunk & Hunk;

/**
 * Nothing that differs is left out: a hunk that is longer than a request is divided. What fits into
 * one request keeps the order of the page.
 */
export function planChunks(
  hunks: readonly JudgeHunk[],
  goalPrompt: string,
  maxChars = CHUNK_CHARS,
): JudgeHunk[][] {
  const isLarge = (hunk: JudgeHunk): boolean => sizeOf({ ...hunk, words: [] }) > maxChars;
  const coarse = hunks.filter(isLarge).length > MOST_COMPARED;
  const placed = hunks.map((hunk) =>
    isLarge(hunk) ? placeLarge(hunk, maxChars, coarse) : { ...hunk, words: [] },
  );
  const fitting = placed.reduce((sum, hunk) => sum + sizeOf(hunk), 0) <= maxChars;
  const ordered = fitting ? placed : rankHunks(placed, goalPrompt);
  // both functions hand the objects on with all their fields
  return (chunkHunks(ordered, maxChars) as Placed[][]).map((chunk) =>
    chunk.map(({ words: _words, ...hunk }) => hunk),
  );
}

/** Only a hunk that must be divided needs its words; its frame must leave room for them. */
function placeLarge(hunk: JudgeHunk, maxChars: number, coarse: boolean): Placed {
  const most = Math.floor(maxChars / 8);
  return {
    ...hunk,
    section: hunk.section.slice(0, most),
    context: {
      above: hunk.context.above.slice(0, most),
      below: hunk.context.below.slice(0, most),
    },
    words: diffWords(hunk.before, hunk.after, { coarse }),
  };
}

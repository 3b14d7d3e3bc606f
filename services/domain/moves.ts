/**
 * Tells blocks that only changed their place from blocks whose meaning changed with it.
 *
 * A wrong "moved" silences a change, a wrong "changed" only costs a judgement. So a block counts as
 * moved only where it keeps what gives it its meaning: a statement that stands alone stays under
 * the same headings; a section moves as a whole under the same headings; a label moves together
 * with its values, between other such groups.
 */
import { lineAt, pushTo } from './lists.ts';
import { headingLevel, isSelfContained, isValueLike } from './blockKind.ts';
import type { Block } from './types.ts';

/** Blocks that only moved, by their places in the older and in the newer text. */
export interface Moves {
  readonly older: ReadonlySet<number>;
  readonly newer: ReadonlySet<number>;
}

interface Side {
  readonly lines: readonly string[];
  /** The headings above each block, joined. */
  readonly paths: readonly string[];
}

/** Equal blocks in a row: where they begin on both sides, and how many they are. */
interface Run {
  readonly older: number;
  readonly newer: number;
  readonly length: number;
}

/** Among equal lines only so many places are compared. */
const MAX_PLACES = 16;

/** Finds moves among the blocks that an alignment left over. */
export function findMoves(
  older: readonly Block[],
  newer: readonly Block[],
  removed: readonly number[],
  added: readonly number[],
): Moves {
  const before = sideOf(older);
  const after = sideOf(newer);
  const moves = { older: new Set<number>(), newer: new Set<number>() };
  for (const run of findRuns(before.lines, after.lines, removed, added)) {
    let step = 0;
    while (step < run.length) {
      const rest = {
        older: run.older + step,
        newer: run.newer + step,
        length: run.length - step,
      };
      const moved = movedAtStart(before, after, rest);
      for (let at = 0; at < moved; at += 1) {
        moves.older.add(rest.older + at);
        moves.newer.add(rest.newer + at);
      }
      step += Math.max(moved, 1);
    }
  }
  return moves;
}

/** How many blocks at the start of a run only moved. */
function movedAtStart(before: Side, after: Side, run: Run): number {
  if (before.paths[run.older] !== after.paths[run.newer]) return 0;
  const line = lineAt(before.lines, run.older);
  const level = headingLevel(line);
  if (level !== undefined) return wholeSection(before, after, run, level);
  return isSelfContained(line) ? 1 : wholeGroup(before, after, run);
}

/** The length of the section that begins here if all of it is in the run on both sides, else 0. */
function wholeSection(before: Side, after: Side, run: Run, level: number): number {
  let length = 1;
  while (length < run.length && !endsSection(before.lines[run.older + length], level)) length += 1;
  const ends =
    restIsNeutral(before.lines, run.older + length, level) &&
    restIsNeutral(after.lines, run.newer + length, level);
  return ends ? length : 0;
}

/** Whether what follows in the same section stands alone, so that it belongs to nobody. */
function restIsNeutral(lines: readonly string[], from: number, level: number): boolean {
  for (let at = from; !endsSection(lines[at], level); at += 1) {
    if (!isSelfContained(lineAt(lines, at))) return false;
  }
  return true;
}

function endsSection(line: string | undefined, level: number): boolean {
  return line === undefined || (headingLevel(line) ?? 7) <= level;
}

/** The length of the labels with their values that begin here, between others of their kind. */
function wholeGroup(before: Side, after: Side, run: Run): number {
  if (isValueLike(lineAt(before.lines, run.older))) return 0;
  if (!beginsGroup(before.lines, run.older) || !beginsGroup(after.lines, run.newer)) return 0;
  let best = 0;
  for (let length = 2; length <= run.length; length += 1) {
    const line = lineAt(before.lines, run.older + length - 1);
    if (headingLevel(line) !== undefined) break;
    const ends =
      isValueLike(line) &&
      beginsLabel(before.lines[run.older + length]) &&
      beginsLabel(after.lines[run.newer + length]);
    if (ends) best = length;
  }
  return best;
}

/** Whether the line above ends another group. */
function beginsGroup(lines: readonly string[], at: number): boolean {
  const above = lines[at - 1];
  return above === undefined || headingLevel(above) !== undefined || isValueLike(above);
}

function beginsLabel(line: string | undefined): boolean {
  return line === undefined || !isValueLike(line);
}

function sideOf(blocks: readonly Block[]): Side {
  const lines = blocks.map((block) => block.text);
  const open: string[] = [];
  const paths = lines.map((line) => {
    const level = headingLevel(line);
    if (level === undefined) return open.join('\n');
    open.length = Math.min(open.length, level - 1);
    const path = open.filter((heading) => heading !== undefined).join('\n');
    open[level - 1] = line;
    return path;
  });
  return { lines, paths };
}

/** Pairs removed with added blocks in runs that are as long as possible. */
function findRuns(
  older: readonly string[],
  newer: readonly string[],
  removed: readonly number[],
  added: readonly number[],
): Run[] {
  const free = new Set(added);
  const gone = new Set(removed);
  const places = new Map<string, number[]>();
  for (const at of added) pushTo(places, lineAt(newer, at), at);
  const lengthAt = (from: number, to: number): number => {
    let length = 0;
    while (
      gone.has(from + length) &&
      free.has(to + length) &&
      older[from + length] === newer[to + length]
    ) {
      length += 1;
    }
    return length;
  };
  const runs: Run[] = [];
  for (const from of removed) {
    if (!gone.has(from)) continue;
    let best: Run | undefined;
    const open = (places.get(lineAt(older, from)) ?? []).filter((to) => free.has(to));
    for (const to of open.slice(0, MAX_PLACES)) {
      const length = lengthAt(from, to);
      if (length > (best?.length ?? 0)) best = { older: from, newer: to, length };
    }
    if (best === undefined) continue;
    runs.push(best);
    for (let step = 0; step < best.length; step += 1) {
      gone.delete(best.older + step);
      free.delete(best.newer + step);
    }
  }
  return runs;
}

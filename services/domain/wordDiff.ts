/** Compares two pieces of text word by word. */
import { diffArrays } from 'diff';
import type { WordChange } from './types.ts';

/** A number, a date, a version or a word is one piece; all else is single characters. */
const PIECES = /\s+|[\p{L}\p{M}\p{N}_]+(?:[.,:'’/-][\p{L}\p{M}\p{N}_]+)*|[^\s\p{L}\p{M}\p{N}_]/gu;
/** More edits than this are told as one replacement. */
const MAX_EDITS = 1_500;

/** The pieces that are compared whole. */
export function piecesOf(text: string): string[] {
  return text.match(PIECES) ?? [];
}

/**
 * The word changes of two texts. Equal and removed pieces spell `before`, equal and added ones
 * spell `after`, exactly. `coarse` only leaves out the common beginning and end, in linear time.
 */
export function diffWords(
  before: string,
  after: string,
  options: { readonly coarse?: boolean } = {},
): WordChange[] {
  if (before === after) return before === '' ? [] : [{ op: 'equal', text: before }];
  const left = piecesOf(before);
  const right = piecesOf(after);
  const head = commonHead(left, right);
  const tail = commonTail(left, right, head);
  const middle = diffMiddle(
    left.slice(head, left.length - tail),
    right.slice(head, right.length - tail),
    options.coarse === true ? 0 : MAX_EDITS,
  );
  return merge([
    { op: 'equal', text: left.slice(0, head).join('') },
    ...middle,
    { op: 'equal', text: left.slice(left.length - tail).join('') },
  ]);
}

/** How many pieces two lists begin with in common. */
export function commonHead<T>(left: readonly T[], right: readonly T[]): number {
  const limit = Math.min(left.length, right.length);
  let count = 0;
  while (count < limit && left[count] === right[count]) count += 1;
  return count;
}

/** How many pieces two lists end with in common, after `head` pieces at the beginning. */
export function commonTail<T>(left: readonly T[], right: readonly T[], head: number): number {
  const limit = Math.min(left.length, right.length) - head;
  let count = 0;
  while (count < limit && left.at(-1 - count) === right.at(-1 - count)) count += 1;
  return count;
}

function diffMiddle(left: string[], right: string[], maxEditLength: number): WordChange[] {
  const changes = diffArrays(left, right, { maxEditLength });
  if (changes === undefined) {
    return [
      { op: 'removed', text: left.join('') },
      { op: 'added', text: right.join('') },
    ];
  }
  return changes.map(({ added, removed, value }) => ({
    op: added ? 'added' : removed ? 'removed' : 'equal',
    text: value.join(''),
  }));
}

/** Joins neighbours of one kind; within a change the removed words stand first. */
function merge(changes: readonly WordChange[]): WordChange[] {
  const merged: WordChange[] = [];
  let removed = '';
  let added = '';
  const flush = (): void => {
    if (removed !== '') merged.push({ op: 'removed', text: removed });
    if (added !== '') merged.push({ op: 'added', text: added });
    removed = '';
    added = '';
  };
  let equal = '';
  for (const { op, text } of changes) {
    if (text === '') continue;
    if (op === 'equal') {
      flush();
      equal += text;
      continue;
    }
    if (equal !== '') merged.push({ op: 'equal', text: equal });
    equal = '';
    if (op === 'removed') removed += text;
    else added += text;
  }
  flush();
  if (equal !== '') merged.push({ op: 'equal', text: equal });
  return merged;
}

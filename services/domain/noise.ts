/** Tells a change that says nothing: only moves, masked pieces, spelling of spaces and case. */
import { foldSpelling } from './normalise.ts';
import type { Change, Hunk } from './types.ts';
import { PLACEHOLDER } from './volatile.ts';

/** Marks that only set pieces apart. */
const SEPARATORS = /[\s·•|…]+/g;

/**
 * Why a change need not be judged: `moved` when blocks only changed their place, `noise` when each
 * hunk differs only in masked pieces, separators, case or the spelling of quotes and dashes.
 */
export function noiseOf(change: Change): 'moved' | 'noise' | undefined {
  if (change.hunks.length === 0) return change.moved > 0 ? 'moved' : 'noise';
  return change.hunks.every(isNoise) ? 'noise' : undefined;
}

function isNoise(hunk: Hunk): boolean {
  return bare(hunk.before) === bare(hunk.after);
}

function bare(text: string): string {
  return foldSpelling(text.replace(PLACEHOLDER, ' ')).replace(SEPARATORS, ' ').trim();
}

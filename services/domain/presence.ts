/** Conditions on a text or a pattern that appears, vanishes or is there. */
import type { RE2JS } from 're2js';
import type { ConditionRegex, ConditionText } from '../../crds/types/monitorjob.ts';
import { cutText } from './describe.ts';
import { foldForQuote } from './normalise.ts';
import { compilePattern } from './pattern.ts';
import type { ClaimKind, NormalText } from './types.ts';

/** What a text or pattern says about two states of a page. */
export interface Presence {
  readonly kind: ClaimKind;
  readonly holds: boolean;
  readonly isTrue: boolean;
  readonly before: string | null;
  readonly after: string | null;
  readonly evidence: string;
}

/** Where a text or pattern was found. */
interface Hit {
  readonly text: string;
  readonly line: string;
}

/** Longest line that is shown as evidence, in UTF-16 units. */
export const MAX_EVIDENCE = 300;
const MAX_VALUE = 200;

/** Looks for a text; case and white space do not matter. */
export function findTextPresence(
  { contains, side }: ConditionText,
  before: NormalText | undefined,
  after: NormalText,
): Presence {
  return presence(side, (text) => findText(text, contains), before, after);
}

/**
 * Looks for an RE2 pattern; `^` and `$` mean a line.
 * @returns the reason when the pattern is not valid
 */
export function findPatternPresence(
  { pattern, side }: ConditionRegex,
  before: NormalText | undefined,
  after: NormalText,
): Presence | string {
  const compiled = compilePattern(`(?m)${pattern}`);
  if (compiled.kind === 'invalid') return compiled.message;
  return presence(side, (text) => findPattern(text, compiled.compiled), before, after);
}

function presence(
  side: ConditionText['side'],
  find: (text: NormalText) => Hit | undefined,
  older: NormalText | undefined,
  newer: NormalText,
): Presence {
  const was = older && find(older);
  const is = find(newer);
  const before = was?.text ?? null;
  const after = is?.text ?? null;
  const evidence = (is ?? was)?.line ?? '';
  const there = is !== undefined;
  switch (side) {
    case 'Appears':
      // on the first look nothing has appeared
      return {
        kind: 'added',
        holds: there && !!older && !was,
        isTrue: there,
        before: null,
        after,
        evidence,
      };
    case 'Vanishes':
      return { kind: 'removed', holds: !!was && !there, isTrue: !there, before, after, evidence };
    case 'Present':
      return { kind: 'value', holds: there, isTrue: there, before: null, after, evidence };
    case 'Absent':
      return { kind: 'value', holds: !there, isTrue: !there, before, after, evidence: '' };
    default:
      return side satisfies never;
  }
}

function findText(text: NormalText, contains: string): Hit | undefined {
  const wanted = foldForQuote(contains);
  if (wanted === '') return undefined;
  const value = cutText(contains, MAX_VALUE);
  const block = text.blocks.find((candidate) => foldForQuote(candidate.text).includes(wanted));
  if (block) return { text: value, line: cutText(block.text, MAX_EVIDENCE) };
  // a phrase may run over the end of a line
  return foldForQuote(text.text).includes(wanted) ? { text: value, line: value } : undefined;
}

function findPattern(text: NormalText, pattern: RE2JS): Hit | undefined {
  const matcher = pattern.matcher(text.text);
  if (!matcher.find()) return undefined;
  const start = text.text.slice(0, matcher.start()).lastIndexOf('\n') + 1;
  const end = text.text.indexOf('\n', matcher.end());
  const line = text.text.slice(start, end === -1 ? undefined : end);
  return { text: cutText(matcher.group() ?? '', MAX_VALUE), line: cutText(line, MAX_EVIDENCE) };
}

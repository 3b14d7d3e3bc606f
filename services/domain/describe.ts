/** Says a fact in our own words, for titles and for summaries that a model got wrong. */
import { cleanProse } from './prose.ts';
import type { ClaimKind } from './types.ts';

/** What a claim or a condition says. */
export interface Fact {
  readonly kind: ClaimKind;
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
}

const MAX_LENGTH = 200;

/** One short line without links or markup, at most 200 characters: "Price: 40 € → 35 €". */
export function describeFact(fact: Fact): string {
  const subject = cleanProse(fact.subject);
  const before = fact.before === null ? '' : cleanProse(fact.before);
  const after = fact.after === null ? '' : cleanProse(fact.after);
  switch (fact.kind) {
    case 'changed':
      return cutText(`${subject}: ${before} → ${after}`, MAX_LENGTH);
    case 'added':
      return cutText(`${subject}: new: ${after}`, MAX_LENGTH);
    case 'removed':
      return cutText(`${subject}: gone: ${before}`, MAX_LENGTH);
    case 'value':
      return cutText(`${subject}: ${after}`, MAX_LENGTH);
    default:
      return fact.kind satisfies never;
  }
}

/** At most `length` UTF-16 units, never half a character; what was cut shows as "…". */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Checks one claim of a model against the page: the first rule that it breaks refuses it. */
import { canonicalValue } from './canonical.ts';
import { parseNumber } from './number.ts';
import {
  findQuote,
  sectionOf,
  type IndexedHunk,
  type IndexedSource,
  type MarkedToken,
} from './place.ts';
import { findRuns, tokensOf, type Token } from './tokens.ts';
import type { Claim, DroppedClaim } from './types.ts';

export type ClaimCheck =
  | { readonly ok: true; readonly source: string }
  | { readonly ok: false; readonly why: DroppedClaim['why'] };

type Refusal = DroppedClaim['why'];

/** Words that join others and say nothing about which thing is meant. */
const joining = new Set(
  (
    'a an and as at by for from in is of on or per the to with de der die das den dem des ein eine im und von ' +
    'zu am für le la les du et un une en el los las del y il lo di da e o do no na het van een'
  ).split(' '),
);
/** From the rule that is broken first to the one that is broken last. */
const order: readonly Refusal[] = [
  'missingSide',
  'nullComparison',
  'quoteNotFound',
  'beforeNotRemoved',
  'afterNotAdded',
  'numberMismatch',
  'subjectNotInSection',
];

/** Finds a source whose texts prove the claim; else the reason of the one that came closest. */
export function checkClaim(claim: Claim, sources: readonly IndexedSource[]): ClaimCheck {
  const refused = checkShape(claim) ?? checkValues(claim);
  if (refused) return { ok: false, why: refused };
  let closest: Refusal = 'quoteNotFound';
  for (const source of sources) {
    const why = checkSource(claim, source);
    if (!why) return { ok: true, source: source.source };
    closest = further(closest, why);
  }
  return { ok: false, why: closest };
}

/** Which of before and after a kind needs, and where its quote can stand. */
function checkShape({ kind, before, after, side }: Claim): Refusal | undefined {
  switch (kind) {
    case 'changed':
      return before === null || after === null ? 'missingSide' : undefined;
    case 'added':
    case 'value':
      return after === null || side === 'before' ? 'missingSide' : undefined;
    case 'removed':
      return before === null || side === 'after' ? 'missingSide' : undefined;
    default:
      return kind satisfies never;
  }
}

/** "1 instead of 1", "1,00 instead of 1.00" and "5 € instead of 5 %" compare nothing. */
function checkValues({ before, after }: Claim): Refusal | undefined {
  if (before === null || after === null) return undefined;
  if (canonicalValue(before) === canonicalValue(after)) return 'nullComparison';
  return measures(before, after) ? undefined : 'numberMismatch';
}

function measures(before: string, after: string): boolean {
  const [was, is] = [parseNumber(before), parseNumber(after)];
  if (!was || !is) return true;
  const money = [was.currency !== null, is.currency !== null];
  const percent = [was.unit === '%', is.unit === '%'];
  return !(money[0] && percent[1]) && !(percent[0] && money[1]);
}

function checkSource(claim: Claim, source: IndexedSource): Refusal | undefined {
  const quoted = {
    before: claim.side === 'after' ? undefined : findQuote(source.before, claim.quote),
    after: claim.side === 'before' ? undefined : findQuote(source.after, claim.quote),
  };
  if (quoted.before?.size === 0 || quoted.after?.size === 0) return 'quoteNotFound';
  let closest: Refusal = 'quoteNotFound';
  for (const hunk of source.hunks) {
    const why = checkHunk(claim, source, hunk, quoted);
    if (!why) return undefined;
    closest = further(closest, why);
  }
  return closest;
}

interface Quoted {
  readonly before: ReadonlySet<number> | undefined;
  readonly after: ReadonlySet<number> | undefined;
}

function checkHunk(
  claim: Claim,
  source: IndexedSource,
  hunk: IndexedHunk,
  quoted: Quoted,
): Refusal | undefined {
  const blocks = {
    before: intersect(quoted.before, hunk.beforeBlocks),
    after: intersect(quoted.after, hunk.afterBlocks),
  };
  if (blocks.before.length === 0 && blocks.after.length === 0) return 'quoteNotFound';
  if (!isMarked(hunk.before, claim.before)) return 'beforeNotRemoved';
  if (!isMarked(hunk.after, claim.after)) return 'afterNotAdded';
  const stays = isStill(claim, hunk);
  if (stays) return stays;
  const unquoted = checkQuote(claim);
  if (unquoted) return unquoted;
  const scopes = [
    ...blocks.before.map((block) => sectionOf(source.before, block)),
    ...blocks.after.map((block) => sectionOf(source.after, block)),
  ];
  return scopes.some((scope) => names(scope, claim.subject)) ? undefined : 'subjectNotInSection';
}

/** Whole tokens of the side, at least one of which the diff marks. */
function isMarked(side: readonly MarkedToken[], value: string | null): boolean {
  if (value === null) return true;
  const wanted = tokensOf(value);
  return findRuns(side, wanted).some((at) =>
    side.slice(at, at + wanted.length).some((token) => token.marked),
  );
}

/** What only moved inside its block was neither added nor removed. */
function isStill({ kind, before, after }: Claim, hunk: IndexedHunk): Refusal | undefined {
  const value = tokensOf((kind === 'removed' ? before : after) ?? '');
  const was = findRuns(hunk.before, value).length;
  const is = findRuns(hunk.after, value).length;
  if (kind === 'removed' && is >= was) return 'beforeNotRemoved';
  return kind === 'added' && was >= is ? 'afterNotAdded' : undefined;
}

/** A quote of one side must show that side's value; a quote of both shows what they share. */
function checkQuote({ side, before, after, quote }: Claim): Refusal | undefined {
  const value = side === 'both' ? null : side === 'before' ? before : after;
  if (value === null || findRuns(tokensOf(quote), tokensOf(value)).length > 0) return undefined;
  return parseNumber(value) ? 'numberMismatch' : 'quoteNotFound';
}

/** Every word of the subject that means something stands in the section, inflected or not. */
function names(scope: string, subject: string): boolean {
  const wanted = words(subject);
  const present = words(scope);
  return (
    wanted.length > 0 && wanted.every((word) => present.some((other) => isSameWord(word, other)))
  );
}

const words = (text: string): string[] =>
  tokensOf(text)
    .flatMap((token: Token) => token.text.split(/[-'@./:]/u))
    .filter((word) => word !== '' && !joining.has(word));

function isSameWord(a: string, b: string): boolean {
  if (a === b) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return /^\p{L}{4,}$/u.test(short) && long.startsWith(short) && long.length - short.length <= 3;
}

const intersect = (
  quoted: ReadonlySet<number> | undefined,
  blocks: ReadonlySet<number>,
): number[] => (quoted ? [...quoted].filter((block) => blocks.has(block)) : []);

const further = (a: Refusal, b: Refusal): Refusal => (order.indexOf(b) > order.indexOf(a) ? b : a);

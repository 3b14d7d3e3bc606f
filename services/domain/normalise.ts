/** Brings a page's text into the form that is hashed, compared and quoted. */
import { createHash } from 'node:crypto';
import { foldCharacters, foldSpace, splitLines } from './characters.ts';
import { compilePattern, replaceMatches, type Pattern } from './pattern.ts';
import type { Block, NormalText } from './types.ts';
import { maskVolatile, PLACEHOLDER, PLACEHOLDERS } from './volatile.ts';

export interface NormaliseOptions {
  /** RE2 patterns of what is masked before hashing, line by line. */
  readonly ignore?: readonly string[] | undefined;
}

/** An `ignore` pattern that cannot be compiled; names the pattern. */
export class IgnoreInvalid extends Error {
  readonly pattern: string;

  constructor(pattern: string, why: string) {
    super(`ignore.text "${pattern}" is not a valid regular expression (RE2): ${why}`);
    this.name = 'IgnoreInvalid';
    this.pattern = pattern;
  }
}

const HEADING = /^#{1,6} (.+)$/;
const DOUBLE_QUOTES = /[“”„‟«»″〝〞]/g;
const SINGLE_QUOTES = /[‘’‚‛′`´]/g;
const DASHES = /[\p{Pd}−]/gu;
const LINE_MARKS = /^(?:#{1,6} |[-*•] )+/;
const HEADING_MARK = /^#{1,6} /;

/**
 * Normalises a text: characters folded (NFKC, invisible ones dropped), white space collapsed, empty
 * lines dropped, volatile and ignored pieces masked, each line with the heading above it.
 * @throws IgnoreInvalid when an `ignore` pattern is no RE2 pattern.
 */
export function normalise(text: string, options: NormaliseOptions = {}): NormalText {
  const ignored = (options.ignore ?? []).map(compileIgnore);
  const blocks: Block[] = [];
  let section = '';
  for (const raw of splitLines(text)) {
    for (const line of splitLines(foldCharacters(raw))) {
      const folded = foldSpace(line);
      if (folded === '') continue;
      const masked = maskVolatile(maskIgnored(folded, ignored));
      const heading = HEADING.exec(masked)?.[1];
      if (heading !== undefined) section = heading;
      blocks.push({ text: masked, section });
    }
  }
  const joined = blocks.map((block) => block.text).join('\n');
  return { blocks, text: joined, hash: createHash('sha256').update(joined).digest('hex') };
}

/**
 * The folding by which a quote is looked for in a text: characters, white space (line breaks too),
 * quotes, dashes and case are folded, marks at the beginnings of lines dropped.
 */
export function foldForQuote(text: string): string {
  const lines = foldLines(text).map((line) => line.replace(LINE_MARKS, ''));
  return foldSpace(lines.join(' ')).replace(LINE_MARKS, '');
}

/** Folds spelling alone: a heading's level is spelling, `- 5 %` and `5 %` are not the same. */
export function foldSpelling(text: string): string {
  return foldLines(text)
    .map((line) => line.replace(HEADING_MARK, ''))
    .join('\n');
}

function foldLines(text: string): string[] {
  const plain = foldCharacters(text).toLowerCase().normalize('NFKC');
  return splitLines(plain).map((line) =>
    foldSpace(line).replace(DOUBLE_QUOTES, '"').replace(SINGLE_QUOTES, "'").replace(DASHES, '-'),
  );
}

function compileIgnore(source: string): Extract<Pattern, { kind: 'pattern' }> {
  const pattern = compilePattern(source);
  if (pattern.kind === 'invalid') throw new IgnoreInvalid(source, pattern.message);
  return pattern;
}

/** Masks what the user ignores; pieces that are masked already stay as they are. */
function maskIgnored(
  line: string,
  patterns: readonly Extract<Pattern, { kind: 'pattern' }>[],
): string {
  return patterns.reduce((text, { compiled }) => {
    const masks = [...text.matchAll(PLACEHOLDER)].map(({ 0: mask, index }) => ({
      start: index,
      end: index + mask.length,
    }));
    return replaceMatches(compiled, text, PLACEHOLDERS.ignored, (start, end) =>
      masks.some((mask) => mask.start < end && start < mask.end),
    );
  }, line);
}

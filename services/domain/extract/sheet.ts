/** Reads the rules of `<style>` elements that can hide or show something on a screen. */
import { parseDeclarations, type Declaration } from './style.ts';

export interface SheetRule {
  readonly selector: string;
  readonly specificity: number;
  readonly declarations: readonly Declaration[];
}

interface Block {
  readonly prelude: string;
  readonly body: string;
}

/** Width of the screen that media queries are asked for, in CSS pixels. */
const SCREEN_WIDTH = 1280;
/** At-rules may be nested this deep. */
const MAX_NESTING = 8;
/** Longer selectors and queries are nothing that people write; patterns are not asked about them. */
const MAX_LENGTH = 1_000;
/** States that a page at rest is not in, and generated content. */
const NOT_AT_REST =
  /::|:(?:hover|focus|active|visited|target|before|after|first-letter|first-line|-webkit|-moz|-ms|popover-open|fullscreen)/i;

/**
 * The rules of a style sheet in their order, at most `limit`.
 * A sheet that cannot be read gives the rules before the fault, as in a browser.
 */
export function parseSheet(css: string, limit: number): SheetRule[] {
  const rules: SheetRule[] = [];
  collect(stripComments(css), 0, rules, limit);
  return rules;
}

/** Whether a media query holds on a screen at rest. */
export function mediaApplies(query: string): boolean {
  if (query.length > MAX_LENGTH) return false;
  return query.split(',').some((part) => {
    const text = part.trim().toLowerCase();
    const features = [...text.matchAll(/\(([^)]*)\)/g)].map((found) => found[1] ?? '');
    const type = text.replace(/\([^)]*\)|\band\b|\bonly\b/g, ' ').trim();
    return (type === '' || type === 'all' || type === 'screen') && features.every(featureHolds);
  });
}

/** Ids, then classes and attributes, then tags, as one number. */
export function specificityOf(selector: string): number {
  const bare = selector.replace(/:where\([^)]*\)/g, '').replace(/\[[^\]]*\]/g, '.a');
  const ids = bare.match(/#[\w-]/g)?.length ?? 0;
  const classes = bare.match(/\.[\w-]|:(?!not|is|has)[\w-]/g)?.length ?? 0;
  const tags = bare.match(/(?:^|[\s>+~(,])[a-z]/gi)?.length ?? 0;
  return ids * 10_000 + Math.min(classes, 99) * 100 + Math.min(tags, 99);
}

function collect(css: string, nesting: number, rules: SheetRule[], limit: number): void {
  for (const { prelude, body } of blocksOf(css)) {
    if (rules.length >= limit) return;
    if (prelude.startsWith('@')) {
      if (nesting < MAX_NESTING && descends(prelude)) collect(body, nesting + 1, rules, limit);
    } else {
      addRules(prelude, body, rules);
    }
  }
}

function addRules(prelude: string, body: string, rules: SheetRule[]): void {
  const declarations = parseDeclarations(body.replace(/[^;{}]*\{[^{}]*\}/g, ''));
  if (declarations.length === 0) return;
  for (const selector of splitSelectors(prelude)) {
    if (selector === '' || selector.length > MAX_LENGTH || NOT_AT_REST.test(selector)) continue;
    rules.push({ selector, specificity: specificityOf(selector), declarations });
  }
}

/** Splits a selector list at the commas outside of parentheses and brackets. */
function splitSelectors(list: string): string[] {
  if (!/[([]/.test(list)) return list.split(',').map((part) => part.trim());
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= list.length; index += 1) {
    const char = list[index];
    if (char === '(' || char === '[') depth += 1;
    else if (char === ')' || char === ']') depth -= 1;
    else if (char === undefined || (char === ',' && depth === 0)) {
      parts.push(list.slice(start, index).trim());
      start = index + 1;
    }
  }
  return parts;
}

function descends(prelude: string): boolean {
  const found = /^@(\w+)\s*(.*)$/s.exec(prelude);
  const name = found?.[1]?.toLowerCase();
  if (name === 'media') return mediaApplies(found?.[2] ?? '');
  return name === 'layer' || name === 'supports';
}

function featureHolds(feature: string): boolean {
  const found = /^\s*(min|max)-width\s*:\s*([\d.]+)(px|em|rem)\s*$/.exec(feature);
  if (found === null) return false;
  const width = Number(found[2]) * (found[3] === 'px' ? 1 : 16);
  return found[1] === 'min' ? SCREEN_WIDTH >= width : SCREEN_WIDTH <= width;
}

function stripComments(css: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = css.indexOf('/*'); at >= 0; at = css.indexOf('/*', from)) {
    parts.push(css.slice(from, at));
    const end = css.indexOf('*/', at + 2);
    if (end < 0) return parts.join('');
    from = end + 2;
  }
  parts.push(css.slice(from));
  return parts.join('');
}

/** The blocks at the top level of a sheet or of an at-rule's body. */
function* blocksOf(css: string): Generator<Block> {
  const mark = /"[^"\n]*"|'[^'\n]*'|[{};]/g;
  let depth = 0;
  let start = 0;
  let open = 0;
  for (let found = mark.exec(css); found !== null; found = mark.exec(css)) {
    const char = found[0];
    if (char === '{') {
      if (depth === 0) open = found.index;
      depth += 1;
    } else if (char === ';' && depth === 0) {
      start = mark.lastIndex;
    } else if (char === '}' && depth > 0) {
      depth -= 1;
      if (depth > 0) continue;
      yield { prelude: css.slice(start, open).trim(), body: css.slice(open + 1, found.index) };
      start = mark.lastIndex;
    } else if (char === '}') {
      start = mark.lastIndex;
    }
  }
}

/** Which declarations hold for an element: its own, and those of `<style>` rules that match it. */
import { pushTo } from '../lists.ts';
import { childrenOf, textOf, type PageElement, type PageTree } from './tree.ts';
import { mediaApplies, parseSheet, type SheetRule } from './sheet.ts';
import { isSuspicious, parseDeclarations, type Declaration, type Declared } from './style.ts';

export interface Appearance {
  /** What is declared for an element; undefined when nothing that matters is. */
  of(element: PageElement): Declared | undefined;
  /** No style sheet can colour this page: text is black on white where nothing else is said. */
  readonly plain: boolean;
  /** The rules were too many, some were not looked at. */
  readonly incomplete: boolean;
}

interface Winner {
  readonly value: string;
  readonly weight: number;
}
type Winners = Map<string, Winner>;
type Index = ReadonlyMap<string, readonly PageElement[]>;

const MAX_RULES = 4_000;
/** How many times a selector may be asked about an element. */
const MAX_TESTS = 1_000_000;
/** A style attribute beats rules; `!important` beats both. */
const INLINE = 10_000_000;
const IMPORTANT = 100_000_000;

/** Looks through the page's styles once. */
export function appearanceOf(tree: PageTree): Appearance {
  const sheets = tree.elements.filter((element) => element.name === 'style');
  const rules = sheets.flatMap(rulesOf).slice(0, MAX_RULES);
  const matched = new Map<PageElement, Winners>();
  const complete = applyRules(tree, rules, matched);
  return {
    of: (element) => declaredOf(element, matched.get(element)),
    plain: sheets.length === 0 && tree.$.root().find('link[rel~="stylesheet"]').length === 0,
    incomplete: !complete || rules.length === MAX_RULES,
  };
}

function rulesOf(sheet: PageElement): SheetRule[] {
  if (!mediaApplies(sheet.attribs['media'] ?? '')) return [];
  const css = childrenOf(sheet)
    .map((child) => textOf(child) ?? '')
    .join('');
  return parseSheet(css, MAX_RULES);
}

/** Rules that hide are asked about all elements, the others only about those that were hidden. */
function applyRules(
  tree: PageTree,
  rules: readonly SheetRule[],
  matched: Map<PageElement, Winners>,
): boolean {
  const budget = { left: MAX_TESTS };
  const hiding = rules.filter((rule) => isSuspicious(plainOf(rule.declarations)));
  const all: Index = hiding.length === 0 ? new Map() : indexOf(tree.elements);
  const hidden = hiding.flatMap((rule) => match(tree, rule, all, budget));
  const styled = tree.elements.filter(
    ({ attribs }) => attribs['hidden'] !== undefined || attribs['style'] !== undefined,
  );
  const index = indexOf([...new Set([...hidden, ...styled])]);
  for (const [order, rule] of rules.entries()) {
    for (const element of match(tree, rule, index, budget)) {
      const winners: Winners = matched.get(element) ?? new Map();
      matched.set(element, winners);
      for (const declaration of rule.declarations) {
        offer(winners, declaration, rule.specificity + order / MAX_RULES);
      }
    }
  }
  return budget.left >= 0;
}

/** The elements that a rule matches; none when its selector is not understood here. */
function match(
  tree: PageTree,
  rule: SheetRule,
  index: Index,
  budget: { left: number },
): PageElement[] {
  const candidates = candidatesOf(rule.selector, index);
  budget.left -= candidates.length;
  if (candidates.length === 0 || budget.left < 0) return [];
  try {
    return tree
      .$([...candidates])
      .filter(rule.selector)
      .toArray();
  } catch {
    return []; // a browser drops such a rule too, or it is about a state that never holds here
  }
}

function indexOf(elements: readonly PageElement[]): Index {
  const index = new Map<string, PageElement[]>([['*', [...elements]]]);
  for (const element of elements) {
    pushTo(index, element.name, element);
    const { id, class: classes } = element.attribs;
    if (id !== undefined) pushTo(index, `#${id}`, element);
    for (const name of new Set(classes?.split(/\s+/))) pushTo(index, `.${name}`, element);
  }
  return index;
}

/** Elements that have the id, class or tag that the last part of the selector asks for. */
function candidatesOf(selector: string, index: Index): readonly PageElement[] {
  const last = /[^\s>+~]*$/.exec(selector.replace(/\[[^\]]*\]|\([^)]*\)/g, ''))?.[0] ?? '';
  const simple = last.replace(/:[\w-]+/g, '');
  const key = /#[\w-]+/.exec(simple) ?? /\.[\w-]+/.exec(simple) ?? /^[a-z][\w-]*/i.exec(simple);
  const name = key?.[0] ?? '*';
  return index.get(/^[#.*]/.test(name) ? name : name.toLowerCase()) ?? [];
}

function declaredOf(element: PageElement, matched: Winners | undefined): Declared | undefined {
  const { hidden, style, bgcolor, color, text } = element.attribs;
  const hints: Declaration[] = [];
  const hint = (property: string, value: string) =>
    hints.push({ property, value: value.toLowerCase(), important: false });
  if (hidden !== undefined) hint('display', 'none');
  if (bgcolor !== undefined) hint('background-color', bgcolor);
  if (color !== undefined && element.name === 'font') hint('color', color);
  if (text !== undefined && element.name === 'body') hint('color', text);
  if (matched === undefined && style === undefined && hints.length === 0) return undefined;
  const winners: Winners = new Map(matched);
  for (const declaration of hints) offer(winners, declaration, -1);
  for (const declaration of parseDeclarations(style ?? '')) offer(winners, declaration, INLINE);
  return new Map([...winners].map(([property, { value }]) => [property, value]));
}

function offer(winners: Winners, declaration: Declaration, base: number): void {
  const weight = base + (declaration.important ? IMPORTANT : 0);
  const best = winners.get(declaration.property);
  if (best !== undefined && best.weight > weight) return;
  winners.set(declaration.property, { value: declaration.value, weight });
}

function plainOf(declarations: readonly Declaration[]): Declared {
  return new Map(declarations.map(({ property, value }) => [property, value]));
}

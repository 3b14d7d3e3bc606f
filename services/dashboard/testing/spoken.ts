/** What a page says in another language than it should: English where German is asked for. */
import {
  isLiteralElement,
  isPluralElement,
  isSelectElement,
  isTagElement,
  parse,
  type MessageFormatElement,
} from '@formatjs/icu-messageformat-parser';
import type { Page } from 'playwright-core';
import { first as germanFirst } from '../web/src/texts/de/first.ts';
import { later as germanLater } from '../web/src/texts/de/later.ts';
import { first } from '../web/src/texts/en/first.ts';
import { later } from '../web/src/texts/en/later.ts';

const textsOf = (group: object): string[] =>
  Object.values(group).flatMap((value: unknown) =>
    typeof value === 'string' ? [value] : textsOf(value as object),
  );

/** What stands between the values and elements of a text. */
const literals = (elements: readonly MessageFormatElement[]): string[] =>
  elements.flatMap((element) => {
    if (isLiteralElement(element)) return [element.value.trim()];
    if (isTagElement(element)) return literals(element.children);
    if (isPluralElement(element) || isSelectElement(element))
      return Object.values(element.options).flatMap(({ value }) => literals(value));
    return [];
  });

const TWO_WORDS = /\p{L}{2,}[ ,:;]+\p{L}{2,}/u;
const GERMAN = textsOf({ ...germanFirst, ...germanLater }).join('\n');

/** Whatever the English pages say in two words or more, and the German ones do not. */
const ENGLISH = [
  ...new Set(textsOf({ ...first, ...later }).flatMap((text) => literals(parse(text)))),
].filter((text) => TWO_WORDS.test(text) && !GERMAN.includes(text));

/** Words that hardly an English sentence does without, and that no German one has. */
const FUNCTION_WORDS =
  /\b(?:and|are|by|for|from|has|have|is|it|its|nothing|of|the|their|this|to|when|which|with|your?)\b/i;

/** All texts of the page, seen or only heard; not what is code, JSON, or in a language of its own. Runs in the page. */
const SHOWN = `(() => {
  const ownWords = 'script, style, code, pre, textarea, [lang]:not(html)';
  const shown = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest(ownWords)) shown.push(walker.currentNode.data);
  for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
    for (const each of document.querySelectorAll('[' + name + ']'))
      if (!each.matches('[lang]')) shown.push(each.getAttribute(name));
  return shown.filter((text) => !text.startsWith('{"'));
})()`;

/** Every text of several words in an answer of the api: what people wrote, and what servers say. */
function saidIn(json: unknown): string[] {
  if (typeof json === 'string') return json.includes(' ') ? [json.trim()] : [];
  if (typeof json !== 'object' || json === null) return [];
  return Object.values(json).flatMap((value) => saidIn(value));
}

/** Keeps what the api answers to the page from now on. */
export function listen(page: Page): () => Promise<readonly string[]> {
  const answers: Promise<string[]>[] = [];
  page.on('response', (response) => {
    if (!response.headers()['content-type']?.startsWith('application/json')) return;
    answers.push(
      response.json().then(saidIn, () => {
        // The page was left before the answer was read.
        return [];
      }),
    );
  });
  return async () =>
    [...new Set((await Promise.all(answers)).flat())].toSorted((a, b) => b.length - a.length);
}

/** Texts of the page in English. @param data what is not the page's own words */
export async function englishOn(page: Page, data: readonly string[]): Promise<string[]> {
  const shown = await page.evaluate<string[]>(SHOWN);
  const own = shown.map((text) =>
    data.reduce((left, each) => left.replaceAll(each, '…'), text.replaceAll(/\s+/g, ' ')),
  );
  return own.filter(
    (text) => FUNCTION_WORDS.test(text) || ENGLISH.some((english) => text.includes(english)),
  );
}

import assert from 'node:assert/strict';
import {
  isLiteralElement,
  isPluralElement,
  isPoundElement,
  isSelectElement,
  isTagElement,
  parse,
  type MessageFormatElement,
} from '@formatjs/icu-messageformat-parser';
import { first as germanFirst } from './web/src/texts/de/first.ts';
import { later as germanLater } from './web/src/texts/de/later.ts';
import { first } from './web/src/texts/en/first.ts';
import { later } from './web/src/texts/en/later.ts';
import { chooseLanguage, chooseLocale } from './web/src/texts/language.ts';
import { counted, known, speak, t } from './web/src/texts/texts.ts';
import { speakEnglish, speakGerman } from './testing/english.ts';

/** Every text with its name, such as `monitors.title`. */
const textsOf = (group: object, path = ''): (readonly [string, string])[] =>
  Object.entries(group).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'string'
      ? [[`${path}${name}`, value] as const]
      : textsOf(value as object, `${path}${name}.`),
  );

/** What is filled into a text: names of values, and of elements in angle brackets. */
function filledIn(elements: readonly MessageFormatElement[]): string[] {
  const names = elements.flatMap((element) => {
    if (isLiteralElement(element) || isPoundElement(element)) return [];
    const inside = isTagElement(element)
      ? filledIn(element.children)
      : isPluralElement(element) || isSelectElement(element)
        ? Object.values(element.options).flatMap(({ value }) => filledIn(value))
        : [];
    return [isTagElement(element) ? `<${element.value}>` : element.value, ...inside];
  });
  return [...new Set(names)].toSorted();
}

const ENGLISH = textsOf({ ...first, ...later });
const GERMAN = new Map(textsOf({ ...germanFirst, ...germanLater }));

describe('the catalogue of texts', () => {
  afterEach(speakEnglish);

  it('has each text in German too, and no other', () => {
    assert.deepEqual([...GERMAN.keys()].toSorted(), ENGLISH.map(([name]) => name).toSorted());
  });

  it('fills the same values and elements into each text of both languages', () => {
    for (const [name, text] of ENGLISH)
      assert.deepEqual(filledIn(parse(GERMAN.get(name) ?? '')), filledIn(parse(text)), name);
  });

  it('says in German what is more than one word or a proper noun in another way', () => {
    const same = ENGLISH.filter(
      ([name, text]) => text.includes(' ') && /\p{L}{3}/u.test(text) && GERMAN.get(name) === text,
    );
    assert.deepEqual(same, []);
  });

  it('speaks the language that it was told, and writes numbers as people write them there', () => {
    speakGerman();
    assert.equal(t('monitors.count', { count: 2 }), '2 Monitore');
    assert.equal(t('monitors.range', { from: 1, to: 50, all: 12_345 }), '1–50 von 12.345');
    assert.equal(counted(12_345), '12.345');
  });

  it('counts one and several in words', () => {
    const done = (count: number) =>
      t('monitors.pause.done', { what: t('monitors.count', { count }) });
    assert.deepEqual([done(1), done(3)], ['1 monitor paused.', '3 monitors paused.']);
    assert.equal(
      t('findings.reopen.doing', { what: t('findings.count', { count: 2 }) }),
      'Reopening 2 findings …',
    );
  });

  it('knows only its own names of what the api answers', () => {
    assert.equal(known('words.reasons', 'sameText'), 'the same text as before');
    for (const name of ['toString', '__proto__', 'constructor', 'another', ''])
      assert.equal(known('words.reasons', name), undefined);
  });

  it('knows no words of a page whose texts have not come yet', () => {
    speak('en', 'en', first);
    assert.equal(known('check.reasons', 'address_forbidden'), undefined);
  });
});

describe('the language of a person', () => {
  for (const [kept, asked, language, locale] of [
    [null, ['de-AT', 'en'], 'de', 'de-AT'],
    [null, ['fr', 'EN-gb', 'de'], 'en', 'EN-gb'],
    ['de', ['en-GB', 'en'], 'de', 'de'],
    ['en', ['de-CH', 'de'], 'en', 'en'],
    ['xx', ['de'], 'de', 'de'],
    [null, ['fr', 'it'], 'en', 'en'],
    [null, [], 'en', 'en'],
  ] as const)
    it(`is ${language}, written as ${locale}, for ${kept ?? 'no choice'} and a browser of ${asked.join(', ') || 'nothing'}`, () => {
      assert.equal(chooseLanguage(kept, asked), language);
      assert.equal(chooseLocale(language, asked), locale);
    });
});

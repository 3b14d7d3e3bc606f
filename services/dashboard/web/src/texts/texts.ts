/** The texts of the pages in the language of the person, and how numbers are written there. */
import { createTranslator, type NamespaceKeys, type NestedKeyOf } from 'use-intl/core';
import type { First } from './en/first.ts';
import type { Later } from './en/later.ts';
import type { Language } from './language.ts';

/** All texts by page and name, in ICU MessageFormat: what stands for what comes from `values`. */
export type Texts = First & Later;

/** A catalogue of another language: the same names, other words. */
export type Translation<T> = {
  readonly [Key in keyof T]: T[Key] extends string ? string : Translation<T[Key]>;
};

/** Names of groups of texts, of which none has values to be filled in. */
type Group = NamespaceKeys<Texts, NestedKeyOf<Texts>>;

type Translator = ReturnType<typeof createTranslator<Texts>>;
type Part = Translation<First> | Translation<Later>;

interface Speech {
  readonly language: Language;
  readonly locale: string;
  readonly texts: Partial<Texts>;
  readonly translator: Translator;
}

let speech = speechOf('en', 'en', {});

function speechOf(language: Language, locale: string, texts: Partial<Texts>): Speech {
  return {
    language,
    locale,
    texts,
    translator: createTranslator<Texts>({
      // The same names are there in each language; what is of later comes before it is asked for.
      messages: texts as Texts,
      locale,
    }),
  };
}

/** Speaks the language from now on; to be called before anything is shown. @param first its texts */
export function speak(language: Language, locale: string, first: Part): void {
  speech = speechOf(language, locale, first as Partial<Texts>);
}

/** Adds texts of the same language. */
export function learn(more: Part): void {
  const { language, locale, texts } = speech;
  speech = speechOf(language, locale, { ...texts, ...(more as Partial<Texts>) });
}

const now = (): Translator => speech.translator;

const rich: Translator['rich'] = (...asked) => now().rich(...asked);
const markup: Translator['markup'] = (...asked) => now().markup(...asked);
const has: Translator['has'] = (name) => now().has(name);
const raw: Translator['raw'] = (name) => now().raw(name);

/**
 * A text by its name, such as `t('monitors.title')`; `t.rich` fills in elements as well.
 * Not while a module is loaded: the language is not known then.
 */
export const t: Translator = Object.assign(((...asked) => now()(...asked)) as Translator, {
  rich,
  markup,
  has,
  raw,
});

/**
 * A text that is named by what the api answers, such as a reason.
 * @param group where such texts stand, such as `words.reasons`
 * @returns undefined for one that the catalogue does not know
 */
export function known(group: Group, name: string): string | undefined {
  const texts = group
    .split('.')
    .reduce<unknown>(
      (all, part) => (all as Record<string, unknown> | undefined)?.[part],
      speech.texts,
    );
  const text = texts instanceof Object && Object.hasOwn(texts, name) ? Reflect.get(texts, name) : 0;
  return typeof text === 'string' ? text : undefined;
}

export const language = (): Language => speech.language;

/** By what `Intl` writes numbers and times, such as `de-AT`. */
export const locale = (): string => speech.locale;

/** Such as 12,345 or, in German, 12.345. */
export const counted = (count: number): string => count.toLocaleString(speech.locale);

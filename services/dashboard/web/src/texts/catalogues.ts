/** Fetches the texts of a language: those of the first page at once, the others with the page that is gone to. */
import { first } from './en/first.ts';
import { chooseLanguage, chooseLocale, keptLanguage, type Language } from './language.ts';
import { language, learn, speak, type Translation } from './texts.ts';

const FIRST: Readonly<Record<Language, () => Promise<Translation<typeof first>>>> = {
  // Part of the page, as most people need it.
  en: () => Promise.resolve(first),
  de: async () => (await import('./de/first.ts')).first,
};

const LATER = {
  en: async () => (await import('./en/later.ts')).later,
  de: async () => (await import('./de/later.ts')).later,
} as const;

/** Chooses the language and gets what the first page says. */
export async function startTexts(): Promise<void> {
  const chosen = chooseLanguage(keptLanguage(), navigator.languages);
  speak(chosen, chooseLocale(chosen, navigator.languages), await FIRST[chosen]());
  document.documentElement.lang = chosen;
}

let later: Promise<void> | undefined;

/** Gets what all other pages say; once. A try that failed is made again. */
export function learnLater(): Promise<void> {
  later ??= LATER[language()]().then(learn, (error: unknown) => {
    later = undefined;
    throw error;
  });
  return later;
}

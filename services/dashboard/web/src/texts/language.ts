/** Which language the pages speak. Pure, but for what the browser keeps. */

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = 'duckmon-language';

const isLanguage = (tag: string | null): tag is Language =>
  LANGUAGES.some((language) => language === tag);

const languageOf = (tag: string): string => tag.split('-', 1)[0]?.toLowerCase() ?? '';

/**
 * @param kept what the person chose on these pages; null: as the browser asks
 * @param asked the browser's languages, the most wanted first, such as `de-AT`
 */
export function chooseLanguage(kept: string | null, asked: readonly string[]): Language {
  if (isLanguage(kept)) return kept;
  return asked.map(languageOf).find((tag) => isLanguage(tag)) ?? 'en';
}

/** By what numbers and times are written: that of the person's own country, where it has the language. */
export const chooseLocale = (language: Language, asked: readonly string[]): string =>
  asked.find((tag) => languageOf(tag) === language) ?? language;

/** What the person chose in this browser; null is what the browser asks for. */
export const keptLanguage = (): string | null => localStorage.getItem(KEY);

/** Keeps the choice for the next time that the pages are loaded. */
export function keepLanguage(language: Language | null): void {
  if (language === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, language);
}

/** The language of the pages in this browser. */
import { keepLanguage, keptLanguage, LANGUAGES } from '../texts/language.ts';
import { t } from '../texts/texts.ts';

/** Each in its own words, for whoever does not understand the others. */
const NAMES = { en: 'English', de: 'Deutsch' } as const;

/** Loads the page anew in the language that is chosen. */
export function LanguageChoice() {
  return (
    <p>
      <label className="sort">
        {t('signIn.language')}{' '}
        <select
          defaultValue={keptLanguage() ?? ''}
          onChange={(event) => {
            const chosen = LANGUAGES.find((language) => language === event.target.value);
            keepLanguage(chosen ?? null);
            location.reload();
          }}
        >
          <option value="">{t('signIn.byBrowser')}</option>
          {LANGUAGES.map((language) => (
            <option key={language} value={language} lang={language}>
              {NAMES[language]}
            </option>
          ))}
        </select>
      </label>
    </p>
  );
}

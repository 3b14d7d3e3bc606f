/**
 * The pages' words, for tests of what says them without a browser: English from the beginning. What is said holds for
 * all tests of a run, so that whoever says it in German says it in English again.
 */
import { first as germanFirst } from '../web/src/texts/de/first.ts';
import { later as germanLater } from '../web/src/texts/de/later.ts';
import { first } from '../web/src/texts/en/first.ts';
import { later } from '../web/src/texts/en/later.ts';
import { learn, speak } from '../web/src/texts/texts.ts';

export function speakEnglish(): void {
  speak('en', 'en', first);
  learn(later);
}

export function speakGerman(): void {
  speak('de', 'de-DE', germanFirst);
  learn(germanLater);
}

speakEnglish();

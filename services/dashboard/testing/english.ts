/** The pages' words in English, for tests of what says them without a browser. */
import { first } from '../web/src/texts/en/first.ts';
import { later } from '../web/src/texts/en/later.ts';
import { learn, speak } from '../web/src/texts/texts.ts';

speak('en', 'en', first);
learn(later);

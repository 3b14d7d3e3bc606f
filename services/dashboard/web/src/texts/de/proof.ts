/** Where the quotes of claims stand on a screenshot. */
import type { proof as english } from '../en/proof.ts';
import type { Translation } from '../texts.ts';

export const proof: Translation<typeof english> = {
  label: 'Bildschirmfoto von {source}',
  quotes: 'Zitate auf dem Bildschirmfoto von {source}',
  hint: 'Zeigen Sie auf ein Zitat, um zu sehen, wo es steht; wählen Sie es, um dorthin zu gehen.',
  at: '{top, number} px von oben, {left, number} px von links',
  atMore:
    '{top, number} px von oben, {left, number} px von links, und an {count, plural, one {einer weiteren Stelle} other {# weiteren Stellen}}',
  nowhere: 'ist auf dem Bildschirmfoto nicht zu finden',
  before: 'stammt von der Seite davor, die dieses Bildschirmfoto nicht zeigt',
  unmeasured: 'Auf diesem Bildschirmfoto wurde nicht gemessen, wo die Zitate stehen.',
};

/** What a monitor sees before it is saved. */
import type { preview as english } from '../en/preview.ts';
import type { Translation } from '../texts.ts';

export const preview: Translation<typeof english> = {
  title: 'Vorschau',
  heading: 'Was duckmon sieht',
  choosePart: 'Einen Teil auswählen',
  lookNow: 'Jetzt ansehen',
  lookAgain: 'Noch einmal ansehen',
  looking: 'Die Seite wird angesehen …',
  mayLook: 'Sehen Sie die Seite jetzt an: hier steht dann, was von ihr gelesen wird.',
  mayNotLook: 'Geben Sie die Adresse einer Seite an: hier steht dann, was von ihr gelesen wird.',
  readers: { 'http@1': 'ohne Browser gelesen', 'browser@1': 'in einem Browser gelesen' },
  failed: 'Die Seite ließ sich nicht lesen. {problem}',
  notJudgeable: 'Nicht beurteilbar. {problem}',
  untitled: 'Eine Seite ohne Titel',
  text: 'Text der Seite',
  condition: 'Bedingung {number}',
  holds: 'erfüllt',
  holdsNot: 'nicht erfüllt',
  picker: {
    how: 'Klicken Sie auf den Teil, der zählt, oder wählen Sie ihn aus der Liste. Das Bild wird nirgends aufbewahrt.',
    nothing: 'Der Zeiger ist auf keinem Teil.',
    wholePage: 'Wieder die ganze Seite',
    picture: 'Bild der Seite',
    page: 'Die Seite, wie ein Browser sie zeigt',
    list: 'Teile der Seite als Liste',
    words: 'Wörter des Teils',
    parts: 'Teile der Seite',
    more: '{count, number} weitere; geben Sie Wörter des Teils ein, den Sie meinen.',
  },
  cost: {
    title: 'Was es kosten kann',
    foundBy: 'Eine Änderung, die zählt, findet',
    eachCheck: 'jede Prüfung',
    oneCheckIn: 'eine von {share, number} Prüfungen',
    then: 'Das sind dann {cost}.',
    priced:
      'etwa {count, plural, one {# Beurteilung} other {# Beurteilungen}} in 30 Tagen, etwa {price}',
    unpriced:
      'etwa {count, plural, one {# Beurteilung} other {# Beurteilungen}} in 30 Tagen, {tokens, number} Tokens; der Preis des Modells ist nicht bekannt',
    standsOn:
      'Eine Schätzung, keine Grenze: für eine Beurteilung werden {asked, number} Tokens für die Regeln, das Ziel und bis zu 4 KB dieser Seite angenommen, und {answered, number} für die Antwort von {model}. Wie oft sich die Seite ändert, zeigt nur die Zeit; die Grenze ist ein Budget.',
  },
};

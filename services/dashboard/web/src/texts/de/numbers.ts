/** Numbers that monitors read, in words. */
import type { numbers as english } from '../en/numbers.ts';
import type { Translation } from '../texts.ts';

export const numbers: Translation<typeof english> = {
  why: {
    notFound: 'mit dem Selektor wurde nichts gefunden',
    ambiguous: 'es wurden verschiedene Zahlen gefunden',
    notANumber: 'was gefunden wurde, ist keine Zahl',
    noPage: 'es gab keine Seite zu lesen',
  },
  whyFound: '{why}: „{found}“',
  line: '{name}: {now} – {parts}',
  checks: '{count, plural, one {1 Prüfung} other {# Prüfungen}}',
  between: 'zwischen {lowest} und {highest}',
  missing: '{count, number} ohne Zahl',
};

/** The numbers of a monitor over time. */
import type { values as english } from '../en/values.ts';
import type { Translation } from '../texts.ts';

export const values: Translation<typeof english> = {
  howFarBack: 'Zeitraum',
  ranges: { day: 'Tag', week: 'Woche', month: 'Monat', year: 'Jahr' },
  none: 'In dieser Zeit hat keine Prüfung eine Zahl gelesen.',
  nameOn: '{name} <small>auf {source}</small>',
  gaps: 'Zeiten ohne Zahl von {name}',
  moreGaps: 'und {count, number} weitere, die in der Tabelle stehen',
  asTable: 'Die Messwerte von {name} als Tabelle',
  table: 'Messwerte von {name}',
  columns: {
    when: 'Wann',
    last: 'Letzter',
    lowest: 'Niedrigster',
    highest: 'Höchster',
    checks: 'Prüfungen',
    unread: 'Ohne Zahl',
  },
  noCheck: 'es wurde nicht geprüft',
  someUnread: '{unread, number} von {all, number} Prüfungen: {why}',
  noneRead: 'Es wurde keine Zahl gelesen.',
  everyCheck: '{last} bei jeder Prüfung.',
  summary: 'Zuletzt {last}, zwischen {lowest} und {highest}.',
  chart: 'Diagramm von {name}. {summary} Links und rechts gehen von Prüfung zu Prüfung.',
  noNumber: 'keine Zahl',
  between: '{last}, zwischen {lowest} und {highest}',
};

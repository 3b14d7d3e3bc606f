/** Findings: the list, one of them, and what is done with them. */
import type { findings as english } from '../en/findings.ts';
import type { Translation } from '../texts.ts';

export const findings: Translation<typeof english> = {
  count: '{count, plural, one {1 Befund} other {# Befunde}}',
  withSelected: 'Mit den ausgewählten Befunden',
  acknowledge: {
    button: 'Bestätigen',
    doing: '{what}: wird bestätigt …',
    done: '{what}: bestätigt.',
  },
  snooze: {
    button: 'Einen Tag zurückstellen',
    doing: '{what}: wird zurückgestellt …',
    done: '{what}: bis morgen zurückgestellt.',
  },
  resolve: {
    button: 'Erledigen',
    doing: '{what}: wird erledigt …',
    done: '{what}: erledigt.',
  },
  reopen: {
    button: 'Wieder öffnen',
    doing: '{what}: wird wieder geöffnet …',
    done: '{what}: wieder offen.',
  },
  state: 'Zustand',
  severity: 'Schwere',
  anySeverity: 'alle',
  severities: { critical: 'kritisch', warning: 'Warnung', info: 'Hinweis' },
  none: {
    open: 'Keine offenen Befunde.',
    acknowledged: 'Keine bestätigten Befunde.',
    snoozed: 'Keine zurückgestellten Befunde.',
    resolved: 'Keine erledigten Befunde.',
  },
  keys: 'Mit der Tastatur, auf einem Befund: <kbd>↑</kbd> <kbd>↓</kbd> weiter, <kbd>x</kbd> auswählen, <kbd>a</kbd> bestätigen, <kbd>s</kbd> zurückstellen, <kbd>r</kbd> erledigen, <kbd>o</kbd> wieder öffnen, <kbd>+</kbd> es war richtig, <kbd>-</kbd> es war falsch.',
  seen: '{count, number} Mal gesehen',
  verdict: 'Urteil',
  byCondition: 'durch eine Bedingung, kein Modell gefragt',
  firstSeen: 'Zuerst gesehen',
  lastSeen: 'Zuletzt gesehen',
  lastSeenAt: '<time></time>, {count, plural, one {1 Mal} other {# Mal}}',
  proof: 'Beleg',
  foundBy: 'Die Prüfung, die ihn fand',
  wasRight: 'War das richtig?',
  ratings: { up: 'Richtig', down: 'Falsch' },
  rated: '{up, number} richtig, {down, number} falsch',
  why: 'Warum, wenn Sie mögen',
  save: 'Speichern',
};

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
};

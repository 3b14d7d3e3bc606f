/** Words of checks, reasons and browsers that several pages say. */
import type { words as english } from '../en/words.ts';
import type { Translation } from '../texts.ts';

export const words: Translation<typeof english> = {
  reasons: {
    firstBaseline: 'erster Blick: der Stand der Seite wurde gemerkt',
    newBaseline: 'die Seite wird jetzt anders gelesen: ihr Stand wurde neu gemerkt',
    sameText: 'derselbe Text wie zuvor',
    notModified: 'der Server sagt, es ist derselbe Stand wie zuvor',
    noMatch: 'die Änderung ist nicht die, nach der Sie gefragt haben',
    belowThreshold: 'nicht wichtig genug',
    requirementNotMet: 'eine nötige Bedingung ist nicht erfüllt',
    undeterminedHeld: 'nicht beurteilt, hier aufbewahrt',
    undeterminedRetry: 'noch nicht beurteilt, wird später wieder versucht',
    knownFinding: 'schon gemeldet',
    hourlyLimit: 'zurückgehalten: die Grenze der Stunde ist erreicht',
    awaitingConfirmation: 'wird vor dem Melden noch einmal angesehen',
    notConfirmed: 'beim zweiten Blick verschwunden',
    judgedByHand: 'von Hand neu beurteilt',
  },
  outcomes: {
    Unchanged: 'Unverändert',
    Changed: 'Geändert',
    Suppressed: 'Nicht gemeldet',
    Alerted: 'Gemeldet',
    NotJudgeable: 'Nicht beurteilbar',
    Failed: 'Fehlgeschlagen',
    Missed: 'Ausgefallen',
  },
  findingStates: {
    open: 'offen',
    acknowledged: 'bestätigt',
    snoozed: 'zurückgestellt',
    resolved: 'erledigt',
  },
  verdicts: { match: 'trifft zu', no_match: 'trifft nicht zu', undetermined: 'nicht beurteilt' },
  browserOn: '{browser} auf {system}',
  unknownProgram: 'ein unbekanntes Programm',
  strip: {
    all: '{count, plural, one {Letzte Prüfung} other {Letzte # Prüfungen}}: {parts}',
    told: '{count, number} gemeldet',
    changed: '{count, number} geändert',
    unchanged: '{count, number} unverändert',
    notJudgeable: '{count, number} nicht beurteilbar',
    failed: '{count, number} fehlgeschlagen',
  },
};

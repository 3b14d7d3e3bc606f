/** One monitor, with its history. */
import type { monitor as english } from '../en/monitor.ts';
import type { Translation } from '../texts.ts';

export const monitor: Translation<typeof english> = {
  partsLabel: 'Teile des Monitors',
  parts: {
    overview: 'Überblick',
    values: 'Messwerte',
    history: 'Verlauf',
    silence: 'Nicht gemeldet',
    manifest: 'Manifest',
  },
  checks: 'Prüfungen',
  why: 'Warum (nicht) gemeldet',
  whichChecks: 'Welche Prüfungen',
  allChecks: 'Alle Prüfungen',
  eventful: 'Nur wenn etwas geschah',
  edit: 'Bearbeiten',
  nothingFound: 'Noch wurde nichts gefunden.',
  noCheck: 'Noch wurde nicht geprüft.',
  goal: 'Worauf es ankommt',
  conditionsOnly: 'nur Bedingungen',
  pages: '{count, plural, one {Seite} other {Seiten}}',
  schedule: 'Zeitplan',
  every: 'alle {interval}',
  lastChange: 'Letzte Änderung',
  partlyOwned: 'gehört teilweise {owners}',
  owned: 'gehört {owners}',
  precision: 'Nach Ihren Bewertungen: {words}.',
  rated:
    '{percent, number} % von dem, was gemeldet wurde, war richtig ({right, number} von {rated, number})',
  noneRated: 'von dem, was gemeldet wurde, ist noch nichts bewertet',
  wrongSilences: '{told}; {count, number} Mal hätte gemeldet werden sollen',
  nothingSilent:
    'Ihnen wurde keine Änderung vorenthalten: Was beurteilt wurde, wurde auch gemeldet.',
  manifest:
    'Der Monitor mit allen Voreinstellungen. <code>npx duckmon apply -f DATEI</code> oder <code>kubectl apply -f DATEI</code> legt ihn anderswo ebenso an.',
  copy: 'Kopieren',
  copied: 'Kopiert.',
  copyRefused: 'Der Browser erlaubt es nicht; markieren und kopieren Sie den Text.',
  ownedByOthers: 'Gehört anderen',
  field: 'Feld',
  owner: 'Besitzer',
};

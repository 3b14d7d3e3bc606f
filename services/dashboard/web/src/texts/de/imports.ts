/** Bringing in monitors of other programs. */
import type { imports as english } from '../en/imports.ts';
import type { Translation } from '../texts.ts';

export const imports: Translation<typeof english> = {
  title: 'Monitore importieren',
  viewer: 'Wer den Arbeitsbereich nur betrachtet, kann keine Monitore anlegen.',
  create: '{count, number} anlegen',
  file: 'Datei',
  program: 'Programm',
  findOut: 'Herausfinden',
  urlwatch: 'urlwatch oder webchanges',
  reading: 'Wird gelesen …',
  show: 'Zeigen, was daraus wird',
  which:
    'Eine <code>url-watches.json</code> aus einer Sicherung von changedetection.io, die Jobs von urlwatch oder webchanges, eine JSON-Sicherung von Uptime Kuma oder Manifeste. Noch wird nichts angelegt.',
  empty: 'Die Datei ist leer.',
  tooLarge:
    'Die Datei hat mehr als 240 KB. Teilen Sie sie, oder rufen Sie npx duckmon import DATEI auf; das nimmt auch größere.',
  summary: '{count, plural, one {# Eintrag} other {# Einträge}} von {program}: {parts}.',
  parts: {
    created: '{count, number} angelegt',
    new: '{count, plural, one {# kann} other {# können}} angelegt werden',
    taken:
      '{count, plural, one {# bleibt} other {# bleiben}} unberührt, weil der Name vergeben ist',
    refused: '{count, number} abgelehnt',
    skipped: '{count, number} übersprungen',
    nothing: 'daraus lässt sich nichts machen',
  },
  entries: 'Einträge',
  skipped: 'Übersprungen',
  wholeFile: 'Die ganze Datei',
  createOne: '{name} anlegen',
  states: { created: 'angelegt', taken: 'gibt es schon', refused: 'abgelehnt' },
  notes: {
    leftOut: 'Weggelassen: <code>{field}</code>: {words}',
    changed: 'Geändert: <code>{field}</code>: {words}',
  },
};

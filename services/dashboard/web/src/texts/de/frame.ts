/** What stands around and in every page. */
import type { frame as english } from '../en/frame.ts';
import type { Translation } from '../texts.ts';

export const frame: Translation<typeof english> = {
  main: 'Hauptmenü',
  monitors: 'Monitore',
  findings: 'Befunde',
  channels: 'Kanäle',
  accountOf: 'Konto von {name}',
  signOut: 'Abmelden',
  workspace: 'Arbeitsbereich',
  personal: '{name} (persönlich)',
  roles: { owner: 'Besitzer', editor: 'Bearbeiter', viewer: 'Betrachter' },
  workspaceLine:
    'Arbeitsbereich {name}, in dem Sie {role, select, owner {Besitzer} editor {Bearbeiter} other {Betrachter}} sind',
  nothingHere: 'Hier ist nichts',
  noSuchPage: 'Diese Seite gibt es nicht. <back>Zurück zu den Monitoren</back>',
  loading: 'Wird geladen …',
  unreachable: 'Der Server ist nicht erreichbar. Läuft duckmon? Es wird weiter versucht.',
  connecting: 'Verbindung wird wiederhergestellt … Was Sie sehen, kann veraltet sein.',
  answered: 'Der Server hat mit {status} geantwortet.',
  writing: 'Wird geschrieben …',
  search: 'Suchen',
  pages: 'Seiten',
  previous: 'Zurück',
  next: 'Weiter',
  cancel: 'Abbrechen',
};

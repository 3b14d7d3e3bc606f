/** Passkeys, authenticator app and recovery codes. */
import type { security as english } from '../en/security.ts';
import type { Translation } from '../texts.ts';

export const security: Translation<typeof english> = {
  account: 'Konto',
  title: 'Sicherheit',
  about:
    'Was duckmon verwaltet, verlangt einen zweiten Faktor, auch nach einer Anmeldung über einen Anbieter.',
  firstMay:
    'Sie haben noch keinen zweiten Faktor. Fügen Sie einen Passkey oder eine Authentifizierungs-App hinzu.',
  firstTooLate:
    'Sie haben noch keinen zweiten Faktor. Der erste wird innerhalb von fünf Minuten nach der Anmeldung hinzugefügt: Melden Sie sich ab, melden Sie sich wieder an und kommen Sie hierher zurück.',
  passkeys: {
    title: 'Passkeys',
    used: 'hinzugefügt <added></added>, benutzt <used></used>',
    neverUsed: 'hinzugefügt <added></added>, nie benutzt',
    remove: 'Entfernen',
    name: 'Name des Passkeys',
    add: 'Passkey hinzufügen',
  },
  app: {
    title: 'Authentifizierungs-App',
    times: 'Eingerichtet <confirmed></confirmed>, benutzt <used></used>',
    remove: 'App entfernen',
    add: 'Authentifizierungs-App hinzufügen',
    typeKey:
      'Geben Sie diesen Schlüssel in die App ein oder <open>öffnen Sie ihn in einer App auf diesem Gerät</open>:',
    code: 'Die sechs Ziffern, die die App jetzt zeigt',
    finish: 'Fertig',
  },
  codes: {
    title: 'Wiederherstellungscodes',
    left: '{count, plural, one {1 Code ist übrig} other {# Codes sind übrig}}',
    replaced: '(neue ersetzen sie)',
    renew: 'Neue Codes erzeugen',
    keep: 'Bewahren Sie diese Wiederherstellungscodes auf',
    shownOnce:
      'Sie werden nur dieses eine Mal gezeigt. Jeder lässt Sie einmal hinein, wenn Ihre anderen Faktoren verloren sind: Drucken Sie sie aus oder bewahren Sie sie in einem Passwortmanager auf.',
    copyAll: 'Alle kopieren',
    kept: 'Ich habe sie aufbewahrt',
  },
  changes: 'Was zuletzt geändert wurde',
  nothingChanged: 'Bisher wurde nichts geändert.',
};

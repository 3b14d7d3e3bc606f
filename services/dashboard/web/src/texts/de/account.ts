/** The account page. */
import type { account as english } from '../en/account.ts';
import type { Translation } from '../texts.ts';

export const account: Translation<typeof english> = {
  members: 'Mitglieder und Kontingente des Arbeitsbereichs',
  security: 'Sicherheit: Passkeys, Authentifizierungs-App, Wiederherstellungscodes',
  tokens: 'Token von Programmen',
  feeds: 'Feeds der Befunde',
  data: 'Ihre Daten: eine Kopie davon, löschen',
  admin: 'Verwaltung: Benutzer, Arbeitsbereiche, Protokoll, Plattform',
  sessions: 'Wo Sie angemeldet sind',
  thisBrowser: 'dieser Browser',
  sessionTimes: 'benutzt <used></used>, angemeldet <since></since>',
  end: 'Beenden',
  signOutEverywhere: 'Überall abmelden',
  events: 'Was Verwalter mit Ihrem Konto gemacht haben',
  mails: 'Was Ihnen per Mail gesagt wurde',
  none: 'Kein Verwalter hat etwas mit Ihrem Konto gemacht.',
  did: {
    disable: '{who} hat Sie gesperrt',
    enable: '{who} hat Sie wieder zugelassen',
    signOut: '{who} hat Sie überall abgemeldet und Ihre Token beendet',
    grantAdmin: '{who} hat Sie zum Verwalter gemacht',
    revokeAdmin: '{who} hat Sie wieder zum gewöhnlichen Benutzer gemacht',
    reset: '{who} hat Ihre zweiten Faktoren entfernt und Ihre Sitzungen beendet',
    export: '{who} hat eine Kopie Ihres Kontos genommen',
    link: '{who} hat einen Link erstellt, der als Sie anmeldet',
    revokeAll: '{who} hat die Sitzungen und Token von allen beendet',
    other: '{who} hat etwas mit Ihrem Konto gemacht ({action})',
  },
  who: {
    gone: 'Jemand, der kein Konto mehr hat,',
    byKubectl: 'Ein Verwalter mit kubectl',
    onMachine: 'Ein Verwalter auf dem Rechner',
    namedByKubectl: '{name} (mit kubectl)',
    namedOnMachine: '{name} (auf dem Rechner)',
  },
  noMails: 'Bisher wurde Ihnen nichts per Mail gesagt.',
  mailKinds: {
    refreshReused: 'Ein Refresh-Token wurde zweimal benutzt',
    factorChanged: 'Ihre zweiten Faktoren wurden geändert',
    sessionsEnded: 'Sie wurden überall abgemeldet',
    accountDisabled: 'Ihr Konto wurde gesperrt',
  },
};

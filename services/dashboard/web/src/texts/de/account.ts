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
  language: 'Sprache',
  byBrowser: 'Wie der Browser es wünscht',
  sessions: 'Wo Sie angemeldet sind',
  thisBrowser: 'dieser Browser',
  sessionTimes: 'benutzt <used></used>, angemeldet <since></since>',
  end: 'Beenden',
  signOutEverywhere: 'Überall abmelden',
  events: 'Was Verwalter mit Ihrem Konto gemacht haben',
  mails: 'Was Ihnen per Mail gesagt wurde',
};

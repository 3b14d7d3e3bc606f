/** A copy of all data, and deleting it. */
import type { data as english } from '../en/data.ts';
import type { Translation } from '../texts.ts';

export const data: Translation<typeof english> = {
  account: 'Konto',
  title: 'Ihre Daten',
  take: 'Eine Kopie mitnehmen',
  about:
    'Eine Datei mit Zeilen in JSON: eine für jeden Eintrag, der aufbewahrt wird. Passwörter, Schlüssel und Token sind nicht darin.',
  yourAccount:
    'Ihr Konto: Anmeldungen, zweite Faktoren, Mitgliedschaften, Token, was Sie getan haben',
  downloadAccount: 'Ihr Konto herunterladen',
  theWorkspace: 'Der Arbeitsbereich {name}: Monitore, Kanäle, Verlauf, Bilder, Befunde',
  downloadWorkspace: 'Den Arbeitsbereich herunterladen',
  deleteWorkspace: 'Arbeitsbereich löschen',
  workspaceGoes:
    'Alles in {name} verschwindet, für alle Mitglieder: Monitore halten an, nichts wird mehr gesendet, der Verlauf wird gelöscht. Das lässt sich nicht rückgängig machen.',
  deleteYourAccount: 'Ihr Konto löschen',
  accountGoes:
    'Sie werden sofort überall abgemeldet, Ihre Token enden, und was über Sie aufbewahrt ist, wird gelöscht. Das lässt sich nicht rückgängig machen.',
  accountGoesWith:
    'Sie werden sofort überall abgemeldet, Ihre Token enden, und was über Sie aufbewahrt ist, wird gelöscht, mit dem Arbeitsbereich <strong>{names}</strong> und allen seinen Monitoren. Das lässt sich nicht rückgängig machen.',
  deleteAccount: 'Konto löschen',
  typeIt: 'Zur Bestätigung {name} eingeben',
};

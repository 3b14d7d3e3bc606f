/** Feeds of findings. */
import type { feeds as english } from '../en/feeds.ts';
import type { Translation } from '../texts.ts';

export const feeds: Translation<typeof english> = {
  account: 'Konto',
  title: 'Feeds',
  about:
    'Feedreader erhalten die Befunde dieses Arbeitsbereichs über eine geheime Adresse. Der Feed eines einzelnen Monitors wird auf dessen Seite angelegt.',
  none: 'Sie haben hier keine Feeds.',
  all: 'Alle Monitore',
  read: 'angelegt <made></made>, gelesen <read></read>',
  neverRead: 'angelegt <made></made>, nie gelesen',
  end: 'Beenden',
  make: 'Feed anlegen',
  makeAll: 'Feed aller Monitore anlegen',
  new: 'Neuer Feed',
  keep: 'Bewahren Sie die Adresse des Feeds von {monitor} auf',
  keepAll: 'Bewahren Sie die Adresse des Feeds aller Monitore auf',
  once: 'Sie wird nur dieses eine Mal gezeigt. Wer sie hat, kann die Befunde lesen: Geben Sie sie nur Ihrem Feedreader.',
  copy: '{format} kopieren',
  kept: 'Ich habe sie aufbewahrt',
};

/** Tokens of programs. */
import type { tokens as english } from '../en/tokens.ts';
import type { Translation } from '../texts.ts';

export const tokens: Translation<typeof english> = {
  account: 'Konto',
  title: 'Token',
  about: 'Programme benutzen sie in Ihrem Namen, nur in diesem Arbeitsbereich.',
  none: 'Sie haben hier keine Token.',
  made: 'erstellt <made></made>',
  used: 'benutzt <used></used>',
  neverUsed: 'nie benutzt',
  ends: 'endet am {day}',
  neverEnds: 'endet nie',
  end: 'Beenden',
  copied:
    'Jemand anderes hatte eine Kopie dessen, was dieses Token ausgegeben hat: Ein Refresh-Token davon wurde ein zweites Mal benutzt (<at></at>). Was daraus entstand, wurde beendet. Finden Sie heraus, woher die Kopie stammt, beenden Sie dieses Token und geben Sie dem Programm ein anderes.',
  scopes: { read: 'lesen', write: 'schreiben', admin: 'verwalten' },
  make: {
    title: 'Ein Token erstellen',
    name: 'Wofür es ist',
    scope: 'Was es darf',
    button: 'Erstellen',
    ends: 'Es endet nach 90 Tagen.',
  },
  shown: {
    title: 'Neues Token',
    keep: 'Bewahren Sie das Token {name} auf',
    once: 'Es wird nur dieses eine Mal gezeigt.',
    copy: 'Kopieren',
    kept: 'Ich habe es aufbewahrt',
  },
};

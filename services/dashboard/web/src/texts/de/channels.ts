/** Channels, what they delivered, and what became of the mails of the installation. */
import type { channels as english } from '../en/channels.ts';
import type { Translation } from '../texts.ts';

export const channels: Translation<typeof english> = {
  new: 'Neuer Kanal',
  none: 'Es gibt noch keinen Kanal. Was gefunden wird, steht trotzdem unter Befunde.',
  givenUp: 'Nicht zustellbar',
  givenUpNote:
    'Meldungen, die kein Kanal angenommen hat, auch nach allen Versuchen nicht. Nichts davon ist verloren.',
  noneGivenUp: 'Alles war zustellbar.',
  kind: 'Art des Kanals',
  types: { Email: 'E-Mail', Slack: 'Slack', Teams: 'Teams', Webhook: 'Webhook' },
  name: 'Name',
  nameNote: 'Kleinbuchstaben, Ziffern und Bindestriche.',
  taken: 'Einen Kanal mit diesem Namen gibt es schon; wählen Sie einen anderen.',
  to: {
    Email: {
      label: 'Adressen',
      note: 'Durch Kommas getrennt. Jede wird per E-Mail um Bestätigung gebeten, bevor etwas anderes gesendet wird.',
    },
    Slack: {
      label: 'Webhook-Adresse von Slack',
      note: 'Wer sie kennt, kann dort schreiben: Sie wird geheim gehalten und nie wieder gezeigt.',
    },
    Teams: {
      label: 'Workflow-Adresse von Teams',
      note: 'Wer sie kennt, kann dort schreiben: Sie wird geheim gehalten und nie wieder gezeigt.',
    },
    Webhook: { label: 'Adresse', note: 'Jede Meldung wird als JSON dorthin gesendet.' },
  },
  create: 'Kanal anlegen',
  channel: 'Kanal {name}',
  failed: '{count, number} am letzten Tag fehlgeschlagen',
  deliveries: 'Letzte Zustellungen',
  noneSent: 'Noch wurde nichts gesendet.',
  recipients: {
    Pending: 'noch nicht bestätigt',
    Confirmed: 'bestätigt',
    Bounced: 'E-Mail kam zurück',
    Unsubscribed: 'wünscht keine E-Mails',
  },
  askAgain: 'Noch einmal bitten',
  test: 'Test senden',
  testing: 'Wird gesendet …',
  tested: {
    accepted: 'Die Testnachricht wurde angenommen.',
    retry: 'Die Testnachricht wurde gerade nicht angenommen.',
    rejected: 'Die Testnachricht wurde abgelehnt.',
    unknown: 'Niemand weiß, ob die Testnachricht angekommen ist.',
  },
  deleteLabel: 'Den Kanal {name} löschen',
  deleteNote:
    'Monitore, die ihn nennen, sind erst wieder bereit, wenn er neu angelegt oder aus ihnen entfernt wurde.',
  columns: { when: 'Wann', state: 'Zustand', about: 'Worum es ging', happened: 'Was geschah' },
  states: {
    pending: 'wartet',
    sending: 'wird gesendet',
    accepted: 'gesendet',
    delivered: 'angekommen',
    bounced: 'kam zurück',
    unknown: 'vielleicht gesendet',
    dead: 'nicht zustellbar',
  },
  asks: 'bittet {recipient} um Bestätigung',
  sendAgain: 'Noch einmal senden',
  mails: {
    pending: 'E-Mail wartet auf das Senden',
    sending: 'E-Mail wird gesendet',
    unknown: 'niemand weiß bisher, ob die E-Mail angekommen ist',
    joined: 'steht in der nächsten E-Mail',
    sent: 'E-Mail gesendet',
    dead: 'E-Mail nicht gesendet',
    notConfigured: 'E-Mail nicht gesendet',
    noAddress: 'E-Mail nicht gesendet',
  },
};

/** Pages that links in mails open. */
import type { links as english } from '../en/links.ts';
import type { Translation } from '../texts.ts';

export const links: Translation<typeof english> = {
  acknowledged: 'Bestätigt: {title}',
  toFindings: 'Zu den Befunden',
  askAcknowledge: 'Diesen Befund bestätigen? Sie werden dann nicht mehr an ihn erinnert.',
  confirmed: 'Bestätigt: {address} erhält Meldungen des Arbeitsbereichs {workspace} ({channels}).',
  eachHasLink: 'Jede E-Mail enthält einen Link zum Abbestellen. Sie können diese Seite schließen.',
  askConfirm: 'Möchten Sie Meldungen per E-Mail?',
  whatThisIs:
    'duckmon beobachtet Webseiten und meldet, was sich geändert hat. Jemand hat Ihre Adresse zu den Empfängern hinzugefügt. Sie erhalten nichts, solange Sie nicht bestätigen.',
  confirm: 'Ja, Meldungen an mich senden',
  orClose: 'Wenn Sie keine möchten, schließen Sie diese Seite.',
  noInvitations:
    'Erledigt: An diese Adresse werden keine Einladungen mehr gesendet. Sie können diese Seite schließen.',
  unsubscribed:
    'Erledigt: {address} erhält keine E-Mails des Kanals {channel} mehr. Sie können diese Seite schließen.',
  askUnsubscribe: 'Diese E-Mails abbestellen?',
  whatOfInvitations:
    'Sie erhalten an diese Adresse keine Einladungen per E-Mail mehr, aus keinem Arbeitsbereich.',
  whatOfChannel:
    'Sie erhalten an diese Adresse keine E-Mails dieses Kanals mehr, auch keine Erinnerungen.',
  unsubscribe: 'Abbestellen',
};

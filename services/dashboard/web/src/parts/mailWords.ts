/** What became of a mail of the installation itself, in words. Pure. */

export type MailState =
  | 'pending'
  | 'sending'
  | 'unknown'
  | 'joined'
  | 'sent'
  | 'dead'
  | 'notConfigured'
  | 'noAddress';

const WORDS: Readonly<Record<MailState, string>> = {
  pending: 'mail waits to be sent',
  sending: 'mail is being sent',
  unknown: 'nobody knows yet whether the mail arrived',
  joined: 'told by the next mail',
  sent: 'mailed',
  dead: 'not mailed',
  notConfigured: 'not mailed',
  noAddress: 'not mailed',
};

export const mailWords = (state: MailState): string => WORDS[state];

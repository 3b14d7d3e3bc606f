/** What became of a mail of the installation itself, in words. Pure. */
import { t } from '../texts/texts.ts';

export type MailState =
  | 'pending'
  | 'sending'
  | 'unknown'
  | 'joined'
  | 'sent'
  | 'dead'
  | 'notConfigured'
  | 'noAddress';

export const mailWords = (state: MailState): string => t(`channels.mails.${state}`);

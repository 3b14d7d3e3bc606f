/** Mail: checks who may send what to whom, then hands it to SendGrid or a mail server. */
import type { ChannelTarget, DeliverResult } from '../../core/contracts/notification.ts';
import { domainOf, isPlainAddress } from '../address.ts';
import type { NotificationConfig, SmtpServer } from '../config.ts';
import { renderHtml } from '../html.ts';
import { rejected } from '../result.ts';
import { plainText, safeLink, type Content, type Segment } from '../template.ts';
import type { MailDelivery } from './context.ts';
import { sendBySendGrid } from './sendgrid.ts';
import { sendBySmtp } from './smtp.ts';

export type EmailTarget = Extract<ChannelTarget, { type: 'Email' }>;

/** A mail ready to be sent to each recipient alone; every address is plain, the subject one line. */
export interface Mail {
  readonly from: string;
  readonly to: readonly Addressee[];
  readonly content: Content;
  /** The same for every attempt, so that mail clients show a repeat once. */
  readonly messageId: string;
}

export interface Addressee {
  readonly address: string;
  /** The page by which this recipient ends these mails. */
  readonly unsubscribeLink: string | undefined;
}

type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

const no = (why: string): { ok: false; why: string } => ({ ok: false, why });

/** Delivers to all recipients of the channel. */
export async function deliverEmail(
  delivery: MailDelivery,
  target: EmailTarget,
): Promise<DeliverResult> {
  const mail = composeMail(delivery, target);
  if (!mail.ok) return rejected(mail.why);
  switch (target.provider) {
    case 'SendGrid': {
      const apiKey = target.secret ?? delivery.config.sendGrid.apiKey;
      return apiKey === undefined
        ? rejected(
            "SendGrid is not configured; set SENDGRID_API_KEY or the channel's email.secretRef",
          )
        : sendBySendGrid(delivery, mail.value, apiKey);
    }
    case 'Smtp': {
      const server = chooseServer(target, delivery.config);
      return server.ok ? sendBySmtp(delivery, mail.value, server.value) : rejected(server.why);
    }
    default:
      return target.provider satisfies never;
  }
}

/** Puts the mail together, or says which field does not hold (D18). */
export function composeMail(
  { id, content, config }: Pick<MailDelivery, 'id' | 'content' | 'config'>,
  target: EmailTarget,
): Checked<Mail> {
  const wrong = target.to.findIndex((address) => !isPlainAddress(address));
  if (wrong >= 0) return no(`email.to[${wrong}] is not one plain mail address`);
  const from = target.from ?? config.sender;
  if (from === undefined)
    return no('No sender is configured; set NOTIFICATION_EMAIL or email.from');
  if (!isPlainAddress(from)) return no('email.from is not one plain mail address');
  if (target.secret === undefined && from !== config.sender)
    return no(
      `email.from needs email.secretRef: the platform's own account sends only as ${config.sender ?? 'NOTIFICATION_EMAIL'}`,
    );
  return {
    ok: true,
    value: {
      from,
      to: [...new Set(target.to)].map((address) => ({
        address,
        unsubscribeLink: safeLink(target.unsubscribeLinks?.[address] ?? null) || undefined,
      })),
      content,
      messageId: `<${id.replace(/[^A-Za-z0-9.-]/g, '-').slice(0, 64)}@${domainOf(from)}>`,
    },
  };
}

/** What a recipient reads, with the link by which that one ends these mails. */
export function partsOf(content: Content, unsubscribeLink: string | undefined) {
  const footer: Segment[] =
    unsubscribeLink === undefined
      ? []
      : [
          { kind: 'text', text: '\n\n--\nNo more of these mails to this address: ' },
          { kind: 'link', url: unsubscribeLink, label: 'Unsubscribe' },
        ];
  const body = [...content.body, ...footer];
  return { text: plainText(body), html: renderHtml({ ...content, body }) };
}

/** Lets mail programs offer to unsubscribe; in one click (RFC 8058) where the link is https. */
export const unsubscribeHeaders = (link: string | undefined): Record<string, string> =>
  link === undefined
    ? {}
    : {
        'List-Unsubscribe': `<${link}>`,
        ...(link.startsWith('https:')
          ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
          : {}),
      };

/** The mail server to speak to; the platform's password goes to the platform's server only. */
export function chooseServer(
  target: EmailTarget,
  { smtp: ours }: Pick<NotificationConfig, 'smtp'>,
): Checked<SmtpServer> {
  const { smtp, secret } = target;
  if (!smtp) {
    if (!ours) return no('No mail server is configured; set SMTP_HOST or email.smtp');
    return { ok: true, value: secret === undefined ? ours : { ...ours, password: secret } };
  }
  if (ours && secret === undefined && smtp.host === ours.host && smtp.port === ours.port)
    return { ok: true, value: ours };
  if (smtp.username !== undefined && secret === undefined)
    return no('email.smtp.username needs email.secretRef with the password');
  return {
    ok: true,
    value: {
      host: smtp.host,
      port: smtp.port,
      tls: smtp.startTls ? 'StartTls' : 'Implicit',
      user: smtp.username,
      password: secret,
    },
  };
}

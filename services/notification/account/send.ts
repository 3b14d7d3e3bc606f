/** Sends mails about accounts by the installation's own mail: its SendGrid account, else its mail server. */
import type {
  accountMailReconcileRequest,
  AccountMailRequest,
  AccountMailResult,
  InvitationMailRequest,
} from '../../core/contracts/accountMail.ts';
import type { reconcileResult } from '../../core/contracts/notification.ts';
import type { z } from 'zod';
import { deliverEmail, type EmailTarget } from '../channels/email.ts';
import type { NotificationConfig } from '../config.ts';
import { reconcile, type DeliverDeps } from '../deliver.ts';
import type { Content } from '../template.ts';
import { renderInvitation } from './invitation.ts';
import { renderAccountMail } from './render.ts';

/** No workspace: the mail is between the installation and the person. */
const WORKSPACE = '';
const SUBJECT = 'account';

export type OwnMail =
  | { readonly kind: 'configured'; readonly provider: EmailTarget['provider'] }
  | { readonly kind: 'notConfigured'; readonly reason: string };

/** The way by which the installation itself sends mail. */
export function ownMailOf({
  sender,
  sendGrid,
  smtp,
}: Pick<NotificationConfig, 'sender' | 'sendGrid' | 'smtp'>): OwnMail {
  if (sender === undefined) return without('NOTIFICATION_EMAIL is not set');
  if (sendGrid.apiKey !== undefined) return { kind: 'configured', provider: 'SendGrid' };
  if (smtp !== undefined) return { kind: 'configured', provider: 'Smtp' };
  return without('neither SENDGRID_API_KEY nor SMTP_HOST is set');
}

const without = (why: string): OwnMail => ({
  kind: 'notConfigured',
  reason: `This installation has no mail of its own: ${why}`,
});

type SendDeps = Pick<DeliverDeps, 'config' | 'clock' | 'transport'>;

/** Sends once; every outcome of a provider is a result, never an exception. */
export const sendAccountMail = (
  { deliveryId, to, timeoutMs, ...said }: AccountMailRequest,
  deps: SendDeps,
  gone: AbortSignal,
): Promise<AccountMailResult> =>
  sendOwn({ deliveryId, to, timeoutMs, content: renderAccountMail(said) }, deps, gone);

/** As `sendAccountMail`, with the page by which its reader ends such mails. */
export const sendInvitationMail = (
  mail: InvitationMailRequest,
  deps: SendDeps,
  gone: AbortSignal,
): Promise<AccountMailResult> => sendOwn({ ...mail, content: renderInvitation(mail) }, deps, gone);

interface OwnMailToSend {
  readonly deliveryId: string;
  readonly to: string;
  readonly timeoutMs: number;
  readonly content: Content;
  readonly unsubscribeLink?: string;
}

async function sendOwn(
  { deliveryId, to, timeoutMs, content, unsubscribeLink }: OwnMailToSend,
  deps: SendDeps,
  gone: AbortSignal,
): Promise<AccountMailResult> {
  const own = ownMailOf(deps.config);
  if (own.kind === 'notConfigured') return own;
  const transport = deps.transport({ workspace: WORKSPACE, subject: SUBJECT });
  try {
    return await deliverEmail(
      {
        id: deliveryId,
        workspace: WORKSPACE,
        content,
        config: deps.config,
        transport,
        clock: deps.clock,
        signal: AbortSignal.any([gone, AbortSignal.timeout(timeoutMs)]),
      },
      {
        type: 'Email',
        to: [to],
        provider: own.provider,
        ...(unsubscribeLink === undefined ? {} : { unsubscribeLinks: { [to]: unsubscribeLink } }),
      },
    );
  } finally {
    await transport.close();
  }
}

/** Asks the provider whether it has a mail; no news of it comes by events. */
export async function reconcileAccountMail(
  { deliveryId }: z.infer<typeof accountMailReconcileRequest>,
  deps: DeliverDeps,
): Promise<z.infer<typeof reconcileResult>> {
  const own = ownMailOf(deps.config);
  if (own.kind === 'notConfigured') return { state: 'unsupported', providerId: null };
  const config = { ...deps.config, sendGrid: { ...deps.config.sendGrid, tellsEvents: false } };
  const target: EmailTarget = { type: 'Email', to: [], provider: own.provider };
  return reconcile(deliveryId, target, { ...deps, config });
}

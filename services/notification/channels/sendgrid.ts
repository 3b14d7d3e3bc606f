/** Mail by SendGrid's v3 API. */
import sendGridClient from '@sendgrid/client';
import sendGridMail from '@sendgrid/mail';
import { z } from 'zod';
import type { DeliverResult } from '../../core/contracts/notification.ts';
import { accepted, codeOf, excerpt, fromStatus, rejected, retry, unknown } from '../result.ts';
import type { MailDelivery } from './context.ts';
import { partsOf, unsubscribeHeaders, type Mail } from './email.ts';

type SendGridClient = typeof sendGridClient;

/** Sends one mail to each recipient by one request; recipients do not see each other. */
export async function sendBySendGrid(
  delivery: MailDelivery,
  mail: Mail,
  apiKey: string,
): Promise<DeliverResult> {
  const service = another(sendGridMail);
  service.setClient(createClient(delivery, apiKey));
  // replaced by SendGrid for each recipient; no page can hold it, because it has the delivery's id
  const word = `unsubscribe-${delivery.id}`;
  const hasLinks = mail.to.every(({ unsubscribeLink }) => unsubscribeLink !== undefined);
  try {
    const [answer] = await service.send({
      from: { email: mail.from, name: 'duckmon' },
      personalizations: mail.to.map(({ address, unsubscribeLink }) => ({
        to: { email: address },
        headers: unsubscribeHeaders(unsubscribeLink),
        ...(hasLinks ? { substitutions: { [word]: unsubscribeLink ?? '' } } : {}),
      })),
      subject: mail.content.subject,
      ...partsOf(mail.content, hasLinks ? `{{${word}}}` : undefined),
      headers: { 'Message-ID': mail.messageId, 'Auto-Submitted': 'auto-generated' },
      customArgs: { deliveryId: delivery.id, workspace: delivery.workspace },
      // neither rewritten links nor a picture that reports opening
      trackingSettings: {
        clickTracking: { enable: false, enableText: false },
        openTracking: { enable: false },
      },
    });
    return accepted(textOf((answer.headers as Record<string, unknown>)['x-message-id']));
  } catch (error) {
    return readFailure(error, delivery);
  }
}

/** A client of its own for each delivery: keys of different channels never meet. */
export function createClient(
  { config, transport, signal }: Pick<MailDelivery, 'config' | 'transport' | 'signal'>,
  apiKey: string,
): SendGridClient {
  const client = another(sendGridClient);
  const agents = transport.agents();
  client.setDefaultHeader('Authorization', `Bearer ${apiKey}`);
  // the client hands these fields on to its HTTP library, although its types do not name them
  const request = {
    baseUrl: `${config.sendGrid.baseUrl}/`,
    httpAgent: agents.http,
    httpsAgent: agents.https,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: 64 * 1024,
    signal,
  };
  client.setDefaultRequest(request as unknown as Parameters<SendGridClient['request']>[0]);
  return client;
}

/** The packages export one shared object each; this makes another of the same class. */
const another = <T extends object>(shared: T): T =>
  Reflect.construct(shared.constructor as new () => T, []);

const answered = z.object({
  response: z.object({ headers: z.unknown().optional(), body: z.unknown() }),
  code: z.number(),
});

/** SendGrid's errors hold the answer; all others were made before or while waiting for one. */
function readFailure(error: unknown, { clock }: Pick<MailDelivery, 'clock'>): DeliverResult {
  const known = answered.safeParse(error);
  if (known.success) {
    const { code, response } = known.data;
    if (code === 401 || code === 403)
      return rejected(`SendGrid refused the API key or the sender (${code})${said(response.body)}`);
    const after = textOf(
      (response.headers as Record<string, unknown> | undefined)?.['retry-after'],
    );
    return fromStatus('SendGrid', code, after ?? undefined, clock.now(), messageIn(response.body));
  }
  const { response, request } = error as { response?: { status?: number }; request?: unknown };
  if (typeof response?.status === 'number')
    return fromStatus('SendGrid', response.status, undefined, clock.now());
  const sent = (request as { writableFinished?: boolean } | undefined)?.writableFinished === true;
  return sent
    ? unknown(`SendGrid took the request and did not answer (${codeOf(error)})`)
    : retry(`SendGrid cannot be reached (${codeOf(error)})`);
}

const errorBody = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) });

function messageIn(body: unknown): string {
  const parsed = errorBody.safeParse(body);
  return parsed.success ? excerpt(parsed.data.errors[0]?.message ?? '') : '';
}

const said = (body: unknown): string => {
  const message = messageIn(body);
  return message === '' ? '' : `: ${message}`;
};

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const activity = z.object({ messages: z.array(z.object({ msg_id: z.string() })) });

/**
 * Asks the Email Activity feed whether SendGrid has a delivery.
 * @returns its id there, null when it is absent, undefined when the account cannot be asked.
 */
export async function findBySendGrid(
  deliveryId: string,
  client: SendGridClient,
): Promise<string | null | undefined> {
  const id = deliveryId.replace(/[^A-Za-z0-9.-]/g, '-');
  try {
    const [, body] = await client.request({
      method: 'GET',
      url: '/v3/messages',
      qs: { limit: 1, query: `unique_args['deliveryId']="${id}"` },
    });
    const parsed = activity.safeParse(body);
    return parsed.success ? (parsed.data.messages[0]?.msg_id ?? null) : undefined;
  } catch {
    return undefined;
  }
}

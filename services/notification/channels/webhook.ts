/** A signed JSON webhook: the alert as data, with a signature that receivers can check. */
import type {
  AlertMessage,
  ChannelTarget,
  DeliverResult,
} from '../../core/contracts/notification.ts';
import { cleanProse } from '../../domain/prose.ts';
import { rejected } from '../result.ts';
import { DELIVERY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, signWebhook } from '../signature.ts';
import { plainText, type Content } from '../template.ts';
import type { Delivery } from './context.ts';
import { postJson } from './json.ts';

type WebhookTarget = Extract<ChannelTarget, { type: 'Webhook' }>;

/** Raised when the body changes in a way that receivers must know of. */
export const WEBHOOK_VERSION = 'v1';

/** The body: the same bytes for every attempt of a delivery. */
export function webhookBody(message: AlertMessage, content: Content): string {
  const { id, title, summary, kind, ...rest } = message;
  return JSON.stringify({
    version: WEBHOOK_VERSION,
    id,
    type: kind,
    ...rest,
    title: cleanProse(title),
    summary: cleanProse(summary),
    subject: content.subject,
    text: plainText(content.body),
  });
}

/** Delivers to the address of the channel. */
export async function deliverWebhook(
  delivery: Delivery,
  target: WebhookTarget,
): Promise<DeliverResult> {
  const wrong = firstWrongHeader(target);
  if (wrong !== undefined) return rejected(wrong);
  const body = webhookBody(delivery.message, delivery.content);
  const timestamp = String(Math.floor(delivery.clock.now().getTime() / 1000));
  const signature = signWebhook(target.signingSecrets, timestamp, body);
  return postJson(delivery, {
    who: 'The webhook',
    url: target.url,
    body,
    headers: {
      ...Object.fromEntries((target.headers ?? []).map(({ name, value }) => [name, value])),
      [TIMESTAMP_HEADER]: timestamp,
      [DELIVERY_HEADER]: delivery.id,
      ...(signature === '' ? {} : { [SIGNATURE_HEADER]: signature }),
    },
  });
}

/** Headers of the connection and of our own are not a user's to set. */
const OURS =
  /^(?:host|content-length|content-type|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|x-duckmon-.*)$/i;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

function firstWrongHeader(target: WebhookTarget): string | undefined {
  for (const [index, { name, value }] of (target.headers ?? []).entries()) {
    if (!NAME.test(name)) return `webhook.headers[${index}].name is not a header name`;
    if (OURS.test(name)) return `webhook.headers[${index}].name: ${name} is set by duckmon`;
    if (!VALUE.test(value))
      return `webhook.headers[${index}].value has a line break or a control character`;
  }
  return undefined;
}

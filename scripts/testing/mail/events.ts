/** SendGrid's signed event webhook for tests: posts batches of events as SendGrid does. */
import { generateKeyPairSync, sign } from 'node:crypto';

export interface EventSender {
  /** For SENDGRID_WEBHOOK_PUBLIC_KEY, as SendGrid shows it. */
  readonly publicKey: string;
  /** Posts a batch; `forge` replaces parts of what was signed. */
  send(url: string, events: readonly object[], forge?: Forge): Promise<Response>;
}

export interface Forge {
  /** When it was signed; now by default. */
  readonly at?: Date;
  /** The body that is posted instead of the one that was signed. */
  readonly body?: string;
  /** Headers that are posted instead of the signed ones; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Makes a key of its own. */
export function createEventSender(): EventSender {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    send: (url, events, { at = new Date(), body, headers = {} } = {}) => {
      const text = JSON.stringify(events);
      const timestamp = String(Math.floor(at.getTime() / 1000));
      const signed = {
        'content-type': 'application/json',
        'X-Twilio-Email-Event-Webhook-Timestamp': timestamp,
        'X-Twilio-Email-Event-Webhook-Signature': sign(
          'sha256',
          Buffer.from(timestamp + text),
          privateKey,
        ).toString('base64'),
        ...headers,
      };
      const kept = Object.entries(signed).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      return fetch(url, { method: 'POST', headers: kept, body: body ?? text });
    },
  };
}

let count = 0;

/** One event as SendGrid writes it. */
export const sendGridEvent = (
  event: string,
  about: { readonly email: string; readonly deliveryId: string; readonly workspace: string },
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  event,
  timestamp: 1_795_000_000,
  sg_event_id: `event-${(count += 1)}`,
  sg_message_id: 'sg-1.filter0001',
  'smtp-id': '<x@y>',
  ...about,
  ...more,
});

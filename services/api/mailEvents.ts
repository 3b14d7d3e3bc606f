/** SendGrid's signed events: checks who sent them, and reads what they say about our deliveries. Pure. */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { DNS_LABEL } from '../core/dnsLabel.ts';
import type { MailEvent } from '../store/deliveriesEvents.ts';

const SIGNATURE_HEADER = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP_HEADER = 'x-twilio-email-event-webhook-timestamp';

/**
 * SendGrid tries a batch again for a day, maybe under its first time stamp; each event counts once for
 * longer than that, so an old batch does no harm and the news of a day without us is not lost.
 */
export const OLDEST_SECONDS = 25 * 3600;
const NEWEST_SECONDS = 300;

/** A public key of P-256 as SendGrid shows it (base64 of its DER form), or in PEM. */
export const mailEventKey = () =>
  z.string().transform((text, context): KeyObject => {
    try {
      const key = text.includes('-----BEGIN')
        ? createPublicKey(text)
        : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
      if (key.asymmetricKeyType === 'ec') return key;
    } catch {
      // said below: it is no key
    }
    context.addIssue({
      code: 'custom',
      message: 'must be the verification key that SendGrid shows for the signed event webhook',
    });
    return z.NEVER;
  });

/** Whether SendGrid signed this body lately: ECDSA with SHA-256 over time stamp and body. */
export function isSignedBatch(
  key: KeyObject,
  header: (name: string) => string | undefined,
  body: Buffer,
  now: Date,
): boolean {
  const timestamp = header(TIMESTAMP_HEADER) ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  const age = now.getTime() / 1000 - Number(timestamp);
  if (age > OLDEST_SECONDS || age < -NEWEST_SECONDS) return false;
  const signature = Buffer.from(header(SIGNATURE_HEADER) ?? '', 'base64');
  return verify('sha256', Buffer.concat([Buffer.from(timestamp), body]), key, signature);
}

/** The fields that matter; `deliveryId` and `workspace` are the arguments that we sent along. */
const eventSchema = z.object({
  event: z.string(),
  email: z.string().min(3).max(320),
  sg_event_id: z.string().min(1).max(200),
  deliveryId: z.uuid(),
  workspace: z.string().regex(DNS_LABEL),
  type: z.string().optional(),
  reason: z.string().optional(),
  response: z.string().optional(),
});
type SendGridEvent = z.infer<typeof eventSchema>;

/** Reasons of a drop that are about the address, not about one mail. */
const BAD_ADDRESS = [
  'bounced address',
  'unsubscribed address',
  'spam reporting address',
  'invalid',
];

function whatOf({ event, type, reason = '' }: SendGridEvent): MailEvent['what'] | undefined {
  switch (event) {
    case 'processed':
    case 'deferred':
      return 'taken';
    case 'delivered':
      return 'delivered';
    case 'bounce':
      return type === 'blocked' ? 'blocked' : 'bounced';
    case 'dropped':
      return BAD_ADDRESS.includes(reason.toLowerCase()) ? 'bounced' : 'blocked';
    case 'spamreport':
    case 'unsubscribe':
    case 'group_unsubscribe':
      return 'unsubscribed';
    default:
      return undefined;
  }
}

/**
 * The events of a batch that concern us, by workspace; what is not ours or not readable is left out,
 * because nobody could mend it by sending it again.
 */
export function readBatch(body: Buffer): Map<string, MailEvent[]> {
  const events = parseList(body).flatMap((entry) => {
    const parsed = eventSchema.safeParse(entry);
    const what = parsed.success ? whatOf(parsed.data) : undefined;
    if (!parsed.success || what === undefined) return [];
    const {
      sg_event_id: id,
      deliveryId,
      email: address,
      reason,
      response,
      workspace,
    } = parsed.data;
    return [
      { workspace, event: { id, deliveryId, address, what, reason: reason ?? response ?? '' } },
    ];
  });
  const grouped = Map.groupBy(events, ({ workspace }) => workspace);
  return new Map([...grouped].map(([name, list]) => [name, list.map(({ event }) => event)]));
}

function parseList(body: Buffer): unknown[] {
  try {
    const list: unknown = JSON.parse(body.toString('utf8'));
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

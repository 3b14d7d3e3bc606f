/** Messages between scheduler and notification (port 8003). */
import { z } from 'zod';
import { objectName, timestamp, workspaceId } from './common.ts';

export const DELIVER_PATH = '/internal/v1/deliver';
export const RECONCILE_PATH = '/internal/v1/reconcile';

/** A NotificationChannel with its secrets resolved to values (local mode: by the scheduler). */
export const channelTarget = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('Email'),
    to: z.array(z.string()).min(1).max(25),
    /** The link by which each recipient ends these mails, by address. */
    unsubscribeLinks: z.record(z.string(), z.string()).optional(),
    provider: z.enum(['SendGrid', 'Smtp']),
    from: z.string().optional(),
    smtp: z
      .strictObject({
        host: z.string(),
        port: z.number().int(),
        startTls: z.boolean(),
        username: z.string().optional(),
      })
      .optional(),
    /** API key or SMTP password; absent means the platform's. */
    secret: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('Slack'), secret: z.string() }),
  z.strictObject({ type: z.literal('Teams'), secret: z.string() }),
  z.strictObject({
    type: z.literal('Webhook'),
    url: z.string(),
    headers: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
    /** Signing secrets, the current one first. */
    signingSecrets: z.array(z.string()).max(2),
  }),
]);
export type ChannelTarget = z.infer<typeof channelTarget>;

/** What is told. Channels render it with templates of ours; no field is template code. */
export const alertMessage = z.strictObject({
  id: z.string(),
  kind: z.enum([
    'finding',
    'changedNotJudged',
    'reminder',
    'failure',
    'digest',
    'resolved',
    'test',
    'confirmRecipient',
  ]),
  monitor: objectName,
  workspace: workspaceId,
  severity: z.enum(['info', 'warning', 'critical']),
  title: z.string().max(200),
  summary: z.string().max(1000),
  claims: z
    .array(
      z.strictObject({
        source: z.string(),
        subject: z.string(),
        before: z.string().nullable(),
        after: z.string().nullable(),
        quote: z.string(),
        side: z.enum(['before', 'after', 'both']),
      }),
    )
    .max(20),
  verdict: z.enum(['match', 'no_match', 'undetermined']).nullable(),
  why: z.string().nullable(),
  findingId: z.string().nullable(),
  checkId: z.string().nullable(),
  occurredAt: timestamp,
  /** Our own dashboard; the only link that a message carries. */
  link: z.string(),
  /** Opens the confirm page that acknowledges by POST; null when there is nothing to acknowledge. */
  acknowledgeLink: z.string().nullable(),
});
export type AlertMessage = z.infer<typeof alertMessage>;

export const deliverRequest = z.strictObject({
  deliveryId: z.string(),
  attempt: z.number().int().positive(),
  channel: z.strictObject({ name: z.string(), target: channelTarget }),
  template: z
    .strictObject({ subject: z.string().optional(), body: z.string().optional() })
    .optional(),
  message: alertMessage,
  timeoutMs: z.number().int().positive().max(60_000),
});
export type DeliverRequest = z.infer<typeof deliverRequest>;

/** Recipients that have the mail although the attempt did not end well; they get it no second time. */
const taken = z.array(z.string()).max(25).optional();

export const deliverResult = z.discriminatedUnion('kind', [
  /** The provider took it; `providerId` is its name for it. */
  z.strictObject({ kind: z.literal('accepted'), providerId: z.string().nullable() }),
  /** May pass; try again, not before `retryAfterSeconds`. Nothing was sent, but to those of `taken`. */
  z.strictObject({
    kind: z.literal('retry'),
    reason: z.string(),
    retryAfterSeconds: z.number().nullable(),
    taken,
  }),
  /** Will never pass as it is. */
  z.strictObject({ kind: z.literal('rejected'), reason: z.string() }),
  /** The request was sent whole and no answer came: it may or may not have been taken. */
  z.strictObject({ kind: z.literal('unknown'), reason: z.string(), taken }),
]);
export type DeliverResult = z.infer<typeof deliverResult>;

/** Asks a provider whether it has a delivery whose outcome is unknown. */
export const reconcileRequest = z.strictObject({
  deliveryId: z.string(),
  channel: z.strictObject({ name: z.string(), target: channelTarget }),
});
export const reconcileResult = z.strictObject({
  /** `absent`: not known to it so far; `unsupported`: neither can it be asked nor will it tell. */
  state: z.enum(['delivered', 'absent', 'unsupported']),
  providerId: z.string().nullable(),
});

/** Messages between scheduler and notification (port 8003). */
import { z } from 'zod';
import { secretFinding, secretProblem } from './channelSecret.ts';
import { DNS_LABEL } from '../dnsLabel.ts';
import { objectName, timestamp, workspaceId } from './common.ts';

export const DELIVER_PATH = '/internal/v1/deliver';
export const RECONCILE_PATH = '/internal/v1/reconcile';
export const CHANNEL_CHECK_PATH = '/internal/v1/channels/check';

/** Namespaces, and names of Secrets: what may stand in a path of the Kubernetes API. */
const dnsLabel = z.string().regex(DNS_LABEL);
/** A key of a Secret. */
export const secretKeyRef = z.strictObject({ name: dnsLabel, key: z.string().min(1).max(253) });

/** The form of a target; its secrets are values, or say where the values lie. */
const targetWith = <S extends z.ZodType>(secret: S) =>
  z.discriminatedUnion('type', [
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
      secret: secret.optional(),
    }),
    z.strictObject({ type: z.literal('Slack'), secret }),
    z.strictObject({ type: z.literal('Teams'), secret }),
    z.strictObject({
      type: z.literal('Webhook'),
      url: z.string(),
      headers: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
      /** Signing secrets, the current one first. */
      signingSecrets: z.array(secret).max(2),
    }),
  ]);

/** A NotificationChannel with the values of its secrets. */
export const channelTarget = targetWith(z.string());
export type ChannelTarget = z.infer<typeof channelTarget>;

/** A NotificationChannel that names its secrets. */
export const namedTarget = targetWith(secretKeyRef);
export type NamedTarget = z.infer<typeof namedTarget>;

/** Its Secrets lie in Kubernetes: the scheduler never sees their values, notification reads them. */
const unresolvedTarget = z.strictObject({
  type: z.literal('Unresolved'),
  namespace: dnsLabel,
  target: namedTarget,
});

/** Where a delivery goes. */
export const deliveryTarget = z.discriminatedUnion('type', [channelTarget, unresolvedTarget]);
export type DeliveryTarget = z.infer<typeof deliveryTarget>;

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
  channel: z.strictObject({ name: z.string(), target: deliveryTarget }),
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
    /** The Secret that it waits for. */
    secret: secretProblem.optional(),
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
  channel: z.strictObject({ name: z.string(), target: deliveryTarget }),
});
export const reconcileResult = z.strictObject({
  /** `absent`: not known to it so far; `unsupported`: neither can it be asked nor will it tell. */
  state: z.enum(['delivered', 'absent', 'unsupported']),
  providerId: z.string().nullable(),
});

/** Asks whether the Secrets of a channel are there and may be read; their values are not told. */
export const channelCheckRequest = z.strictObject({
  namespace: dnsLabel,
  secrets: z.array(secretKeyRef).min(1).max(2),
});
export const channelCheckResult = secretFinding;

// Generated from crds/notificationchannels.yaml by `npm run generate`; do not edit.
import type { ObjectMeta, StatusCondition } from './monitorjob.ts';

/** A NotificationChannel as stored: validated, with every default filled in. */
export interface NotificationChannel {
  apiVersion: 'mon.duckerhub.com/v1alpha1';
  kind: 'NotificationChannel';
  metadata: ObjectMeta;
  spec: NotificationChannelSpec;
  status?: NotificationChannelStatus;
}

/** What the user wants. */
export interface NotificationChannelSpec {
  /** For people. At most 500 characters. */
  description?: string;
  /** Kind of the channel; cannot be changed. (The Inbox always exists and needs no object.) One of Email, Slack, Teams, Webhook. */
  type: 'Email' | 'Slack' | 'Teams' | 'Webhook';
  /** Mail, for type Email. */
  email?: EmailChannel;
  /** Slack incoming webhook, for type Slack. */
  slack?: SlackChannel;
  /** Microsoft Teams webhook, for type Teams. */
  teams?: TeamsChannel;
  /** Signed HTTP POST, for type Webhook. */
  webhook?: WebhookChannel;
  /** Own words for subject and body. Fields in braces such as {title} are filled in; there is no code. */
  template?: ChannelTemplate;
  /** Most messages in any hour. Absent means no limit. From 1 to 1000. */
  maxPerHour?: number;
  /** Stops all sending while true. Default: false. */
  suspend: boolean;
}

/** Mail, for type Email. */
export interface EmailChannel {
  /** Recipients; each confirms before mail is sent to it. 1 to 25. */
  to: string[];
  /** Who sends the mail. One of SendGrid, Smtp. Default: SendGrid. */
  provider: 'SendGrid' | 'Smtp';
  /** Sender address. Absent means the platform's. At most 254 characters. */
  from?: string;
  /** Mail server, for provider Smtp. */
  smtp?: EmailSmtp;
  /** Key of a Secret in the same namespace that holds the API key or password. Absent means the platform's. */
  secretRef?: SecretKeyRef;
}

/** Mail server, for provider Smtp. */
export interface EmailSmtp {
  /** Name or address of the server. At most 253 characters. */
  host: string;
  /** TCP port. From 1 to 65535. Default: 587. */
  port: number;
  /** Whether the connection must be upgraded by STARTTLS; false means TLS from the first byte. Default: true. */
  startTls: boolean;
  /** Name to sign in with. Absent means no sign-in. At most 254 characters. */
  username?: string;
}

/** Key of a Secret in the same namespace that holds the API key or password. Absent means the platform's. */
export interface SecretKeyRef {
  /** Name of the Secret. A DNS label of at most 63 characters. */
  name: string;
  /** Key in the Secret. At most 253 characters. */
  key: string;
}

/** Slack incoming webhook, for type Slack. */
export interface SlackChannel {
  /** Key of a Secret in the same namespace that holds the webhook address. */
  secretRef: SecretKeyRef;
}

/** Microsoft Teams webhook, for type Teams. */
export interface TeamsChannel {
  /** Key of a Secret in the same namespace that holds the webhook address. */
  secretRef: SecretKeyRef;
}

/** Signed HTTP POST, for type Webhook. */
export interface WebhookChannel {
  /** Address that is posted to. An absolute http or https URL without user info. 8 to 2048 characters. */
  url: string;
  /** Extra request headers of each post. Headers of the connection itself (Host, Content-Length, Connection, Proxy-* and the like) are set by duckmon. At most 20. */
  headers?: WebhookHeader[];
  /** Signs each post with HMAC-SHA-256 over time stamp and body. */
  signing?: WebhookSigning;
}

/** One header. */
export interface WebhookHeader {
  /** Name of the header. At most 64 characters. */
  name: string;
  /** Value of the header, without line breaks. Plain text: anyone who may read this object can read it. At most 1024 characters. */
  value: string;
}

/** Signs each post with HMAC-SHA-256 over time stamp and body. */
export interface WebhookSigning {
  /** Key of a Secret in the same namespace that holds the signing secret. */
  secretRef: SecretKeyRef;
  /** The secret before the last change; while it is set, posts carry both signatures. */
  previousSecretRef?: SecretKeyRef;
}

/** Own words for subject and body. Fields in braces such as {title} are filled in; there is no code. */
export interface ChannelTemplate {
  /** Subject line. At most 200 characters. */
  subject?: string;
  /** Body. At most 4000 characters. */
  body?: string;
}

/** What is. Written by duckmon. */
export interface NotificationChannelStatus {
  /** Generation of the spec that the status is about. At least 0. */
  observedGeneration?: number;
  /** State of the object in the words of Kubernetes. At most 16. */
  conditions?: StatusCondition[];
  /** State of each mail recipient. At most 25. */
  recipients?: ChannelRecipient[];
  /** The last delivery. */
  lastDelivery?: ChannelLastDelivery;
  /** Deliveries of the last 24 hours that failed. At least 0. */
  failed24h?: number;
}

/** One recipient. */
export interface ChannelRecipient {
  /** Mail address. At most 254 characters. */
  address: string;
  /** Whether mail may be sent to it. One of Pending, Confirmed, Bounced, Unsubscribed. */
  state: 'Pending' | 'Confirmed' | 'Bounced' | 'Unsubscribed';
}

/** The last delivery. */
export interface ChannelLastDelivery {
  /** When it ended. RFC 3339. */
  time: string;
  /** How it ended. At most 64 characters. */
  result: string;
}

/** What the notification service reads from its environment. */
import { z } from 'zod';
import {
  httpUrl,
  loadConfig,
  port,
  wholeNumber,
  type Environment,
  readSecretFile,
} from '../core/config.ts';
import { DEFAULT_PORTS } from '../core/contracts/ports.ts';
import { SetupError } from '../core/errors.ts';
import { metricsPort } from '../core/http/metricsPort.ts';
import { workloadIdentity, type WorkloadIdentity } from '../core/workloadIdentity/config.ts';
import { isPlainAddress } from './address.ts';

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  NOTIFICATION_PORT: port(DEFAULT_PORTS.notification),
  METRICS_PORT: metricsPort(),
  LOG_LEVEL: z.string().default('info'),
  KEYS_FILE: z.string(),
  WORKLOAD_IDENTITY: workloadIdentity(),
  EGRESS_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.egress}`),
  NOTIFICATION_EMAIL: z
    .string()
    .refine(isPlainAddress, 'must be one plain mail address')
    .optional(),
  SENDGRID_API_KEY: z.string().optional(),
  SENDGRID_API_KEY_FILE: z.string().optional(),
  SENDGRID_WEBHOOK_PUBLIC_KEY: z.string().optional(),
  SENDGRID_BASE_URL: httpUrl().default('https://api.sendgrid.com'),
  SMTP_HOST: z.string().optional(),
  SMTP_PORT: wholeNumber(587, 1, 65_535),
  SMTP_TLS: z
    .enum(['StartTls', 'Implicit', 'None'], { error: 'must be StartTls, Implicit or None' })
    .optional(),
  SMTP_USER: z.string().optional(),
  SMTP_PASSWORD: z.string().optional(),
  SMTP_PASSWORD_FILE: z.string().optional(),
  CHANNEL_SECRETS: z.enum(['cluster', 'none'], { error: 'must be cluster or none' }).optional(),
  KUBECONFIG: z.string().optional(),
  /** Every pod has it. */
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  NOTIFICATION_SLOTS: wholeNumber(32, 1, 1024),
  POD_IP: z.string().optional(),
});

/** How the connection to a mail server is protected; `None` only for a server on the same machine. */
export type SmtpTls = 'StartTls' | 'Implicit' | 'None';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly tls: SmtpTls;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** Where the Secrets of a cluster's channels are read; without a kubeconfig as the pod's account. */
export type ChannelSecretsConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'cluster'; readonly kubeconfig: string | undefined };

export interface NotificationConfig {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number | undefined;
  readonly logLevel: string;
  readonly keysFile: string;
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  readonly egressUrl: string;
  /** The platform's sender address. */
  readonly sender: string | undefined;
  readonly sendGrid: {
    readonly baseUrl: string;
    readonly apiKey: string | undefined;
    /** The account posts its events to the api. */
    readonly tellsEvents: boolean;
  };
  /** The platform's mail server, when one is configured. */
  readonly smtp: SmtpServer | undefined;
  readonly channelSecrets: ChannelSecretsConfig;
  /** Deliveries that run at the same time. */
  readonly slots: number;
  readonly podIp: string | undefined;
}

/**
 * Reads and checks the environment.
 * @throws SetupError that names every wrong variable.
 */
export function readConfig(env: Environment): NotificationConfig {
  const read = loadConfig(schema, env);
  return {
    host: read.HOST,
    port: read.NOTIFICATION_PORT,
    metricsPort: read.METRICS_PORT,
    logLevel: read.LOG_LEVEL,
    keysFile: read.KEYS_FILE,
    workloadIdentity: read.WORKLOAD_IDENTITY,
    egressUrl: read.EGRESS_URL,
    sender: read.NOTIFICATION_EMAIL,
    sendGrid: {
      baseUrl: read.SENDGRID_BASE_URL,
      apiKey:
        read.SENDGRID_API_KEY ??
        readSecretFile('SENDGRID_API_KEY_FILE', read.SENDGRID_API_KEY_FILE),
      tellsEvents: read.SENDGRID_WEBHOOK_PUBLIC_KEY !== undefined,
    },
    smtp:
      read.SMTP_HOST === undefined
        ? undefined
        : {
            host: read.SMTP_HOST,
            port: read.SMTP_PORT,
            tls: read.SMTP_TLS ?? (read.SMTP_PORT === 465 ? 'Implicit' : 'StartTls'),
            user: read.SMTP_USER,
            password:
              read.SMTP_PASSWORD ?? readSecretFile('SMTP_PASSWORD_FILE', read.SMTP_PASSWORD_FILE),
          },
    channelSecrets: channelSecretsOf(read),
    slots: read.NOTIFICATION_SLOTS,
    podIp: read.POD_IP,
  };
}

function channelSecretsOf(read: z.infer<typeof schema>): ChannelSecretsConfig {
  const { CHANNEL_SECRETS: wanted, KUBECONFIG, KUBERNETES_SERVICE_HOST } = read;
  const inPod = KUBERNETES_SERVICE_HOST !== undefined;
  if (wanted === 'none' || (wanted === undefined && !inPod)) return { kind: 'none' };
  if (!inPod && KUBECONFIG === undefined)
    throw new SetupError(
      'Wrong environment variables: CHANNEL_SECRETS is cluster, but this is no pod and KUBECONFIG names no kubeconfig; set KUBECONFIG, or CHANNEL_SECRETS to none.',
    );
  // somebody's own kubeconfig counts only where it is asked for
  return { kind: 'cluster', kubeconfig: wanted === undefined ? undefined : KUBECONFIG };
}

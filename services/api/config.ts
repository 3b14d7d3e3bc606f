/** Configuration of the api. */
import { z } from 'zod';
import { flag, httpUrl, list, loadConfig, port, type Environment } from '../core/config.ts';
import { mailEventKey } from './mailEvents.ts';
import { DEFAULT_PORTS } from '../core/contracts/ports.ts';
import { DNS_LABEL } from '../core/dnsLabel.ts';
import { metricsPort } from '../core/http/metricsPort.ts';

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  API_PORT: port(DEFAULT_PORTS.api),
  METRICS_PORT: metricsPort(),
  LOG_LEVEL: z.string().default('info'),
  KEYS_FILE: z.string(),
  /** In a cluster: a folder with a token of the pod's account for each service that is called. */
  WORKLOAD_TOKENS: z.string().optional(),
  DATABASE_URL: z.string(),
  SCHEDULER_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.scheduler}`),
  /** Where people reach the dashboard; links, cookies and the Origin check follow it. */
  PUBLIC_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.dashboard}`),
  /** More origins that the dashboard is opened by, such as http://localhost:3000. */
  ALLOWED_ORIGINS: list(),
  /** Addresses of proxies whose X-Forwarded-For counts. */
  TRUSTED_PROXIES: list(),
  /** Requests a minute from one address. */
  RATE_LIMIT: z.coerce.number().int().min(1).default(1200),
  /** Sign-ins a minute from one address; from all together twenty times as many. */
  SIGN_IN_RATE_LIMIT: z.coerce.number().int().min(1).default(60),
  /** Previews, test messages and exports a minute of one person. */
  COSTLY_RATE_LIMIT: z.coerce.number().int().min(1).default(60),
  /** Where the limits of all replicas are counted; needed where there is more than one. */
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis or rediss URL' }).optional(),
  /** SendGrid's "verification key" of the signed event webhook; without it there is no such webhook. */
  SENDGRID_WEBHOOK_PUBLIC_KEY: mailEventKey().optional(),
  /** Where monitors, channels and secrets are written: `store` the database, `cluster` Kubernetes. */
  OBJECTS: z.enum(['store', 'cluster'], { error: 'must be store or cluster' }).default('store'),
  /** With OBJECTS=cluster: a kubeconfig; absent inside a pod. */
  KUBECONFIG: z.string().optional(),
  /**
   * Inside a pod: the namespaces that are workspaces of teams; `*` adds every one that ever had a
   * monitor.
   */
  WORKSPACE_NAMESPACES: list().refine(
    (names) => names.every((name) => name === '*' || DNS_LABEL.test(name)),
    'must be names of namespaces, or *',
  ),
  /** Inside a pod: where the objects of personal workspaces are; without one there are none. */
  USERS_NAMESPACE: z.string().regex(DNS_LABEL, 'must be the name of a namespace').optional(),
  /** Inside a pod: where the operator and its MonitorPlatform are. */
  PLATFORM_NAMESPACE: z.string().regex(DNS_LABEL, 'must be the name of a namespace').optional(),
  /** How Kubernetes names people, as the flags --oidc-username-claim and so on of its API server. */
  KUBERNETES_USERNAME_CLAIM: z
    .enum(['email', 'sub'], { error: 'must be email or sub' })
    .default('email'),
  /** `-` for none; absent: none for email, the issuer and # for sub. */
  KUBERNETES_USERNAME_PREFIX: z.string().optional(),
  /** Without one people have no groups. */
  KUBERNETES_GROUPS_CLAIM: z.string().optional(),
  KUBERNETES_GROUPS_PREFIX: z.string().optional(),
  EGRESS_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.egress}`),
  /** The client at the sign-in provider; without one nobody signs in by a provider. */
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  GOOGLE_CLIENT_SECRET_FILE: z.string().optional(),
  /** Another OpenID provider than Google, by its issuer identifier. */
  OIDC_ISSUER: z.url({ protocol: /^https?$/, error: 'must be an https URL' }).optional(),
  /** Domains and addresses that may sign in by the provider; `*` for everybody. */
  SIGN_IN_ALLOW: list(),
  /** The one-time sign-in link of local mode. */
  LOCAL_SIGN_IN: flag(false),
});

export type ApiConfig = z.infer<typeof schema>;

/** @throws SetupError that names every wrong variable. */
export const readConfig = (env: Environment): ApiConfig => loadConfig(schema, env);

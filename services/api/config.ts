/** Configuration of the api. */
import { z } from 'zod';
import { flag, httpUrl, list, loadConfig, port, type Environment } from '../core/config.ts';
import { mailEventKey } from './mailEvents.ts';
import { DEFAULT_PORTS } from '../core/contracts/ports.ts';
import { metricsPort } from '../core/http/metricsPort.ts';

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  API_PORT: port(DEFAULT_PORTS.api),
  METRICS_PORT: metricsPort(),
  LOG_LEVEL: z.string().default('info'),
  KEYS_FILE: z.string(),
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
  /** SendGrid's "verification key" of the signed event webhook; without it there is no such webhook. */
  SENDGRID_WEBHOOK_PUBLIC_KEY: mailEventKey().optional(),
  /** Where monitors, channels and secrets are written: `store` the database, `cluster` Kubernetes. */
  OBJECTS: z.enum(['store', 'cluster'], { error: 'must be store or cluster' }).default('store'),
  /** With OBJECTS=cluster: a kubeconfig; absent inside a pod. */
  KUBECONFIG: z.string().optional(),
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

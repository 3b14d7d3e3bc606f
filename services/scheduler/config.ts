/** What the scheduler reads from its environment. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { httpUrl, list, loadConfig, port, type Environment } from '../core/config.ts';
import { DEFAULT_PORTS } from '../core/contracts/ports.ts';
import { SetupError } from '../core/errors.ts';
import { metricsPort } from '../core/http/metricsPort.ts';
import { workloadIdentity, type WorkloadIdentity } from '../core/workloadIdentity/config.ts';
import { parseUsd } from '../domain/budget.ts';
import type { Caps } from '../store/budget.ts';

const amount = () =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be an amount such as 10.00')
    .optional();
const count = () => z.coerce.number().int().min(0).optional();

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  SCHEDULER_PORT: port(DEFAULT_PORTS.scheduler),
  METRICS_PORT: metricsPort(),
  LOG_LEVEL: z.string().default('info'),
  KEYS_FILE: z.string(),
  WORKLOAD_IDENTITY: workloadIdentity(),
  /** In a cluster: a folder with a token of the pod's account for each service that is called. */
  WORKLOAD_TOKENS: z.string().optional(),
  DATA_KEY_FILE: z.string(),
  DATABASE_URL: z.string(),
  PUBLIC_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.dashboard}`),
  BROWSER_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.browser}`),
  LLM_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.llm}`),
  NOTIFICATION_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.notification}`),
  EGRESS_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.egress}`),
  /** Name of this process among the schedulers of the database; the pod's or machine's name. */
  SCHEDULER_ID: z.string().max(128).optional(),
  SCHEDULER_SLOTS: z.coerce.number().int().min(1).max(1024).default(32),
  HOST_INTERVAL_MS: z.coerce.number().int().min(0).max(600_000).default(500),
  HOST_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(2),
  LEASE_MS: z.coerce.number().int().min(5_000).max(600_000).default(60_000),
  JUDGE_DEADLINE_MS: z.coerce.number().int().min(1_000).max(600_000).default(120_000),
  /** Caps of judging for each workspace, and for all of them together. */
  WORKSPACE_USD_PER_MONTH: amount(),
  WORKSPACE_TOKENS_PER_MONTH: count(),
  PLATFORM_USD_PER_MONTH: amount(),
  PLATFORM_TOKENS_PER_MONTH: count(),
  /** Mail addresses of the installation's operator: they count as confirmed. */
  TRUSTED_RECIPIENTS: list(),
  /** The installation's own sender, which is its operator's. */
  NOTIFICATION_EMAIL: z.string().optional(),
  POD_IP: z.string().optional(),
});

export interface SchedulerConfig {
  readonly host: string;
  readonly port: number;
  readonly metricsPort?: number | undefined;
  readonly logLevel: string;
  readonly keysFile: string;
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  readonly tokensFolder?: string | undefined;
  readonly dataKeyFile: string;
  readonly databaseUrl: string;
  readonly publicUrl: string;
  readonly browserUrl: string;
  readonly llmUrl: string;
  readonly notificationUrl: string;
  /** Only asked for the keys that it has loaded. */
  readonly egressUrl: string;
  readonly owner: string;
  readonly slots: number;
  readonly hostIntervalMs: number;
  readonly hostConcurrency: number;
  readonly leaseMs: number;
  readonly judgeDeadlineMs: number;
  readonly workspaceCaps: Caps;
  readonly platformCaps: Caps;
  /** Mail addresses that need not confirm. */
  readonly trustedRecipients?: readonly string[];
  readonly podIp: string | undefined;
}

/** @throws SetupError that names every wrong variable */
export function readConfig(env: Environment): SchedulerConfig {
  const vars = loadConfig(schema, env);
  if (!/^postgres(ql)?:\/\//.test(vars.DATABASE_URL))
    throw new SetupError('Wrong environment variables: DATABASE_URL: must be a postgresql URL');
  return {
    host: vars.HOST,
    port: vars.SCHEDULER_PORT,
    metricsPort: vars.METRICS_PORT,
    logLevel: vars.LOG_LEVEL,
    keysFile: vars.KEYS_FILE,
    workloadIdentity: vars.WORKLOAD_IDENTITY,
    tokensFolder: vars.WORKLOAD_TOKENS,
    dataKeyFile: vars.DATA_KEY_FILE,
    databaseUrl: vars.DATABASE_URL,
    publicUrl: vars.PUBLIC_URL,
    browserUrl: vars.BROWSER_URL,
    llmUrl: vars.LLM_URL,
    notificationUrl: vars.NOTIFICATION_URL,
    egressUrl: vars.EGRESS_URL,
    owner: vars.SCHEDULER_ID ?? hostname(),
    slots: vars.SCHEDULER_SLOTS,
    hostIntervalMs: vars.HOST_INTERVAL_MS,
    hostConcurrency: vars.HOST_CONCURRENCY,
    leaseMs: vars.LEASE_MS,
    judgeDeadlineMs: vars.JUDGE_DEADLINE_MS,
    workspaceCaps: capsOf(vars.WORKSPACE_USD_PER_MONTH, vars.WORKSPACE_TOKENS_PER_MONTH),
    platformCaps: capsOf(vars.PLATFORM_USD_PER_MONTH, vars.PLATFORM_TOKENS_PER_MONTH),
    trustedRecipients: [
      ...vars.TRUSTED_RECIPIENTS,
      ...(vars.NOTIFICATION_EMAIL === undefined ? [] : [vars.NOTIFICATION_EMAIL]),
    ],
    podIp: vars.POD_IP,
  };
}

const capsOf = (usd: string | undefined, tokens: number | undefined): Caps => ({
  microUsd: usd === undefined ? null : parseUsd(usd),
  tokens: tokens ?? null,
});

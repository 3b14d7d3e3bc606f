/** Configuration of the egress proxy from the environment. */
import { z } from 'zod';
import { httpUrl, list, loadConfig, port, wholeNumber, type Environment } from '../core/config.ts';
import { DEFAULT_PORTS } from '../core/contracts/ports.ts';
import { metricsPort } from '../core/http/metricsPort.ts';
import { workloadIdentity, type WorkloadIdentity } from '../core/workloadIdentity/config.ts';
import { parseAllow, parseDeny, type OpenedBlock } from './allow.ts';
import { endpointsOf, type Endpoint } from './endpoints.ts';

const variables = z.object({
  HOST: z.string().default('127.0.0.1'),
  EGRESS_PORT: port(DEFAULT_PORTS.egress),
  METRICS_PORT: metricsPort(),
  LOG_LEVEL: z.string().default('info'),
  KEYS_FILE: z.string(),
  WORKLOAD_IDENTITY: workloadIdentity(),
  /** Private targets that are opened: `[workspace=]address[/bits]:port`. */
  DUCKMON_EGRESS_ALLOW: list(),
  /** A file with more of them, one a line, which is read again when it changes. */
  DUCKMON_EGRESS_ALLOW_FILE: z.string().optional(),
  /** Blocks that are refused besides the built-in ones: the cluster's pods, services and nodes. */
  DUCKMON_EGRESS_DENY: list(),
  OPENAI_BASE_URL: httpUrl().optional(),
  SENDGRID_BASE_URL: httpUrl().optional(),
  OIDC_ISSUER: httpUrl().optional(),
  SMTP_HOST: z.string().optional(),
  SMTP_PORT: wholeNumber(587, 1, 65_535),
  /** `system` also knows hosts files and VPNs; `direct` asks name servers only (clusters). */
  EGRESS_RESOLVER: z.enum(['system', 'direct']).default('system'),
  EGRESS_MAX_CONNECTIONS: wholeNumber(2000, 1, 60_000),
  EGRESS_MAX_PER_HOST: wholeNumber(64, 1, 60_000),
  POD_IP: z.string().optional(),
});

export interface EgressConfig {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number | undefined;
  readonly logLevel: string;
  readonly keysFile: string;
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  readonly allow: readonly OpenedBlock[];
  readonly allowFile?: string | undefined;
  readonly deny: readonly string[];
  readonly endpoints: readonly Endpoint[];
  readonly resolver: 'system' | 'direct';
  readonly maxConnections: number;
  readonly maxPerHost: number;
  readonly podIp?: string | undefined;
}

/** @throws SetupError that names every wrong variable. */
export function readConfig(env: Environment): EgressConfig {
  const read = loadConfig(variables, env);
  return {
    host: read.HOST,
    port: read.EGRESS_PORT,
    metricsPort: read.METRICS_PORT,
    logLevel: read.LOG_LEVEL,
    keysFile: read.KEYS_FILE,
    workloadIdentity: read.WORKLOAD_IDENTITY,
    allow: parseAllow('DUCKMON_EGRESS_ALLOW', read.DUCKMON_EGRESS_ALLOW),
    allowFile: read.DUCKMON_EGRESS_ALLOW_FILE,
    deny: parseDeny('DUCKMON_EGRESS_DENY', read.DUCKMON_EGRESS_DENY),
    endpoints: endpointsOf({
      openaiBaseUrl: read.OPENAI_BASE_URL,
      sendgridBaseUrl: read.SENDGRID_BASE_URL,
      oidcIssuer: read.OIDC_ISSUER,
      smtpHost: read.SMTP_HOST,
      smtpPort: read.SMTP_PORT,
    }),
    resolver: read.EGRESS_RESOLVER,
    maxConnections: read.EGRESS_MAX_CONNECTIONS,
    maxPerHost: read.EGRESS_MAX_PER_HOST,
    podIp: read.POD_IP,
  };
}

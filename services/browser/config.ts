/** Configuration of the browser service. */
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { flag, httpUrl, loadConfig, port, wholeNumber, type Environment } from '../core/config.ts';
import { DEFAULT_PORTS } from '../core/contracts/ports.ts';
import { drainSeconds } from '../core/http/drain.ts';
import { metricsPort } from '../core/http/metricsPort.ts';
import { workloadIdentity, type WorkloadIdentity } from '../core/workloadIdentity/config.ts';
import { bytes } from './bytes.ts';
import { SANDBOXES, type Sandbox } from './chromium/flags.ts';

const MINUTE_MS = 60_000;

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  BROWSER_PORT: port(DEFAULT_PORTS.browser),
  METRICS_PORT: metricsPort(),
  LOG_LEVEL: z.string().default('info'),
  KEYS_FILE: z.string(),
  WORKLOAD_IDENTITY: workloadIdentity(),
  EGRESS_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.egress}`),
  CHROMIUM_PATH: z.string().optional(),
  DUCKMON_CACHE: z.string().optional(),
  /** Checks by Chromium at the same time. */
  BROWSER_SLOTS: wholeNumber(2, 1, 64),
  /** Checks over HTTP at the same time. */
  HTTP_SLOTS: wholeNumber(32, 1, 1024),
  BROWSER_MAX_CHECKS: wholeNumber(500, 1, 100_000),
  BROWSER_MAX_AGE_MINUTES: wholeNumber(60, 1, 10_000),
  BROWSER_IDLE_MINUTES: wholeNumber(5, 1, 10_000),
  /** Memory of a browser with all its processes above which it is replaced. */
  BROWSER_RECYCLE_MEMORY: bytes(),
  /** The process takes one check, and ends after it. */
  BROWSER_ONCE: flag(false),
  /** `Required`: the process ends at once where Chromium's sandbox does not hold. */
  BROWSER_SANDBOX: z.enum(SANDBOXES).default('Own'),
  /** Folder below which each Secret for logins has a folder, where they are mounted. */
  LOGINS_FOLDER: z.string().optional(),
  DRAIN_SECONDS: drainSeconds(),
  POD_IP: z.string().optional(),
});

export interface BrowserConfig {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number | undefined;
  readonly logLevel: string;
  readonly keysFile: string;
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  readonly egressUrl: string;
  readonly chromiumPath: string | undefined;
  /** Folder in which the Chromium of the npm package is unpacked. */
  readonly cacheFolder: string;
  readonly browserSlots: number;
  readonly httpSlots: number;
  readonly maxChecks: number;
  readonly maxAgeMs: number;
  readonly idleMs: number;
  readonly maxBytes: number | undefined;
  /** Whether the process is for one check only. */
  readonly once: boolean;
  readonly sandbox: Sandbox;
  readonly loginsFolder?: string | undefined;
  /** Time that running fetches have when the process shall end. */
  readonly drainMs: number;
  /** The scheduler calls each pod by its address. */
  readonly podIp?: string | undefined;
}

/** @throws SetupError that names every wrong variable. */
export function readConfig(env: Environment): BrowserConfig {
  const given = loadConfig(schema, env);
  return {
    host: given.HOST,
    port: given.BROWSER_PORT,
    metricsPort: given.METRICS_PORT,
    logLevel: given.LOG_LEVEL,
    keysFile: given.KEYS_FILE,
    workloadIdentity: given.WORKLOAD_IDENTITY,
    egressUrl: given.EGRESS_URL,
    chromiumPath: given.CHROMIUM_PATH,
    cacheFolder: given.DUCKMON_CACHE ?? defaultCache(env),
    browserSlots: given.BROWSER_SLOTS,
    httpSlots: given.HTTP_SLOTS,
    maxChecks: given.BROWSER_MAX_CHECKS,
    maxAgeMs: given.BROWSER_MAX_AGE_MINUTES * MINUTE_MS,
    idleMs: given.BROWSER_IDLE_MINUTES * MINUTE_MS,
    maxBytes: given.BROWSER_RECYCLE_MEMORY,
    once: given.BROWSER_ONCE,
    sandbox: given.BROWSER_SANDBOX,
    loginsFolder: given.LOGINS_FOLDER,
    drainMs: given.DRAIN_SECONDS * 1000,
    podIp: given.POD_IP,
  };
}

const defaultCache = (env: Environment): string =>
  path.join(env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'duckmon');

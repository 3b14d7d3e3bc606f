/** What the llm service reads from its environment. */
import { z } from 'zod';
import {
  flag,
  httpUrl,
  list,
  loadConfig,
  port,
  wholeNumber,
  type Environment,
  readSecretFile,
} from '../core/config.ts';
import { DEFAULT_PORTS } from '../core/contracts/ports.ts';
import { drainSeconds } from '../core/http/drain.ts';
import { metricsPort } from '../core/http/metricsPort.ts';
import { workloadIdentity, type WorkloadIdentity } from '../core/workloadIdentity/config.ts';
import { DEFAULT_MODELS, DEFAULT_SMALL_MODEL, PRICES, readPrices, type Prices } from './prices.ts';

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  LLM_PORT: port(DEFAULT_PORTS.llm),
  METRICS_PORT: metricsPort(),
  LOG_LEVEL: z.string().default('info'),
  KEYS_FILE: z.string(),
  WORKLOAD_IDENTITY: workloadIdentity(),
  EGRESS_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.egress}`),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_API_KEY_FILE: z.string().optional(),
  OPENAI_BASE_URL: httpUrl().optional(),
  LLM_MODELS: list(),
  LLM_SMALL_MODEL: z.string().optional(),
  LLM_ALLOWED_MODELS: list(),
  LLM_INTERNAL: flag(false),
  LLM_PRICES: z.string().optional(),
  LLM_SLOTS: wholeNumber(8, 1, 256),
  DRAIN_SECONDS: drainSeconds(),
  POD_IP: z.string().optional(),
});

export interface LlmConfig {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number | undefined;
  readonly logLevel: string;
  readonly keysFile: string;
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  readonly egressUrl: string;
  /** Undefined when no key was given: a model server of one's own needs none. */
  readonly apiKey: string | undefined;
  /** Undefined means OpenAI's own address. */
  readonly baseUrl: string | undefined;
  /** Models in the order in which they are asked. */
  readonly chain: readonly string[];
  readonly small: string;
  /** Models that a job may name, beside the chain and the small one. */
  readonly allowed: readonly string[];
  /** Whether page text stays inside when it is sent to this endpoint. */
  readonly internal: boolean;
  readonly prices: Prices;
  /** Judgements that run at the same time. */
  readonly slots: number;
  /** Time that running judgements have when the process shall end. */
  readonly drainMs: number;
  /** The address by which a cluster's scheduler calls this pod. */
  readonly podIp: string | undefined;
}

/**
 * Reads and checks the environment.
 * @throws SetupError that names every wrong variable.
 */
export function readConfig(env: Environment): LlmConfig {
  const read = loadConfig(schema, env);
  const chain = read.LLM_MODELS.length > 0 ? read.LLM_MODELS : DEFAULT_MODELS;
  const ownModels = read.LLM_MODELS.length > 0;
  return {
    host: read.HOST,
    port: read.LLM_PORT,
    metricsPort: read.METRICS_PORT,
    logLevel: read.LOG_LEVEL,
    keysFile: read.KEYS_FILE,
    workloadIdentity: read.WORKLOAD_IDENTITY,
    egressUrl: read.EGRESS_URL,
    apiKey: read.OPENAI_API_KEY ?? readSecretFile('OPENAI_API_KEY_FILE', read.OPENAI_API_KEY_FILE),
    baseUrl: read.OPENAI_BASE_URL,
    chain,
    small: read.LLM_SMALL_MODEL ?? (ownModels ? (chain.at(-1) ?? '') : DEFAULT_SMALL_MODEL),
    allowed: read.LLM_ALLOWED_MODELS,
    internal: read.LLM_INTERNAL,
    prices: { ...PRICES, ...readPrices(read.LLM_PRICES) },
    slots: read.LLM_SLOTS,
    drainMs: read.DRAIN_SECONDS * 1000,
    podIp: read.POD_IP,
  };
}

/** A model is configured when there is a key, or an endpoint that may need none. */
export const isConfigured = (config: LlmConfig): boolean =>
  config.apiKey !== undefined || config.baseUrl !== undefined;

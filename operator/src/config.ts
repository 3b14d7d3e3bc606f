/** What the operator reads from its environment. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { httpUrl, list, loadConfig, port, type Environment } from '../../services/core/config.ts';
import { DEFAULT_PORTS } from '../../services/core/contracts/ports.ts';
import { DNS_LABEL } from '../../services/core/dnsLabel.ts';
import { SetupError } from '../../services/core/errors.ts';
import {
  workloadIdentity,
  type WorkloadIdentity,
} from '../../services/core/workloadIdentity/config.ts';
import type { Database } from './policies/input.ts';

const namespace = () => z.string().regex(DNS_LABEL, 'must be the name of a namespace');

/** An image; a tag alone may mean another one tomorrow. */
const digest = () =>
  z
    .string()
    .regex(/@sha256:[0-9a-f]{64}$/, 'must name the image by digest: name@sha256:…')
    .optional();

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  /** Health and metrics; nobody calls the operator for anything else. */
  OPERATOR_PORT: port(8006),
  LOG_LEVEL: z.string().default('info'),
  /** Absent in a cluster, where the operator itself makes the keys. */
  KEYS_FILE: z.string().optional(),
  /** Whether pods of pools ask their callers for tokens of service accounts. */
  WORKLOAD_IDENTITY: workloadIdentity(),
  /** In a cluster: a folder with a token of the pod's account for the scheduler. */
  WORKLOAD_TOKENS: z.string().optional(),
  SCHEDULER_URL: httpUrl().default(`http://127.0.0.1:${DEFAULT_PORTS.scheduler}`),
  /** A kubeconfig; absent inside a pod. */
  KUBECONFIG: z.string().optional(),
  /** The platform's own namespace: of the Lease, the MonitorPlatform and the shared pools. */
  OPERATOR_NAMESPACE: namespace().default('duckmon'),
  /** Namespaces whose objects are reconciled; all when empty. */
  WATCH_NAMESPACES: list(),
  /** Namespace of the platform's users, whose workspaces are labels. */
  USERS_NAMESPACE: namespace().optional(),
  /** `cluster`: WorkerPools become pods. `local`: the workers of this machine do the work. */
  POOLS: z.enum(['cluster', 'local'], { error: 'must be cluster or local' }).default('cluster'),
  /** Folder of CRDs that are installed at the start, with the namespace; for work on a laptop. */
  CRDS_FOLDER: z.string().optional(),
  POD_NAME: z.string().optional(),
  /** Image of the pod that tries whether NetworkPolicies are enforced. */
  CANARY_IMAGE: digest(),
  /** Images of the pools of this release, where neither the pool nor the MonitorPlatform names one. */
  BROWSER_IMAGE: digest(),
  LLM_IMAGE: digest(),
  /** PriorityClass of workers whose pool names none; the cluster's default when absent. */
  WORKER_PRIORITY_CLASS: z.string().max(253).optional(),
  /** Addresses of databases outside of the cluster; pods of the chart when empty. */
  POSTGRES_ADDRESSES: list(),
  POSTGRES_PORT: port(5432),
  REDIS_ADDRESSES: list(),
  REDIS_PORT: port(6379),
});

export interface OperatorConfig {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly keysFile: string | undefined;
  readonly workloadIdentity?: WorkloadIdentity | undefined;
  readonly tokensFolder?: string | undefined;
  readonly schedulerUrl: string;
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  readonly watchNamespaces: readonly string[];
  readonly usersNamespace: string | undefined;
  readonly pools: 'cluster' | 'local';
  readonly crdsFolder: string | undefined;
  readonly canaryImage?: string | undefined;
  readonly browserImage?: string | undefined;
  readonly llmImage?: string | undefined;
  readonly workerPriorityClass?: string | undefined;
  readonly postgres?: Database | undefined;
  readonly redis?: Database | undefined;
  /** Tells this process from others that stand for election. */
  readonly identity: string;
}

const databaseOf = (addresses: readonly string[], at: number): Database =>
  addresses.length === 0 ? { kind: 'pods' } : { kind: 'server', addresses, port: at };

/** @throws SetupError that names every wrong variable */
export function readConfig(env: Environment, random: () => string): OperatorConfig {
  const vars = loadConfig(schema, env);
  const wrong = vars.WATCH_NAMESPACES.find((name) => !DNS_LABEL.test(name));
  if (wrong !== undefined)
    throw new SetupError(
      `Wrong environment variables: WATCH_NAMESPACES names ${JSON.stringify(wrong)}, which is no name of a namespace.`,
    );
  if (vars.POOLS === 'local' && vars.KEYS_FILE === undefined)
    throw new SetupError(
      'Wrong environment variables: KEYS_FILE: must be set with POOLS=local, where the keys lie in files.',
    );
  return {
    host: vars.HOST,
    port: vars.OPERATOR_PORT,
    logLevel: vars.LOG_LEVEL,
    keysFile: vars.KEYS_FILE,
    workloadIdentity: vars.WORKLOAD_IDENTITY,
    tokensFolder: vars.WORKLOAD_TOKENS,
    schedulerUrl: vars.SCHEDULER_URL,
    kubeconfig: vars.KUBECONFIG,
    namespace: vars.OPERATOR_NAMESPACE,
    watchNamespaces: [...new Set(vars.WATCH_NAMESPACES)],
    usersNamespace: vars.USERS_NAMESPACE,
    pools: vars.POOLS,
    crdsFolder: vars.CRDS_FOLDER,
    canaryImage: vars.CANARY_IMAGE,
    browserImage: vars.BROWSER_IMAGE,
    llmImage: vars.LLM_IMAGE,
    workerPriorityClass: vars.WORKER_PRIORITY_CLASS,
    postgres: databaseOf(vars.POSTGRES_ADDRESSES, vars.POSTGRES_PORT),
    redis: databaseOf(vars.REDIS_ADDRESSES, vars.REDIS_PORT),
    // a pod that is started again in place has the same name and must not take over its own lease
    identity: `${vars.POD_NAME ?? hostname()}_${random()}`,
  };
}

/** The environment of the pods of a WorkerPool. Pure. */
import type { V1EnvVar } from '@kubernetes/client-node';
import { DEFAULT_PORTS } from '../../../../services/core/contracts/ports.ts';
import { bytesOf } from '../../../../services/core/quantity.ts';
import { parseDuration } from '../../../../services/domain/duration.ts';
import { LIFETIMES } from '../../names.ts';
import { METRICS_PORT } from '../../policies/flows.ts';
import { componentOf, type Lifetime } from './names.ts';
import type { PoolSetting } from './types.ts';

/** Where Secrets are mounted. */
export const FOLDERS = {
  keys: '/var/run/duckmon/keys',
  /** Below it each login Secret has a folder. */
  logins: '/var/run/duckmon/logins',
  model: '/var/run/duckmon/model',
} as const;

const variable = (name: string, value: string): V1EnvVar => ({ name, value });

const egressUrl = ({ egressAddress }: PoolSetting): string =>
  `http://${egressAddress.includes(':') ? `[${egressAddress}]` : egressAddress}:${DEFAULT_PORTS.egress}`;

/** A runtime class may hold the pod by itself; whether Chromium's own sandbox works in it, it tells. */
const SANDBOX = { SeccompLocalhost: 'Required', RuntimeClass: 'Own', None: 'None' } as const;

function browserEnv({ pool: { spec } }: PoolSetting, lifetime: Lifetime): V1EnvVar[] {
  const minutes = Math.max(1, Math.round(parseDuration(spec.recycle.age) / 60_000));
  return [
    variable('BROWSER_SLOTS', String(spec.slotsPerPod)),
    variable('BROWSER_MAX_CHECKS', String(spec.recycle.checks)),
    variable('BROWSER_MAX_AGE_MINUTES', String(minutes)),
    variable('BROWSER_SANDBOX', SANDBOX[spec.sandbox]),
    variable('LOGINS_FOLDER', FOLDERS.logins),
    variable('BROWSER_RECYCLE_MEMORY', String(bytesOf(spec.recycle.memory))),
    ...(lifetime === LIFETIMES.check ? [variable('BROWSER_ONCE', 'true')] : []),
  ];
}

function llmEnv({ pool: { spec } }: PoolSetting): V1EnvVar[] {
  const { model } = spec;
  return [
    variable('LLM_SLOTS', String(spec.slotsPerPod)),
    ...(model ? [variable('LLM_MODELS', model.name)] : []),
    ...(model?.baseUrl === undefined ? [] : [variable('OPENAI_BASE_URL', model.baseUrl)]),
    ...(model?.secretRef ? [variable('OPENAI_API_KEY_FILE', `${FOLDERS.model}/key`)] : []),
  ];
}

/** No secret stands in the environment: keys are files that are read again when they change. */
export function envOf(setting: PoolSetting, lifetime: Lifetime): V1EnvVar[] {
  return [
    variable('HOST', '0.0.0.0'),
    variable('METRICS_PORT', String(METRICS_PORT)),
    variable('KEYS_FILE', `${FOLDERS.keys}/keys.json`),
    variable('WORKLOAD_IDENTITY', setting.workloadIdentity),
    variable('EGRESS_URL', egressUrl(setting)),
    { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ...(componentOf(setting.pool) === 'browser' ? browserEnv(setting, lifetime) : llmEnv(setting)),
  ];
}

/** Reads the Secrets of channels from Kubernetes by `get`, and remembers each for a few seconds. */
import type { SecretKeyRef } from '../../crds/types/notificationchannel.ts';
import { withSecrets } from '../core/channelTarget.ts';
import type { Clock } from '../core/clock.ts';
import {
  describeSecretProblem,
  type SecretFinding,
  type SecretProblem,
} from '../core/contracts/channelSecret.ts';
import type { ChannelTarget, DeliveryTarget } from '../core/contracts/notification.ts';
import { messageOf } from '../core/errors.ts';
import { ApiError, isNotFound } from '../core/kube/errors.ts';
import type { Transport } from '../core/kube/transport.ts';
import { defineResource, type KubeObject } from '../core/kube/types.ts';

/** The Secret that a channel names is not there, or may not be read. */
export class SecretProblemError extends Error {
  override name = 'SecretProblemError';
  readonly problem: SecretProblem;

  constructor(problem: SecretProblem) {
    super(describeSecretProblem(problem));
    this.problem = problem;
  }
}

/** Whether the Secret is there cannot be said now. */
export class SecretsUnavailableError extends Error {
  override name = 'SecretsUnavailableError';
}

export interface ChannelSecrets {
  /**
   * One value, as it was a few seconds ago at the most.
   * @throws SecretProblemError, SecretsUnavailableError
   */
  read(namespace: string, ref: SecretKeyRef): Promise<string>;
  /**
   * Whether all of them are there, as it is now.
   * @throws SecretsUnavailableError
   */
  check(namespace: string, refs: readonly SecretKeyRef[]): Promise<SecretFinding>;
  close(): void;
}

interface Secret extends KubeObject {
  /** Base64 by key. */
  readonly data?: Readonly<Record<string, string>>;
}

const SECRETS = defineResource<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
});

/** A rotated Secret counts after so long. */
export const REMEMBER_MS = 5_000;
const MOST = 200;
/** A delivery still has the rest of its time. */
const TIMEOUT_MS = 5_000;

type Values = Readonly<Record<string, string>>;

interface Remembered {
  readonly until: number;
  readonly values: Promise<Values>;
}

/** @param transport of a service account that may `get` Secrets where channels are, and no more */
export function createClusterSecrets(
  transport: Pick<Transport, 'get' | 'close'>,
  clock: Clock,
): ChannelSecrets {
  const known = new Map<string, Remembered>();
  const forgetOld = (): void => {
    // in the order in which they were read
    for (const [key, { until }] of known)
      if (until <= clock.monotonic() || known.size >= MOST) known.delete(key);
  };
  const load = (namespace: string, name: string): Promise<Values> => {
    forgetOld();
    const key = `${namespace}/${name}`;
    const values = get(transport, namespace, name);
    const mine = { until: clock.monotonic() + REMEMBER_MS, values };
    known.delete(key);
    known.set(key, mine);
    values.catch(() => {
      if (known.get(key) === mine) known.delete(key);
    });
    return values;
  };
  const remembered = (namespace: string, name: string): Promise<Values> => {
    forgetOld();
    return known.get(`${namespace}/${name}`)?.values ?? load(namespace, name);
  };
  return {
    read: async (namespace, ref) => valueOf(await remembered(namespace, ref.name), ref),
    check: async (namespace, refs) => {
      try {
        for (const ref of refs) valueOf(await load(namespace, ref.name), ref);
        return { kind: 'found' };
      } catch (error) {
        if (error instanceof SecretProblemError) return error.problem;
        throw error;
      }
    },
    close: () => {
      known.clear();
      transport.close();
    },
  };
}

async function get(
  transport: Pick<Transport, 'get'>,
  namespace: string,
  name: string,
): Promise<Values> {
  try {
    const { data = {} } = await transport.get(
      SECRETS,
      { namespace, name },
      { timeoutMs: TIMEOUT_MS },
    );
    return data;
  } catch (error) {
    if (isNotFound(error)) throw new SecretProblemError({ kind: 'notFound', secret: name });
    if (error instanceof ApiError && error.status === 403)
      throw new SecretProblemError({ kind: 'forbidden', secret: name, namespace });
    throw new SecretsUnavailableError(
      `The Secret ${name} cannot be read from Kubernetes now: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function valueOf(values: Values, { name, key }: SecretKeyRef): string {
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (value === undefined || value === '')
    throw new SecretProblemError({ kind: 'keyNotFound', secret: name, key });
  return Buffer.from(value, 'base64').toString('utf8');
}

const NO_CLUSTER =
  'This notification service reads no Secrets from Kubernetes: set CHANNEL_SECRETS to cluster, and KUBECONFIG outside of a pod';

/** Of a service without a cluster. */
export const noClusterSecrets: ChannelSecrets = {
  read: () => Promise.reject(new SecretsUnavailableError(NO_CLUSTER)),
  check: () => Promise.reject(new SecretsUnavailableError(NO_CLUSTER)),
  close: () => {},
};

/**
 * The target with values in place of names.
 * @throws SecretProblemError, SecretsUnavailableError
 */
export const resolveTarget = (
  target: DeliveryTarget,
  secrets: Pick<ChannelSecrets, 'read'>,
): Promise<ChannelTarget> =>
  target.type === 'Unresolved'
    ? withSecrets(target.target, (ref) => secrets.read(target.namespace, ref))
    : Promise.resolve(target);

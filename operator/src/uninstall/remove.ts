/** Takes away what the operator made. It must have ended before, or it makes everything again. */
import { isNotFound } from '../../../services/core/kube/errors.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import type { Resource } from '../../../services/core/kube/types.ts';
import type { Log } from '../../../services/core/log.ts';
import {
  CANARY_POD,
  NETWORK_POLICY,
  RESOURCE_QUOTA,
  SECRET,
} from '../controllers/monitorplatform/kinds.ts';
import { CHILD_RESOURCES } from '../controllers/workerpool/children.ts';
import { KEY_HOLDERS } from '../keys/derived.ts';
import { LEASES } from '../kube/lease.ts';
import { MANAGED_BY } from '../kube/names.ts';
import {
  EGRESS_ALLOW,
  keysSecretName,
  LABELS,
  OPERATOR,
  PART_OF,
  PLATFORM_NAME,
  SECRETS,
} from '../names.ts';
import { CONFIG_MAPS, MONITOR_PLATFORMS, WORKER_POOLS } from '../resources.ts';

export interface Removal {
  /** Of the platform. */
  readonly namespace: string;
  /** Where monitors were; all when empty. */
  readonly watchNamespaces: readonly string[];
  /** What a database that stays is encrypted with. */
  readonly keepDataKey: boolean;
}

export interface RemovalDeps {
  readonly transport: Pick<Transport, 'list' | 'delete'>;
  readonly log: Log;
}

/** What is looked for: by labels, and by name where no right goes further. */
interface Sort {
  readonly resource: Resource;
  readonly name?: string;
  readonly label?: string;
}

const MADE = `${MANAGED_BY}=${OPERATOR}`;
/** A Secret of this name that a person made has no such label. */
const OURS = `${LABELS.partOf}=${PART_OF}`;

/** In every namespace. Pools first, since their children go with them; policies last: they let us speak. */
const EVERYWHERE: readonly Sort[] = [
  WORKER_POOLS,
  ...Object.values(CHILD_RESOURCES),
  CANARY_POD,
  RESOURCE_QUOTA,
].map((resource) => ({ resource, label: MADE }));

const secret = (name: string): Sort => ({ resource: SECRET, name, label: OURS });

const TENANT: readonly Sort[] = [
  ...EVERYWHERE,
  secret(keysSecretName('browser')),
  { resource: NETWORK_POLICY, label: MADE },
];

const platform = (keepDataKey: boolean): readonly Sort[] => [
  { resource: MONITOR_PLATFORMS, name: PLATFORM_NAME },
  ...EVERYWHERE,
  ...KEY_HOLDERS.map((service) => secret(keysSecretName(service))),
  secret(SECRETS.internalKey),
  secret(SECRETS.jwtSecret),
  ...(keepDataKey ? [] : [secret(SECRETS.dataKey)]),
  { resource: CONFIG_MAPS, name: EGRESS_ALLOW, label: MADE },
  { resource: LEASES, name: OPERATOR },
  { resource: NETWORK_POLICY, label: MADE },
];

/** Removes everything and returns how many objects it was. What is gone meanwhile is no error. */
export async function removeAll(removal: Removal, deps: RemovalDeps): Promise<number> {
  const { namespace, watchNamespaces, keepDataKey } = removal;
  const tenants = watchNamespaces.filter((name) => name !== namespace);
  const places = watchNamespaces.length === 0 ? [undefined] : tenants;
  let removed = 0;
  for (const place of places)
    for (const sort of TENANT) removed += await removeSort(sort, place, deps);
  for (const sort of platform(keepDataKey)) removed += await removeSort(sort, namespace, deps);
  deps.log.info({ removed }, 'what the operator made is removed');
  return removed;
}

async function removeSort(
  { resource, name, label }: Sort,
  namespace: string | undefined,
  { transport, log }: RemovalDeps,
): Promise<number> {
  const fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
  const selection = { namespace, labelSelector: label, fieldSelector };
  // The kind itself may be gone with its definition.
  const found = await unlessGone(transport.list(resource, selection));
  for (const { metadata } of found?.items ?? []) {
    const ref = { namespace: metadata.namespace, name: metadata.name ?? '' };
    await unlessGone(transport.delete(resource, ref, { propagationPolicy: 'Background' }));
    log.info({ kind: resource.kind, ...ref }, 'removed');
  }
  return found?.items.length ?? 0;
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

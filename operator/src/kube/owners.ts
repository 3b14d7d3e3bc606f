/** Who made what: owner references, and names of children that are the same on every pass. */
import { createHash } from 'node:crypto';
import {
  apiVersionOf,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  type Resource,
} from '../../../services/core/kube/types.ts';
import { keyOf } from './keys.ts';
import type { Names } from './names.ts';
import type { Index } from './store.ts';

const PREFIX_LENGTH = 12;
const NAME_LENGTH = 40;
const HASH_LENGTH = 8;

/**
 * `<prefix>-<name cut to 40>-<8 hex of sha256(namespace/name)>`: a DNS label of at most 62 characters
 * that two owners share only when the hash collides.
 * @param prefix at most 12 characters; one for each sort of child.
 */
export function childName(prefix: string, { namespace = '', name }: ObjectRef): string {
  if (!/^[a-z][a-z0-9-]*$/.test(prefix) || prefix.length > PREFIX_LENGTH)
    throw new Error(
      `The prefix "${prefix}" of a child's name must be a DNS label of at most ${PREFIX_LENGTH} characters.`,
    );
  const hash = createHash('sha256').update(`${namespace}/${name}`).digest('hex');
  const cut = name.slice(0, NAME_LENGTH).replaceAll(/[^a-z0-9-]/g, '-');
  return `${prefix}-${cut}-${hash.slice(0, HASH_LENGTH)}`;
}

/**
 * The reference by which the garbage collector removes a child with its owner. Same namespace only.
 * Without `blockOwnerDeletion`, which some clusters let nobody set who may not update finalizers.
 */
export function ownerReference<T extends KubeObject>(
  resource: Resource<T>,
  { metadata: { name, uid } }: T,
): OwnerReference {
  if (name === undefined || uid === undefined)
    throw new Error(`A ${resource.kind} without name and uid cannot own anything.`);
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name,
    uid,
    controller: true,
  };
}

/** Name of the index of a store by which children are found. */
export const OWNER_INDEX = 'owner';

/** Finds objects by the uid of the object that they were made for. */
export const ownerIndex =
  (names: Names): Index<KubeObject> =>
  ({ metadata: { labels } }) => {
    const uid = labels?.[names.ownerUid];
    return uid === undefined ? [] : [uid];
  };

/**
 * Metadata that ties a child to its owner: labels for finding it, an owner reference for the garbage
 * collector. A child elsewhere has no reference: to the collector it would be an orphan.
 */
export function childMeta<T extends KubeObject>(
  names: Names,
  resource: Resource<T>,
  owner: T,
  child: ObjectRef,
): ObjectMeta & { readonly name: string } {
  const reference = ownerReference(resource, owner);
  const isNear = owner.metadata.namespace === child.namespace;
  return {
    name: child.name,
    ...(child.namespace !== undefined && { namespace: child.namespace }),
    labels: { [names.ownerUid]: reference.uid },
    annotations: { [names.ownerKey]: keyOf(owner) },
    ...(isNear && { ownerReferences: [reference] }),
  };
}

/** Whether label and, in the owner's namespace, owner reference say so; one alone may be copied. */
export function isChildOf(child: KubeObject, owner: KubeObject, names: Names): boolean {
  const { uid, namespace } = owner.metadata;
  if (uid === undefined || child.metadata.labels?.[names.ownerUid] !== uid) return false;
  const references = child.metadata.ownerReferences ?? [];
  return namespace !== child.metadata.namespace || references.some((one) => one.uid === uid);
}

/** The keys to queue when a child changes: that of its owner. */
export const ownerKeys =
  (names: Names) =>
  ({ metadata: { annotations } }: KubeObject): readonly string[] => {
    const key = annotations?.[names.ownerKey];
    return key === undefined ? [] : [key];
  };

/** The one name of an object in stores and queues. */
import type { KubeObject, ObjectRef } from '../../../services/core/kube/types.ts';

/** `namespace/name`, or `name` for an object of the whole cluster. */
export const keyOf = ({ metadata }: KubeObject): string =>
  keyFor({ namespace: metadata.namespace, name: metadata.name ?? '' });

export const keyFor = ({ namespace, name }: ObjectRef): string =>
  namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;

export function refOf(key: string): ObjectRef {
  const slash = key.indexOf('/');
  return slash === -1
    ? { name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

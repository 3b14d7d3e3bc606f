/** Which updates of an object can matter to its controller. */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../services/core/kube/types.ts';

/**
 * Generation, labels, annotations or deletionTimestamp changed. Generation alone misses orders given
 * by annotation; anything more wakes the controller at its own status writes.
 */
export const specOrMetaChanged = (before: KubeObject, after: KubeObject): boolean =>
  before.metadata.generation !== after.metadata.generation ||
  before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
  !isDeepStrictEqual(before.metadata.labels ?? {}, after.metadata.labels ?? {}) ||
  !isDeepStrictEqual(before.metadata.annotations ?? {}, after.metadata.annotations ?? {});

/** Every update, for kinds without generation such as EndpointSlices and Secrets. */
export const anyChange = (before: KubeObject, after: KubeObject): boolean =>
  before.metadata.resourceVersion !== after.metadata.resourceVersion;

/** What the controller made: applied when it is not exactly as wished, removed when nobody wishes it. */
import { isDeepStrictEqual } from 'node:util';
import { ApiError, isConflict, isNotFound } from '../../../../services/core/kube/errors.ts';
import type { Transport } from '../../../../services/core/kube/transport.ts';
import type { KubeObject, Resource } from '../../../../services/core/kube/types.ts';
import type { Applier, Desired } from '../../kube/apply.ts';
import { keyOf } from '../../kube/keys.ts';
import type { Store } from '../../kube/store.ts';
import { OWNED, CONTROLLERS } from '../../names.ts';

export interface Acting {
  readonly transport: Pick<Transport, 'delete'>;
  readonly applier: Applier;
}

/** Selects what this controller made. */
export const OWN_SELECTOR = `${OWNED.controller}=${CONTROLLERS.MonitorPlatform}`;

const isOwn = ({ metadata }: KubeObject): boolean =>
  metadata.labels?.[OWNED.controller] === CONTROLLERS.MonitorPlatform;

/** A namespace that is gone or going needs nothing any more. */
const isOfDeadNamespace = (error: unknown): boolean =>
  isNotFound(error) ||
  (error instanceof ApiError &&
    error.details.causes.some(({ reason }) => reason === 'NamespaceTerminating'));

const isGone = (error: unknown): boolean => isNotFound(error) || isConflict(error);

/**
 * Applies one object.
 * @param exactly the field that must be as wished to the last word: a selector that somebody narrowed
 * still contains the wish.
 */
export async function applyOwn<T extends KubeObject>(
  resource: Resource<T>,
  wish: Desired,
  cached: T | undefined,
  exactly: string,
  { applier }: Acting,
  signal: AbortSignal,
): Promise<void> {
  const fieldOf = (object: object): unknown => (object as Record<string, unknown>)[exactly];
  const isExact = cached !== undefined && isDeepStrictEqual(fieldOf(cached), fieldOf(wish));
  try {
    await applier.apply(resource, wish, isExact ? cached : undefined, { signal });
  } catch (error) {
    if (!isOfDeadNamespace(error)) throw error;
  }
}

/** Deletes one object, and not another that has taken its name since. */
export async function deleteOwn<T extends KubeObject>(
  resource: Resource<T>,
  { metadata: { namespace, name = '', uid } }: T,
  { transport }: Acting,
  signal: AbortSignal,
): Promise<void> {
  try {
    await transport.delete(resource, { namespace, name }, { uid, signal });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Deletes what the controller made and nobody wishes. */
export async function pruneOwn<T extends KubeObject>(
  resource: Resource<T>,
  store: Store<T>,
  wishes: readonly Desired[],
  acting: Acting,
  signal: AbortSignal,
): Promise<void> {
  const keep = new Set(wishes.map(keyOf));
  for (const object of store.all())
    if (isOwn(object) && !keep.has(keyOf(object)) && !object.metadata.deletionTimestamp)
      await deleteOwn(resource, object, acting, signal);
}

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

/** Something that was done, or under the dry-run annotation would be. */
export interface Deed {
  /** Such as `apply NetworkPolicy`. */
  readonly what: string;
  /** The object, where it is one of several. */
  readonly at?: string;
}

/** How a pass acts, and what came of it. */
export interface Doing {
  readonly signal: AbortSignal;
  /** Asks the server and writes nothing. */
  readonly dryRun: boolean;
  readonly deeds: Deed[];
}

/** A line for each kind of deed: there are few Events for many objects. */
export function linesOf(deeds: readonly Deed[]): readonly string[] {
  const by = Map.groupBy(deeds, ({ what }) => what);
  return [...by].map(([what, all]) => {
    const objects = all.flatMap(({ at }) => at ?? []);
    return [what, ...(objects.length > 1 ? [`(${objects.length})`] : []), objects.join(', ')]
      .join(' ')
      .trim();
  });
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

/** Applies one object, unless the cached one is as wished. */
export async function applyOne<T extends KubeObject>(
  resource: Resource<T>,
  wish: Desired,
  cached: T | undefined,
  { applier }: Pick<Acting, 'applier'>,
  { signal, dryRun, deeds }: Doing,
): Promise<void> {
  const { kind } = await applier.apply(resource, wish, cached, { signal, dryRun });
  if (kind !== 'unchanged') deeds.push({ what: `apply ${resource.kind}`, at: keyOf(wish) });
}

/**
 * The same in a namespace that may be going.
 * @param exactly the field that must be as wished to the last word: a selector that somebody narrowed
 * still contains the wish.
 */
export async function applyOwn<T extends KubeObject>(
  resource: Resource<T>,
  wish: Desired,
  cached: T | undefined,
  exactly: string,
  acting: Acting,
  doing: Doing,
): Promise<void> {
  const fieldOf = (object: object): unknown => (object as Record<string, unknown>)[exactly];
  const isExact = cached !== undefined && isDeepStrictEqual(fieldOf(cached), fieldOf(wish));
  try {
    await applyOne(resource, wish, isExact ? cached : undefined, acting, doing);
  } catch (error) {
    if (!isOfDeadNamespace(error)) throw error;
  }
}

/** Deletes one object, and not another that has taken its name since. */
export async function deleteOwn<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  { transport }: Acting,
  { signal, dryRun, deeds }: Doing,
): Promise<void> {
  const { namespace, name = '', uid } = object.metadata;
  deeds.push({ what: `delete ${resource.kind}`, at: keyOf(object) });
  if (dryRun) return;
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
  doing: Doing,
): Promise<void> {
  const keep = new Set(wishes.map(keyOf));
  for (const object of store.all())
    if (isOwn(object) && !keep.has(keyOf(object)) && !object.metadata.deletionTimestamp)
      await deleteOwn(resource, object, acting, doing);
}

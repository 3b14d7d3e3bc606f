/** Writes what a controller owns by server-side apply, and removes what it no longer wants. */
import { isConflict, isNotFound } from '../../../services/core/kube/errors.ts';
import type { Transport } from '../../../services/core/kube/transport.ts';
import type { KubeObject, ObjectMeta, Resource } from '../../../services/core/kube/types.ts';
import { keyOf } from './keys.ts';
import type { KubeMetrics } from './metrics.ts';
import { MANAGED_BY, type Names } from './names.ts';
import { OWNER_INDEX, isChildOf } from './owners.ts';
import type { Store } from './store.ts';
import { hashOf, isSubset } from './subset.ts';

export type ApplyOutcome<T> =
  /** The cached object is as wanted: no request was made. */
  | { readonly kind: 'unchanged'; readonly object: T }
  | { readonly kind: 'applied'; readonly object: T }
  /** What would be, by the server's word; nothing was written. */
  | { readonly kind: 'planned'; readonly object: T };

/** An object as a controller wants it: only the fields that it owns. */
export type Desired = KubeObject & {
  readonly metadata: ObjectMeta & { readonly name: string };
};

export interface Applier {
  /** One a controller: what it applied before and does not wish any more goes away. */
  readonly fieldManager: string;
  /**
   * Applies with force, so only for what we own.
   * @param cached the object in the cache; when it is as wanted nothing is sent.
   */
  apply<T extends KubeObject>(
    resource: Resource<T>,
    desired: Desired,
    cached: T | undefined,
    options?: ActOptions,
  ): Promise<ApplyOutcome<T>>;
  /**
   * Deletes what this controller made for the owner and does not want any more.
   * @returns keys of what was deleted, or would be.
   */
  prune<T extends KubeObject>(
    resource: Resource<T>,
    target: PruneTarget<T>,
    options?: ActOptions,
  ): Promise<readonly string[]>;
}

export interface ActOptions {
  readonly signal?: AbortSignal | undefined;
  /** Asks the server and writes nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface PruneTarget<T extends KubeObject> {
  /** With `ownerIndex` under `OWNER_INDEX`. */
  readonly store: Store<T>;
  readonly owner: KubeObject;
  /** Keys that stay. */
  readonly keep: ReadonlySet<string>;
}

export interface ApplierOptions {
  readonly controller: string;
  readonly names: Names;
}

export interface ApplierDeps {
  readonly transport: Pick<Transport, 'apply' | 'delete'>;
  readonly metrics: KubeMetrics;
}

export function createApplier(options: ApplierOptions, deps: ApplierDeps): Applier {
  const { controller, names } = options;
  const { transport, metrics } = deps;
  const fieldManager = `${names.operator}-${controller}`;
  /** What the server made of a wish: that version of the object needs no second look. */
  const answered = new Map<string, string>();
  return {
    fieldManager,
    apply: async (resource, desired, cached, { signal, dryRun = false } = {}) => {
      const { wish, hash } = stamped(desired, options);
      const at = `${resource.plural}/${keyOf(wish)}`;
      const version = (object: KubeObject): string => `${hash}@${object.metadata.resourceVersion}`;
      const isDone = (object: KubeObject): boolean =>
        // One that ends is made again when it is gone.
        isEnding(object) || answered.get(at) === version(object) || isAsWanted(wish, object);
      if (cached && isDone(cached)) return { kind: 'unchanged', object: cached };
      const how = { fieldManager, force: true, dryRun, signal };
      const object = await transport.apply(resource, wish, how);
      if (dryRun) return { kind: 'planned', object };
      answered.set(at, version(object));
      metrics.applied(controller, resource.kind);
      return { kind: 'applied', object };
    },
    prune: async (resource, { store, owner, keep }, { signal, dryRun = false } = {}) => {
      const children = store
        .by(OWNER_INDEX, owner.metadata.uid ?? '')
        .filter((one) => isChildOf(one, owner, names) && isMadeBy(one, controller, names));
      const unwanted = children.filter((one) => !keep.has(keyOf(one)) && !isEnding(one));
      for (const { metadata } of dryRun ? [] : unwanted) {
        const { namespace, name = '', uid } = metadata;
        await gone(transport.delete(resource, { namespace, name }, { uid, signal }));
        answered.delete(`${resource.plural}/${keyOf({ metadata })}`);
        metrics.pruned(controller, resource.kind);
      }
      return unwanted.map(keyOf);
    },
  };
}

/** The wish with the labels by which the controller knows its own, and the hash of it all. */
function stamped(
  desired: Desired,
  { controller, names }: ApplierOptions,
): { readonly wish: Desired; readonly hash: string } {
  const labels = {
    ...desired.metadata.labels,
    [MANAGED_BY]: names.operator,
    [names.controller]: controller,
  };
  const hash = hashOf({ ...desired, metadata: { ...desired.metadata, labels } });
  const annotations = { ...desired.metadata.annotations, [names.appliedHash]: hash };
  return { wish: { ...desired, metadata: { ...desired.metadata, labels, annotations } }, hash };
}

/** The hash among its annotations tells what we wished last, the rest what others did since. */
const isAsWanted = (wish: Desired, cached: KubeObject): boolean =>
  // Items of a list come without their kind.
  isSubset({ ...wish, apiVersion: undefined, kind: undefined }, cached);

const isMadeBy = (object: KubeObject, controller: string, names: Names): boolean =>
  object.metadata.labels?.[names.controller] === controller;

const isEnding = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

/** Gone already, or another has its name now: both are what was wanted. */
async function gone(deletion: Promise<void>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

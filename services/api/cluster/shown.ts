/** Objects of a cluster as they are answered: by the API server's word, with what the store knows. Pure. */
import type { Place } from './homes.ts';
import { ANNOTATIONS, LABELS } from './names.ts';
import type { LiveObject, Status } from './resources.ts';
import { clientSideManager, fieldsOfOthers, type OwnedField } from './managers.ts';
import type { Shown } from '../writer.ts';

/** What the dashboard may edit of an object; stands in its status. */
export interface Ownership {
  /** Why nothing of it can be edited here; null when something can. */
  readonly readOnly: string | null;
  /** Fields of the spec that others own. */
  readonly fields: readonly OwnedField[];
}

export const ownershipOf = ({ metadata, spec }: LiveObject): Ownership => {
  const manager = clientSideManager(metadata);
  return {
    readOnly: manager === undefined ? null : appliedBy(manager),
    fields: fieldsOfOthers(metadata, spec),
  };
};

/** Why an object is read-only, and what to do. */
export const appliedBy = (manager: string): string =>
  `is owned by ${manager}, which takes back what others change; edit it there, or take it over with kubectl apply --server-side --force-conflicts`;

/** What the store knows of an object. */
export interface Known {
  readonly uid: string | undefined;
  readonly status: Status | undefined;
}

/**
 * The version of what people write: a status that the operator writes meanwhile is no edit of
 * somebody else.
 */
export const etagOf = ({ metadata }: LiveObject): string =>
  `"${metadata.uid ?? ''}.${metadata.generation ?? 0}"`;

/** Whether an If-Match header names this state: by its ETag, or by the resourceVersion. */
export const isMatch = (header: string | undefined, object: LiveObject): boolean =>
  header === undefined ||
  header === '*' ||
  header === etagOf(object) ||
  header === `"${object.metadata.resourceVersion}"`;

/**
 * The object with a status. What happened stands in the store, of this very object only; what the
 * operator decided about it stands in the cluster.
 */
export function shownObject(
  { kind, home, name }: Place,
  object: LiveObject,
  known: Known | undefined,
): Shown {
  const { managedFields: _managers, annotations, labels, ...metadata } = object.metadata;
  const { [LABELS.workspace]: _workspace, ...own } = labels ?? {};
  const { [ANNOTATIONS.lastApplied]: _whole, ...notes } = annotations ?? {};
  const happened = known?.uid === metadata.uid ? known?.status : undefined;
  const decided = object.status?.conditions ?? [];
  const types = new Set(decided.map(({ type }) => type));
  const conditions = [
    ...decided,
    ...(happened?.conditions ?? []).filter(({ type }) => !types.has(type)),
  ];
  return {
    object: {
      apiVersion: object.apiVersion,
      kind,
      metadata: {
        ...metadata,
        name,
        namespace: home.workspace,
        ...(labels ? { labels: home.isPersonal ? own : labels } : {}),
        ...(annotations ? { annotations: notes } : {}),
      },
      spec: object.spec,
      status: { ...object.status, ...happened, conditions, ownership: ownershipOf(object) },
    },
    etag: etagOf(object),
  };
}

/** Who owns which field of an object, by its `managedFields`. Pure. */
import { isRecord } from '../../core/manifest/index.ts';
import { fieldPath } from '../../core/manifest/problem.ts';
import { ANNOTATIONS, FIELD_MANAGER } from './names.ts';

/** `FieldsV1`: `f:name` a field, `k:{…}` an item by its key, `v:…` an item by value, `.` the node itself. */
export interface FieldTree {
  readonly [step: string]: FieldTree;
}

export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly fields: FieldTree;
}

/** What is asked of an object's metadata. */
export interface Managed {
  readonly managedFields?: readonly unknown[];
}

/** Managers of the object itself; those of its status are none of the spec. */
export function managersOf({ managedFields = [] }: Managed): Manager[] {
  return managedFields.flatMap((entry): Manager[] => {
    if (!isRecord(entry) || (entry['subresource'] ?? '') !== '') return [];
    const { manager, operation, fieldsV1 } = entry;
    if (operation !== 'Apply' && operation !== 'Update') return [];
    const name = typeof manager === 'string' && manager !== '' ? manager : 'somebody unknown';
    return [{ name, operation, fields: isRecord(fieldsV1) ? (fieldsV1 as FieldTree) : {} }];
  });
}

/** What the dashboard itself has applied. */
export const ownFields = (metadata: Managed): FieldTree =>
  managersOf(metadata).find(
    ({ name, operation }) => name === FIELD_MANAGER && operation === 'Apply',
  )?.fields ?? {};

/** Everybody else. A merge patch of our own never touches the spec. */
export const foreignManagers = (metadata: Managed): Manager[] =>
  managersOf(metadata).filter(({ name }) => name !== FIELD_MANAGER);

/** The part of a tree below a field. */
export const below = (tree: FieldTree | undefined, field: string): FieldTree | undefined =>
  tree?.[`f:${field}`];

/** The part of a tree that stands for an item of a keyed list. */
export function belowItem(
  tree: FieldTree | undefined,
  keys: readonly string[],
  item: unknown,
): FieldTree | undefined {
  if (!tree || !isRecord(item)) return undefined;
  const step = Object.keys(tree).find((one) => {
    const key = keyIn(one);
    return key !== undefined && keys.every((name) => key[name] === item[name]);
  });
  return step === undefined ? undefined : tree[step];
}

/** Whether a tree names an item of a set. */
export const hasValue = (tree: FieldTree | undefined, value: unknown): boolean =>
  tree?.[`v:${JSON.stringify(value)}`] !== undefined;

function keyIn(step: string): Readonly<Record<string, unknown>> | undefined {
  if (!step.startsWith('k:')) return undefined;
  const key: unknown = JSON.parse(step.slice(2));
  return isRecord(key) ? key : undefined;
}

/**
 * The manager that applies the object on the client's side: it takes its fields back without asking,
 * and removes sources that others added.
 */
export const clientSideManager = (metadata: Managed): string | undefined =>
  foreignManagers(metadata).find(
    ({ name, operation, fields }) =>
      operation === 'Update' &&
      below(fields, 'spec') !== undefined &&
      (name === 'kubectl-client-side-apply' ||
        below(below(below(fields, 'metadata'), 'annotations'), ANNOTATIONS.lastApplied) !==
          undefined),
  )?.name;

export interface OwnedField {
  /** Such as `spec.sources[0].url`, by the places that the items have now. */
  readonly path: string;
  readonly managers: readonly string[];
}

/** The fields of the spec that others own, in the order of the first manager that has each. */
export function fieldsOfOthers(metadata: Managed, spec: unknown): OwnedField[] {
  const owners = new Map<string, Set<string>>();
  for (const { name, fields } of foreignManagers(metadata))
    for (const path of leavesOf(below(fields, 'spec') ?? {}, spec, 'spec')) {
      const names = owners.get(path) ?? new Set();
      owners.set(path, names.add(name));
    }
  return [...owners].map(([path, names]) => ({ path, managers: [...names] }));
}

/** The paths of a tree's leaves; an item of a list counts beside its fields. */
function* leavesOf(tree: FieldTree, value: unknown, path: string): Generator<string> {
  for (const [step, child] of Object.entries(tree)) {
    if (step === '.') continue;
    const [childPath, childValue] = follow(step, value, path);
    if (Object.keys(child).length === 0 || (!step.startsWith('f:') && '.' in child))
      yield childPath;
    yield* leavesOf(child, childValue, childPath);
  }
}

/** Path and value of one step; the place of an item that is gone is told by its key. */
function follow(step: string, value: unknown, path: string): [path: string, value: unknown] {
  const rest = step.slice(2);
  if (step.startsWith('f:'))
    return [fieldPath(path, rest), isRecord(value) ? value[rest] : undefined];
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const key = keyIn(step);
  const isIt = (item: unknown): boolean =>
    key
      ? isRecord(item) && Object.entries(key).every(([name, wanted]) => item[name] === wanted)
      : JSON.stringify(item) === rest;
  const index = items.findIndex(isIt);
  return index < 0 ? [`${path}[${rest}]`, undefined] : [`${path}[${index}]`, items[index]];
}

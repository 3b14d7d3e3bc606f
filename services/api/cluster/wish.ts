/**
 * What an edit has to apply. Server-side apply takes away what its manager applied before and does
 * not send again, and makes it an owner of all that it sends: so an edit sends what the dashboard
 * owns already and what it changes, and nothing else. Pure.
 */
import { isDeepStrictEqual as isSame } from 'node:util';
import type { FieldProblem } from '../../core/errors.ts';
import { isRecord } from '../../core/manifest/index.ts';
import { fieldPath } from '../../core/manifest/problem.ts';
import type { StructuralSchema } from '../../core/manifest/schema.ts';
import { below, belowItem, hasValue, type FieldTree, type Manager } from './managers.ts';

/** One node of an edit, seen from all sides. */
export interface Edit {
  /** As the person sent it. */
  readonly sent: unknown;
  /** With the defaults filled in. */
  readonly wanted: unknown;
  /** As it stands in the cluster. */
  readonly live: unknown;
}

type Schema = StructuralSchema | undefined;

/** The part of `sent` that is to be applied; undefined when there is none. */
export function wishOf(schema: Schema, edit: Edit, owned: FieldTree | undefined): unknown {
  const { sent, wanted, live } = edit;
  if (sent === undefined) return undefined;
  const shape = shapeOf(schema, sent);
  switch (shape) {
    case 'object':
      return wishOfObject(schema, edit, owned);
    case 'keyed':
      return wishOfItems(schema, edit, owned);
    case 'set': {
      const before = listOf(live);
      const kept = listOf(sent).filter(
        (value) => hasValue(owned, value) || !before.includes(value),
      );
      return kept.length > 0 ? kept : undefined;
    }
    case 'whole':
      return owned !== undefined || live === undefined || !isSame(wanted, live) ? sent : undefined;
    default:
      return shape satisfies never;
  }
}

function wishOfObject(schema: Schema, edit: Edit, owned: FieldTree | undefined): unknown {
  const sent = recordOf(edit.sent);
  const entries = Object.keys(sent).flatMap((key) => {
    const wish = wishOf(schemaBelow(schema, key), childOf(edit, key), below(owned, key));
    return wish === undefined ? [] : [[key, wish] as const];
  });
  if (entries.length > 0) return Object.fromEntries(entries);
  // An object that is there, or was put there by us, for its own sake.
  const isLeaf = owned !== undefined && Object.keys(owned).every((step) => step === '.');
  return isLeaf || edit.live === undefined ? {} : undefined;
}

function wishOfItems(schema: Schema, edit: Edit, owned: FieldTree | undefined): unknown {
  const keys = keysOf(schema);
  const items = listOf(edit.sent).flatMap((sent) => {
    const item = {
      sent,
      wanted: sameItem(keys, sent, edit.wanted),
      live: sameItem(keys, sent, edit.live),
    };
    const wish = wishOf(schema?.items, item, belowItem(owned, keys, sent));
    if (wish === undefined) return [];
    const named = Object.fromEntries(keys.map((key) => [key, recordOf(sent)[key]]));
    return [{ ...named, ...recordOf(wish) }];
  });
  return items.length > 0 ? items : undefined;
}

/**
 * What a replacement leaves out or resets although others own it: that cannot be taken from them, so
 * it must be said.
 */
export const takenAway = (
  schema: Schema,
  edit: Edit,
  others: readonly Manager[],
  path: string,
): FieldProblem[] => [
  ...lost(
    schema,
    edit,
    owners(others, (tree) => below(tree, path)),
    path,
  ),
];

type Owners = readonly { readonly name: string; readonly fields: FieldTree }[];

const owners = (among: Owners, step: (tree: FieldTree) => FieldTree | undefined): Owners =>
  among.flatMap(({ name, fields }) => {
    const child = step(fields);
    return child === undefined ? [] : [{ name, fields: child }];
  });

function* lost(schema: Schema, edit: Edit, among: Owners, path: string): Generator<FieldProblem> {
  const { sent, wanted, live } = edit;
  const first = among[0];
  if (first === undefined || isSame(wanted, live)) return;
  const shape = shapeOf(schema, live);
  if (shape === 'object')
    for (const key of Object.keys(recordOf(live)))
      yield* lost(
        schemaBelow(schema, key),
        childOf(edit, key),
        owners(among, (tree) => below(tree, key)),
        fieldPath(path, key),
      );
  else if (shape === 'keyed') yield* lostItems(schema, edit, among, path);
  else if (shape === 'set')
    for (const [index, value] of listOf(live).entries()) {
      const owner = among.find(({ fields }) => hasValue(fields, value));
      if (owner && !listOf(wanted).includes(value))
        yield { path: `${path}[${index}]`, message: ownedBy(owner.name) };
    }
  else if (sent === undefined) yield { path, message: ownedBy(first.name) };
}

function* lostItems(
  schema: Schema,
  { sent, wanted, live }: Edit,
  among: Owners,
  path: string,
): Generator<FieldProblem> {
  const keys = keysOf(schema);
  for (const [index, item] of listOf(live).entries()) {
    const having = owners(among, (tree) => belowItem(tree, keys, item));
    const first = having[0];
    const place = `${path}[${index}]`;
    const next = sameItem(keys, item, wanted);
    if (first && next === undefined) yield { path: place, message: ownedBy(first.name) };
    else if (first) {
      const edit = { sent: sameItem(keys, item, sent), wanted: next, live: item };
      yield* lost(schema?.items, edit, having, place);
    }
  }
}

/** Why a field is not written, and what to do. */
export const ownedBy = (manager: string): string =>
  `is owned by ${manager}; edit it there, or take it over with kubectl apply --server-side --force-conflicts`;

/** The part of a value whose leaves somebody owns: what was written, without the defaults. */
export function writtenPart(schema: Schema, value: unknown, trees: readonly FieldTree[]): unknown {
  const wishes = trees.map((tree) =>
    wishOf(schema, { sent: value, wanted: value, live: value }, tree),
  );
  return wishes.reduce((one, other) => joined(schema, one, other), undefined);
}

function joined(schema: Schema, one: unknown, other: unknown): unknown {
  if (one === undefined || other === undefined) return one ?? other;
  const shape = shapeOf(schema, one);
  switch (shape) {
    case 'object': {
      const [first, second] = [recordOf(one), recordOf(other)];
      const keys = [...new Set([...Object.keys(first), ...Object.keys(second)])];
      return Object.fromEntries(
        keys.map((key) => [key, joined(schemaBelow(schema, key), first[key], second[key])]),
      );
    }
    case 'keyed': {
      const keys = keysOf(schema);
      const more = listOf(other).filter((item) => sameItem(keys, item, one) === undefined);
      return [
        ...listOf(one).map((item) => joined(schema?.items, item, sameItem(keys, item, other))),
        ...more,
      ];
    }
    case 'set':
      return [...new Set([...listOf(one), ...listOf(other)])];
    case 'whole':
      return one;
    default:
      return shape satisfies never;
  }
}

type Shape = 'object' | 'keyed' | 'set' | 'whole';

/** How managers share a value: field by field, item by item, or as a whole. */
function shapeOf(schema: Schema, value: unknown): Shape {
  if (isRecord(value))
    return schema?.properties || schema?.additionalProperties ? 'object' : 'whole';
  if (!Array.isArray(value)) return 'whole';
  const type = schema?.['x-kubernetes-list-type'] ?? 'atomic';
  switch (type) {
    case 'map':
      return 'keyed';
    case 'set':
      return 'set';
    case 'atomic':
      return 'whole';
    default:
      return type satisfies never;
  }
}

const schemaBelow = (schema: Schema, key: string): Schema =>
  schema?.properties?.[key] ?? schema?.additionalProperties;
const keysOf = (schema: Schema): readonly string[] => schema?.['x-kubernetes-list-map-keys'] ?? [];
const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const childOf = ({ sent, wanted, live }: Edit, key: string): Edit => ({
  sent: recordOf(sent)[key],
  wanted: recordOf(wanted)[key],
  live: recordOf(live)[key],
});

const sameItem = (keys: readonly string[], item: unknown, among: unknown): unknown =>
  listOf(among).find(
    (other) => isRecord(other) && keys.every((key) => other[key] === recordOf(item)[key]),
  );

/** Validates a manifest as the API server would: schema, defaults, CEL; and then what they cannot say. */
import { brokenRules } from './cel.ts';
import {
  isRecord,
  kindOf,
  type ManifestKind,
  type ManifestObject,
  type ManifestValue,
} from './documents.ts';
import { toProblems } from './messages.ts';
import { fieldPath, type Problem } from './problem.ts';
import { checkSchema, schemaOf, type StructuralSchema } from './schema.ts';
import { readConfigMap, readSecret } from './secret.ts';
import { checkSemantics } from './semantics.ts';

/** A validated object with all defaults filled in, or every problem that was found. */
export type ManifestResult =
  | { readonly ok: true; readonly object: ManifestObject }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Most problems that are reported of one manifest. */
const MAX_PROBLEMS = 100;

/** Removes nulls where the schema has a default, as the API server does before it fills them in. */
function dropNulls(schema: StructuralSchema, value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) if (schema.items) dropNulls(schema.items, item);
  } else if (isRecord(value)) {
    for (const [key, child] of Object.entries(schema.properties ?? {}))
      if (value[key] === null && child.default !== undefined) delete value[key];
      else dropNulls(child, value[key]);
  }
}

/** Items of keyed lists that have the same key as one before them. */
function duplicates(schema: StructuralSchema, value: unknown, path: string): Problem[] {
  if (Array.isArray(value)) {
    const key = schema['x-kubernetes-list-map-keys']?.[0];
    const seen = new Set<unknown>();
    return value.flatMap((item: unknown, index) => {
      const place = `${path}[${index}]`;
      const below = schema.items ? duplicates(schema.items, item, place) : [];
      const id = key !== undefined && isRecord(item) ? item[key] : undefined;
      if (key === undefined || typeof id !== 'string') return below;
      const isSecond = seen.has(id);
      seen.add(id);
      const message = 'stands twice in the list; it must be unique';
      return isSecond ? [{ path: fieldPath(place, key), message }, ...below] : below;
    });
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const childSchema = schema.properties?.[key];
    return childSchema ? duplicates(childSchema, child, fieldPath(path, key)) : [];
  });
}

/** Whether a problem lies at `path` or below it. */
const isBelow = (problem: Problem, path: string): boolean =>
  problem.path === path ||
  problem.path.startsWith(`${path}.`) ||
  problem.path.startsWith(`${path}[`);

/** Adds problems of a later step where no earlier one already speaks about the same field. */
function merge(first: readonly Problem[], later: readonly Problem[]): Problem[] {
  const told = new Set(first.map(({ path }) => path));
  return [...first, ...later.filter(({ path }) => !told.has(path))];
}

function checkStructure(kind: ManifestKind, manifest: ManifestValue, old: unknown): Problem[] {
  const { structural } = schemaOf(kind);
  if (structural) dropNulls(structural, manifest);
  const bySchema = toProblems(checkSchema(kind, manifest), manifest);
  if (!structural) return bySchema;
  const schemaProblems = merge(bySchema, duplicates(structural, manifest, ''));
  const broken = brokenRules(structural, manifest, old)
    // What cannot be evaluated has a wrong type somewhere, and the schema has said so.
    .filter(({ unsure, path }) => !unsure || !schemaProblems.some((it) => isBelow(it, path)))
    .filter(({ unsure }) => !unsure || schemaProblems.length === 0)
    .map(({ path, message }) => ({ path, message }));
  return merge(schemaProblems, broken);
}

function finish(
  kind: ManifestKind,
  manifest: ManifestValue,
): { object: ManifestObject; problems: Problem[] } {
  switch (kind) {
    case 'Secret':
      return readSecret(manifest);
    case 'ConfigMap':
      return { object: readConfigMap(manifest), problems: [] };
    case 'MonitorJob':
    case 'NotificationChannel': {
      const object = manifest as unknown as ManifestObject;
      return { object, problems: checkSemantics(object) };
    }
    default: {
      const never: never = kind;
      throw new Error(`no such kind: ${String(never)}`);
    }
  }
}

/**
 * Validates one parsed manifest. The given value is not changed; `status` is ignored, as the API
 * server ignores it.
 * @param manifest an object with apiVersion, kind, metadata and spec (`ParsedDocument.manifest`)
 * @param old the stored object, for rules about what may not change
 * @returns the object with all defaults, or every problem with its path; no problem carries a secret
 */
export function validateManifest(
  manifest: ManifestValue,
  old?: Readonly<{ kind: string }>,
): ManifestResult {
  const kind = kindOf(manifest);
  if (!kind.ok) return { ok: false, problems: [{ path: kind.path, message: kind.message }] };
  const { status: _ignored, ...rest } = structuredClone(manifest);
  const before = old?.kind === kind.kind ? old : undefined;
  const structure = checkStructure(kind.kind, rest, before);
  const { object, problems } = finish(kind.kind, rest);
  const all = merge(structure, problems);
  return all.length === 0
    ? { ok: true, object }
    : { ok: false, problems: all.slice(0, MAX_PROBLEMS) };
}

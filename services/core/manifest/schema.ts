/** The structural schemas of the CRD files, and the checker that `ajv` makes from each. */
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import type { ManifestKind } from './documents.ts';

/** A CEL rule as it stands in a CRD. */
export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  fieldPath?: string;
}

/** A structural schema of Kubernetes: the part that is used here. */
export interface StructuralSchema {
  type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  description?: string;
  default?: unknown;
  enum?: string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema;
  items?: StructuralSchema;
  'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: ValidationRule[];
}

const LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
const LABEL_KEY = '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$';
const LABEL_VALUE = '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$';
const DATA_KEY = '^[-._a-zA-Z0-9]+$';

const text = (maxLength: number) => ({ type: 'string', maxLength });
const map = (maxProperties: number, keys: object, values: object) => ({
  type: 'object',
  maxProperties,
  propertyNames: keys,
  additionalProperties: values,
});

/** What the API server itself demands of every object's metadata. */
const METADATA = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 63, pattern: LABEL },
    namespace: { type: 'string', minLength: 1, maxLength: 63, pattern: LABEL },
    labels: map(64, { maxLength: 317, pattern: LABEL_KEY }, { ...text(63), pattern: LABEL_VALUE }),
    annotations: map(64, { maxLength: 317, pattern: LABEL_KEY }, text(262_144)),
    uid: text(64),
    resourceVersion: text(64),
    creationTimestamp: text(64),
    generation: { type: 'integer', minimum: 0 },
  },
};

const dataMap = map(100, { maxLength: 253, pattern: DATA_KEY }, text(65_536));
const root = (kind: string, properties: object, required: string[] = []) => ({
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', ...required],
  additionalProperties: false,
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string', enum: [kind] },
    metadata: METADATA,
    ...properties,
  },
});

/** The JSON schema with the same meaning: unknown fields are refused, sets have no duplicates. */
export function toJsonSchema(schema: StructuralSchema): Record<string, unknown> {
  const { format: _unchecked, properties, items, additionalProperties, ...rest } = schema;
  const plain = Object.fromEntries(
    Object.entries(rest).filter(([key]) => !key.startsWith('x-kubernetes-')),
  );
  if (schema['x-kubernetes-list-type'] === 'set') plain['uniqueItems'] = true;
  if (items) plain['items'] = toJsonSchema(items);
  if (additionalProperties) plain['additionalProperties'] = toJsonSchema(additionalProperties);
  if (!properties) return plain;
  plain['additionalProperties'] = false;
  plain['properties'] = Object.fromEntries(
    Object.entries(properties).map(([name, child]) => [name, toJsonSchema(child)]),
  );
  return plain;
}

/** The root schema of a CRD file in `crds/`. */
export function loadCrd(fileName: string): StructuralSchema {
  const yaml = readFileSync(new URL(`../../../crds/${fileName}`, import.meta.url), 'utf8');
  const crd = parse(yaml) as {
    spec: { versions: { schema: { openAPIV3Schema: StructuralSchema } }[] };
  };
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema;
  if (!schema) throw new Error(`crds/${fileName} has no schema`);
  return schema;
}

const SECRET = root('Secret', {
  type: { type: 'string', enum: ['Opaque'], default: 'Opaque' },
  data: map(100, { maxLength: 253, pattern: DATA_KEY }, text(90_000)),
  stringData: dataMap,
});
const CONFIG_MAP = root('ConfigMap', { data: dataMap });

function specSchema(kind: ManifestKind, crd: StructuralSchema): object {
  const spec = crd.properties?.['spec'];
  if (!spec) throw new Error(`the CRD of ${kind} has no spec`);
  return root(kind, { spec: toJsonSchema(spec) }, ['spec']);
}

/** A kind's schema: the structural one where a CRD defines it, and its compiled checker. */
export interface KindSchema {
  readonly structural: StructuralSchema | undefined;
  readonly check: ValidateFunction;
}

const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, strict: false });

function loadKind(kind: ManifestKind): KindSchema {
  switch (kind) {
    case 'MonitorJob':
      return ofCrd(kind, 'monitorjobs.yaml');
    case 'NotificationChannel':
      return ofCrd(kind, 'notificationchannels.yaml');
    case 'Secret':
      return { structural: undefined, check: ajv.compile(SECRET) };
    case 'ConfigMap':
      return { structural: undefined, check: ajv.compile(CONFIG_MAP) };
    default:
      return kind satisfies never;
  }
}

function ofCrd(kind: ManifestKind, fileName: string): KindSchema {
  const structural = loadCrd(fileName);
  return { structural, check: ajv.compile(specSchema(kind, structural)) };
}

const kinds = new Map<ManifestKind, KindSchema>();

/** The schema of a kind; its CRD file is read and compiled at the first call, which takes 0.1 s. */
export function schemaOf(kind: ManifestKind): KindSchema {
  const known = kinds.get(kind);
  if (known) return known;
  const loaded = loadKind(kind);
  kinds.set(kind, loaded);
  return loaded;
}

/**
 * Checks a value in place: fills in the defaults and returns every violation.
 * @param manifest is changed: absent fields with a default are set
 */
export function checkSchema(kind: ManifestKind, manifest: object): readonly ErrorObject[] {
  const { check } = schemaOf(kind);
  return check(manifest) ? [] : (check.errors ?? []);
}

/** Writes `crds/types/*.ts` from the CRD files, so that programs and `kubectl` share one schema. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** The part of a structural schema that a type is made from. */
interface Schema {
  type: string;
  description?: string;
  enum?: string[];
  default?: unknown;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema;
}

interface Crd {
  spec: {
    names: { kind: string; plural: string; singular: string };
    versions: { schema: { openAPIV3Schema: Schema & { properties: Record<string, Schema> } } }[];
  };
}

/** Types of one file in the order in which they are first used. */
type Declarations = Map<string, string>;

const WIDTH = 100;
const crdFolder = fileURLToPath(new URL('../crds/', import.meta.url));

/** The CRD files and the type files that are made from them, below `crds/`. */
export const GENERATED = [
  { crd: 'monitorjobs.yaml', types: 'types/monitorjob.ts' },
  { crd: 'notificationchannels.yaml', types: 'types/notificationchannel.ts' },
  { crd: 'workerpools.yaml', types: 'types/workerpool.ts' },
  { crd: 'monitorplatforms.yaml', types: 'types/monitorplatform.ts' },
] as const;

/** Objects whose name is not simply that of the parent and the field. */
const OBJECT_NAMES: Readonly<Record<string, string>> = {
  channelRefs: 'ChannelRef',
  configMapKeyRef: 'ConfigMapKeyRef',
  email: 'EmailChannel',
  slack: 'SlackChannel',
  teams: 'TeamsChannel',
  webhook: 'WebhookChannel',
  smtp: 'EmailSmtp',
  signing: 'WebhookSigning',
  'WebhookChannel.headers': 'WebhookHeader',
  template: 'ChannelTemplate',
  recipients: 'ChannelRecipient',
  lastDelivery: 'ChannelLastDelivery',
  secretRef: 'SecretKeyRef',
  previousSecretRef: 'SecretKeyRef',
  secretKeyRef: 'SecretKeyRef',
  resources: 'PoolResources',
  'PoolResources.requests': 'ResourceAmounts',
  'PoolResources.limits': 'ResourceAmounts',
  tolerations: 'Toleration',
  recycle: 'PoolRecycle',
  autoscaling: 'PoolAutoscaling',
  model: 'PoolModel',
  'PoolModel.secretRef': 'ModelSecretRef',
  'PoolsBrowser.egress': 'PoolEgress',
  'PoolsLlm.egress': 'PoolEgress',
  namespaceSelector: 'LabelSelector',
  podSelector: 'LabelSelector',
};

/** Enumerations that have a name of their own. */
const ENUM_NAMES: Readonly<Record<string, string>> = {
  'Mon|Tue|Wed|Thu|Fri|Sat|Sun': 'Weekday',
  'Lt|Le|Eq|Ne|Ge|Gt': 'NumberOperator',
};

const OBJECT_META = `export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  resourceVersion?: string;
  creationTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}`;

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const quoted = (words: readonly string[]): string[] => words.map((word) => `'${word}'`);
const comment = (text: string, indent: string): string =>
  `${indent}/** ${text.replaceAll('*/', '*\\/')} */\n`;

function objectName(parent: string, field: string, isList: boolean): string {
  const known = OBJECT_NAMES[`${parent}.${field}`] ?? OBJECT_NAMES[field];
  if (known !== undefined) return known;
  return parent + capital(isList ? field.replace(/s$/, '') : field);
}

/** What the names of a parent's children begin with: nothing below `spec`, `Status` below `status`. */
const prefixOf = (interfaceName: string): string =>
  interfaceName.endsWith('Spec') ? '' : interfaceName.replace(/^.+Status$/, 'Status');

function enumType(values: readonly string[], out: Declarations): string {
  const name = ENUM_NAMES[values.join('|')];
  if (name === undefined) return quoted(values).join(' | ');
  out.set(name, `export type ${name} = ${quoted(values).join(' | ')};`);
  return name;
}

function typeOf(schema: Schema, parent: string, field: string, out: Declarations): string {
  if (schema.enum) return enumType(schema.enum, out);
  switch (schema.type) {
    case 'array': {
      const items = schema.items ?? { type: 'string' };
      const name = items.type === 'object' ? objectName(parent, field, true) : parent;
      const inner = items.properties ? declare(name, items, out) : typeOf(items, name, field, out);
      return inner.includes(' | ') ? `(${inner})[]` : `${inner}[]`;
    }
    case 'object':
      if (schema.properties) return declare(objectName(parent, field, false), schema, out);
      return `Record<string, ${typeOf(schema.additionalProperties ?? { type: 'string' }, parent, field, out)}>`;
    case 'integer':
      return 'number';
    case 'boolean':
    case 'string':
      return schema.type;
    default:
      throw new Error(`${parent}.${field}: no TypeScript type for '${schema.type}'`);
  }
}

function propertyText(field: string, schema: Schema, type: string, optional: boolean): string {
  const head = `  ${field}${optional ? '?' : ''}:`;
  const line = `${head} ${type};`;
  const broken = `${head}\n${type
    .split(' | ')
    .map((word) => `    | ${word}`)
    .join('\n')};`;
  const fits = line.length <= WIDTH || !type.includes(' | ');
  return comment(schema.description ?? '', '  ') + (fits ? line : broken);
}

/** Declares an interface and those below it; its own text comes first. */
function declare(name: string, schema: Schema, out: Declarations): string {
  const before = out.get(name);
  out.set(name, '');
  const lines = Object.entries(schema.properties ?? {}).map(([field, child]) => {
    const optional = child.default === undefined && !schema.required?.includes(field);
    return propertyText(field, child, typeOf(child, prefixOf(name), field, out), optional);
  });
  const text = `${comment(schema.description ?? '', '')}export interface ${name} {\n${lines.join('\n')}\n}`;
  // A reference that stands in several places says there what it is for: only its fields must agree.
  if (before !== undefined && withoutHead(before) !== withoutHead(text))
    throw new Error(`two different objects are both named ${name}: add one to OBJECT_NAMES`);
  out.set(name, before ?? text);
  return name;
}

const withoutHead = (text: string): string => text.replace(/^\/\*\*.*\*\/\n/, '');

function rootText(kind: string): string {
  return `/** A ${kind} as stored: validated, with every default filled in. */
export interface ${kind} {
  apiVersion: 'mon.duckerhub.com/v1alpha1';
  kind: '${kind}';
  metadata: ObjectMeta;
  spec: ${kind}Spec;
  status?: ${kind}Status;
}`;
}

/**
 * The TypeScript module of one CRD: an interface for each object, fields that have a default are not
 * optional. The text is formatted as the project's formatter does.
 * @throws Error when two different objects would get the same name.
 */
export function generateTypes(crdYaml: string): string {
  const crd = parse(crdYaml) as Crd;
  const { kind, plural } = crd.spec.names;
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema;
  const { spec, status } = schema?.properties ?? {};
  if (!spec || !status) throw new Error(`${plural}: the schema has no spec or no status`);
  const out: Declarations = new Map();
  const isFirst = kind === 'MonitorJob';
  declare(`${kind}Spec`, spec, out);
  declare(`${kind}Status`, status, out);
  if (!isFirst) out.delete('StatusCondition');
  const head = `// Generated from crds/${plural}.yaml by \`npm run generate\`; do not edit.\n`;
  const imports = "import type { ObjectMeta, StatusCondition } from './monitorjob.ts';\n\n";
  const parts = [rootText(kind), ...(isFirst ? [OBJECT_META] : []), ...out.values()];
  return `${head}${isFirst ? '\n' : imports}${parts.join('\n\n')}\n`;
}

/** Writes every type file anew; returns the files that changed. */
export function writeTypes(folder: string = crdFolder): string[] {
  return GENERATED.filter(({ crd, types }) => {
    const text = generateTypes(readFileSync(folder + crd, 'utf8'));
    const changed = !existsSync(folder + types) || readFileSync(folder + types, 'utf8') !== text;
    if (changed) writeFileSync(folder + types, text);
    return changed;
  }).map(({ types }) => `crds/${types}`);
}

if (import.meta.main) {
  const changed = writeTypes();
  console.log(changed.length === 0 ? 'crds/types: up to date' : `wrote ${changed.join(', ')}`);
}

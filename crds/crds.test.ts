/** What must hold of the CRD files themselves. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { GENERATED, generateTypes } from '../scripts/generate-types.ts';

interface Schema {
  type: string;
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
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: { rule: string; message: string; fieldPath?: string }[];
}

interface Crd {
  metadata: { name: string };
  spec: {
    group: string;
    scope: string;
    names: { plural: string; kind: string; shortNames: string[]; categories: string[] };
    versions: {
      name: string;
      subresources: object;
      additionalPrinterColumns: { name: string; type: string; jsonPath: string }[];
      schema: { openAPIV3Schema: Schema };
    }[];
  };
}

const folder = fileURLToPath(new URL('.', import.meta.url));
const read = (file: string): string => readFileSync(folder + file, 'utf8');

function* nodes(schema: Schema, path: string): Generator<[path: string, schema: Schema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {}))
    yield* nodes(child, path === '' ? name : `${path}.${name}`);
  if (schema.items) yield* nodes(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* nodes(schema.additionalProperties, `${path}{}`);
}

function offenders(schema: Schema, isWrong: (node: Schema) => boolean): string[] {
  return [...nodes(schema, '')]
    .filter(([path, node]) => path !== 'metadata' && isWrong(node))
    .map(([path]) => path);
}

/** Objects with fields that have defaults, and that need not be there themselves. */
const WITH_DEFAULT: Readonly<Record<string, readonly string[]>> = {
  MonitorJob: [
    'alerting',
    'alerting.onFailure',
    'goal',
    'goal.confirm',
    'isolation',
    'judge',
    'retention',
  ],
  NotificationChannel: [],
  WorkerPool: ['autoscaling', 'recycle'],
  MonitorPlatform: [
    'keys',
    'models',
    'pools',
    'pools.browser',
    'pools.browser.autoscaling',
    'pools.browser.recycle',
    'pools.llm',
    'pools.llm.autoscaling',
  ],
};

const says = (node: Schema, value: unknown): boolean =>
  (node.description ?? '').includes(typeof value === 'string' ? value : JSON.stringify(value));

for (const { crd: file, types } of GENERATED) {
  const crd = parse(read(file)) as Crd;
  const version = crd.spec.versions[0];
  const schema = version?.schema.openAPIV3Schema as Schema;

  describe(`crds/${file}`, () => {
    it('is at most 100 KB', () => {
      assert.ok(statSync(folder + file).size <= 100_000);
    });
    it('has the name that its group and plural demand', () => {
      assert.equal(crd.metadata.name, `${crd.spec.names.plural}.mon.duckerhub.com`);
    });
    it('is namespaced, of version v1alpha1, in the category monitors', () => {
      const { scope, names } = crd.spec;
      assert.deepEqual(
        [scope, version?.name, names.categories],
        ['Namespaced', 'v1alpha1', ['monitors']],
      );
    });
    it('has the status subresource, and scale where there are replicas', () => {
      const scale = {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      };
      const wanted = crd.spec.names.kind === 'WorkerPool' ? { status: {}, scale } : { status: {} };
      assert.deepEqual(version?.subresources, wanted);
    });
    it('defect: means the same to kubectl, which takes a bare Off, On, Yes or No for a boolean', () => {
      assert.deepEqual(parse(read(file), { version: '1.1' }), crd);
    });
    it('describes every field', () => {
      assert.deepEqual(
        offenders(schema, (node) => (node.description ?? '').length < 5),
        [],
      );
    });
    it('says every default in the description', () => {
      const silent = offenders(
        schema,
        (node) => node.default !== undefined && !says(node, node.default),
      );
      assert.deepEqual(silent, []);
    });
    it('says every bound in the description', () => {
      const silent = offenders(schema, (node) => {
        const bounds = [node.minimum, node.maximum, node.maxItems, node.maxProperties];
        const isText = !node.enum && !says(node, 'A duration from');
        return [...bounds, ...(isText ? [node.maxLength] : [])].some(
          (bound) => bound !== undefined && !says(node, bound),
        );
      });
      assert.deepEqual(silent, []);
    });
    it('says every word of an enumeration in the description', () => {
      const silent = offenders(schema, (node) =>
        Boolean(node.enum && node.enum.length < 7 && !node.enum.every((word) => says(node, word))),
      );
      assert.deepEqual(silent, []);
    });
    it('bounds every string', () => {
      const open = offenders(
        schema,
        (node) =>
          node.type === 'string' && !node.maxLength && !node.enum && node.format !== 'date-time',
      );
      assert.deepEqual(open, []);
    });
    it('bounds every list and says of what kind it is', () => {
      const open = offenders(
        schema,
        (node) => node.type === 'array' && (!node.maxItems || !node['x-kubernetes-list-type']),
      );
      assert.deepEqual(open, []);
    });
    it('keys every list of named things by a required field', () => {
      const wrong = offenders(schema, (node) => {
        const isNamed = node.items?.required?.includes('name') ?? false;
        const keys = node['x-kubernetes-list-map-keys'] ?? [];
        const isMap = node['x-kubernetes-list-type'] === 'map';
        if (isNamed && !isMap) return true;
        return isMap && !(keys.length === 1 && node.items?.required?.includes(keys[0] ?? ''));
      });
      assert.deepEqual(wrong, []);
    });
    it('has no map without bounds, and no open object', () => {
      assert.deepEqual(
        offenders(
          schema,
          (node) =>
            node.type === 'object' &&
            !node.properties &&
            !(node.maxProperties && node.additionalProperties),
        ),
        [],
      );
    });
    it('uses no floating point numbers', () => {
      assert.deepEqual(
        offenders(schema, (node) => node.type === 'number'),
        [],
      );
    });
    it('bounds every integer of the spec at both ends', () => {
      const spec = schema.properties?.['spec'] as Schema;
      const open = offenders(
        spec,
        (node) =>
          node.type === 'integer' && (node.minimum === undefined || node.maximum === undefined),
      );
      assert.deepEqual(open, []);
    });
    it('has no pattern on a duration, so that a bad one gets one message', () => {
      assert.deepEqual(
        offenders(schema, (node) => says(node, 'A duration from') && Boolean(node.pattern)),
        [],
      );
    });
    it('gives every object that has fields with defaults, and need not be there, a default of its own', () => {
      const spec = schema.properties?.['spec'] as Schema;
      const withDefault = [...nodes(spec, '')]
        .filter(([, node]) => node.type === 'object' && node.default !== undefined)
        .map(([path]) => path);
      assert.deepEqual(withDefault.sort(), WITH_DEFAULT[crd.spec.names.kind]);
    });
    it('points each fieldPath at a field that exists', () => {
      const lost = [...nodes(schema, '')].flatMap(([, node]) =>
        (node['x-kubernetes-validations'] ?? []).flatMap(({ fieldPath }) => {
          if (fieldPath === undefined) return [];
          const found = fieldPath
            .slice(1)
            .split('.')
            .reduce<Schema | undefined>((at, name) => at?.properties?.[name], node);
          return found ? [] : [fieldPath];
        }),
      );
      assert.deepEqual(lost, []);
    });
    it('has a one-line message for each rule', () => {
      const rules = [...nodes(schema, '')].flatMap(
        ([, node]) => node['x-kubernetes-validations'] ?? [],
      );
      assert.ok(
        rules.length > 0 && rules.every(({ message }) => message && !message.includes('\n')),
      );
    });
    it('has a column for readiness and one for the age', () => {
      const names = version?.additionalPrinterColumns.map(({ name }) => name) ?? [];
      assert.ok(names.includes('Ready') && names.includes('Age'));
    });
    it('E10 allows no namespace in a reference', () => {
      const wrong = [...nodes(schema, '')]
        .map(([path]) => path)
        .filter((path) => /Refs?(\[\])?\.namespace$/.test(path));
      assert.deepEqual(wrong, []);
    });
    it(`is what crds/${types} was generated from`, () => {
      assert.equal(generateTypes(read(file)), read(types));
    });
  });
}

describe('crds/monitorjobs.yaml', () => {
  const crd = parse(read('monitorjobs.yaml')) as Crd;
  it('prints the next check as text, since a date in the future prints as invalid', () => {
    const next = crd.spec.versions[0]?.additionalPrinterColumns.find(({ name }) => name === 'Next');
    assert.equal(next?.type, 'string');
  });
  it('prints interval or cron as the schedule', () => {
    const column = crd.spec.versions[0]?.additionalPrinterColumns[0];
    assert.equal(column?.jsonPath, ".spec.schedule['interval','cron']");
  });
});

describe('crds/workerpools.yaml', () => {
  const crd = parse(read('workerpools.yaml')) as Crd;
  const fields = crd.spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};
  it('has one integer as replicas, without which scale refuses every pool', () => {
    assert.equal(fields['spec']?.properties?.['replicas']?.type, 'integer');
    assert.equal(fields['status']?.properties?.['replicas']?.type, 'integer');
    assert.equal(fields['status']?.properties?.['selector']?.type, 'string');
  });
});

describe('crds/monitorplatforms.yaml', () => {
  const schemaOf = (file: string): Record<string, Schema> => {
    const crd = parse(read(file)) as Crd;
    return crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec']?.properties ?? {};
  };
  it('describes the fields of its pools as those of a WorkerPool', () => {
    const pool = schemaOf('workerpools.yaml');
    const { browser, llm } = schemaOf('monitorplatforms.yaml')['pools']?.properties ?? {};
    for (const [name, field] of Object.entries({ ...browser?.properties, ...llm?.properties }))
      assert.deepEqual(field, pool[name], name);
  });
  it('has the same limits for one namespace as for all', () => {
    const { overrides, ...all } = schemaOf('monitorplatforms.yaml')['limits']?.properties ?? {};
    const { namespace: _key, ...one } = overrides?.items?.properties ?? {};
    assert.deepEqual(one, all);
  });
});

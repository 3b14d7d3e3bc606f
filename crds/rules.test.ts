/** Each CEL rule of WorkerPool and MonitorPlatform with a sample that passes and one that fails. */
import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { brokenRules } from '../services/core/manifest/cel.ts';
import type { ManifestValue } from '../services/core/manifest/documents.ts';
import { toProblems } from '../services/core/manifest/messages.ts';
import { loadCrd, type StructuralSchema, toJsonSchema } from '../services/core/manifest/schema.ts';
import { durationMessage, type RuleSample } from '../services/core/manifest/testing/ruleSamples.ts';
import type { Changes } from '../services/core/manifest/testing/samples.ts';
import {
  llmPool,
  platform,
  platformDurations,
  platformSamples,
  pool,
  poolDurations,
  poolSamples,
  type DurationSample,
} from './testing/samples.ts';

/** Answers as the API server does: defaults, schema, rules. */
function checkerOf(schema: StructuralSchema): (it: ManifestValue, old?: ManifestValue) => string[] {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, strict: false });
  const spec = toJsonSchema(schema.properties?.['spec'] as StructuralSchema);
  const validate = ajv.compile({ type: 'object', properties: { spec }, required: ['spec'] });
  return (manifest, old) => {
    const whole = structuredClone(manifest);
    validate(whole);
    return [...toProblems(validate.errors ?? [], whole), ...brokenRules(schema, whole, old)].map(
      ({ path, message }) => `${path}: ${message}`,
    );
  };
}

function* rulesIn(schema: StructuralSchema): Generator<string> {
  for (const rule of schema['x-kubernetes-validations'] ?? []) yield rule.message ?? rule.rule;
  for (const child of Object.values(schema.properties ?? {})) yield* rulesIn(child);
  if (schema.items) yield* rulesIn(schema.items);
}

function describeRules(
  schema: StructuralSchema,
  base: (changes: Changes) => ManifestValue,
  samples: readonly RuleSample[],
  durations: readonly DurationSample[],
): void {
  const problemsOf = checkerOf(schema);
  for (const { rule, make, passes, fails, at } of samples) {
    it(`'${rule}' passes ${JSON.stringify(passes)}`, () => {
      assert.deepEqual(problemsOf(make(passes)), []);
    });
    it(`'${rule}' refuses ${JSON.stringify(fails)} at ${at}`, () => {
      assert.deepEqual(problemsOf(make(fails)), [`${at}: ${rule}`]);
    });
  }
  for (const [path, from, to, below, above] of durations) {
    for (const value of [from, to])
      it(`${path} takes ${value}`, () => {
        assert.deepEqual(problemsOf(base({ [path]: value })), []);
      });
    for (const value of [below, above, '1 h', '1.5h', '5', ''])
      it(`${path} refuses '${value}' with one message`, () => {
        assert.deepEqual(problemsOf(base({ [path]: value })), [
          `${path}: ${durationMessage(from, to)}`,
        ]);
      });
  }
  it('has a sample for each of its rules', () => {
    const sampled = new Set(samples.map(({ rule }) => rule));
    const missing = [...rulesIn(schema)].filter(
      (rule) => !sampled.has(rule) && !rule.startsWith('must be a duration'),
    );
    assert.deepEqual(
      missing.filter((rule) => !rule.startsWith('cannot be changed')),
      [],
    );
  });
}

describe('CEL rules of the WorkerPool', () => {
  const schema = loadCrd('workerpools.yaml');
  const problemsOf = checkerOf(schema);
  describeRules(schema, pool, poolSamples, poolDurations);
  it('refuses to change the role of a stored pool', () => {
    const message = 'spec.role: cannot be changed; create another pool instead';
    assert.deepEqual(problemsOf(llmPool(), pool()), [message]);
    assert.deepEqual(problemsOf(pool(), pool()), []);
  });
  it('takes replicas as a number only, as scale writes it', () => {
    assert.deepEqual(problemsOf(pool({ 'spec.replicas': { min: 1, max: 2 } })), [
      'spec.replicas: must be an integer',
    ]);
  });
  it('takes an image by its digest only', () => {
    const digest = `sha256:${'0a'.repeat(32)}`;
    assert.deepEqual(problemsOf(pool({ 'spec.image': `ghcr.io/example/browser@${digest}` })), []);
    for (const image of ['ghcr.io/example/browser:latest', 'browser', `browser@${digest}0`])
      assert.equal(problemsOf(pool({ 'spec.image': image })).length, 1, image);
  });
  for (const [path, takes, refuses] of [
    ['spec.recycle.memory', ['1Gi', '900M', '1.5Gi'], ['1 Gi', 'lots', '-1Gi', '1e3']],
    ['spec.resources.requests.cpu', ['500m', '2', '0.25'], ['half', '1.', '']],
    ['spec.egress.allow[0].cidr', ['10.0.0.0/8', 'fd00::/8', '::/0'], ['10.0.0.1', 'x/8', '/8']],
  ] as const)
    it(`${path} takes ${takes.join(', ')} and refuses ${refuses.join(', ')}`, () => {
      const withPorts = (changes: Changes) =>
        pool(
          path.includes('egress')
            ? { 'spec.egress.allow': [{ ports: [80] }], ...changes }
            : changes,
        );
      for (const value of takes)
        assert.deepEqual(problemsOf(withPorts({ [path]: value })), [], value);
      for (const value of refuses)
        assert.notDeepEqual(problemsOf(withPorts({ [path]: value })), [], value);
    });
});

describe('CEL rules of the MonitorPlatform', () => {
  const schema = loadCrd('monitorplatforms.yaml');
  const problemsOf = checkerOf(schema);
  describeRules(schema, platform, platformSamples, platformDurations);
  for (const [field, from, to, below, above] of [
    ['rotateEvery', '1h', '8760h', '59m', '8761h'],
    ['overlap', '15m', '168h', '14m', '169h'],
    ['maxAge', '2h', '17520h', '119m', '17521h'],
  ] as const) {
    const keys = { rotateEvery: field === 'maxAge' ? '1h' : '8000h', maxAge: '17520h' };
    it(`spec.keys.${field} is bounded from ${from} to ${to}`, () => {
      const at = (value: string) =>
        problemsOf(platform({ 'spec.keys': { ...keys, [field]: value } }));
      for (const value of [from, to]) assert.deepEqual(at(value), [], value);
      for (const value of [below, above, 'soon'])
        assert.deepEqual(at(value), [`spec.keys.${field}: ${durationMessage(from, to)}`]);
    });
  }
  it('fills in when keys are rotated', () => {
    const whole = platform();
    const ajv = new Ajv({ useDefaults: true, strict: false });
    ajv.compile(toJsonSchema(schema.properties?.['spec'] as StructuralSchema))(whole['spec']);
    assert.deepEqual((whole['spec'] as Record<string, unknown>)['keys'], {
      rotateEvery: '720h',
      overlap: '15m',
      maxAge: '2160h',
    });
  });
});

import assert from 'node:assert/strict';
import { stringify } from 'yaml';
import { platformSchema, valuesSchema } from './schema.ts';

const definition = (spec: object): string =>
  stringify({
    spec: { versions: [{ schema: { openAPIV3Schema: { properties: { spec } } } }] },
  });

describe('chart: schema of values', () => {
  it('closes every object of the platform', () => {
    const inner = { type: 'object', properties: { b: { type: 'string', pattern: '^x$' } } };
    const spec = {
      type: 'object',
      properties: { a: inner, list: { type: 'array', items: inner } },
    };
    const closed = { ...inner, additionalProperties: false };
    assert.deepEqual(platformSchema(definition(spec)), {
      type: 'object',
      additionalProperties: false,
      properties: { a: closed, list: { type: 'array', items: closed } },
    });
  });

  it('leaves the keys of a map open, and holds its values', () => {
    const map = { type: 'object', additionalProperties: { type: 'string', maxLength: 3 } };
    assert.deepEqual(platformSchema(definition(map)), map);
  });

  it('leaves out what only the API server knows', () => {
    const spec = { type: 'string', default: 'x', 'x-kubernetes-validations': [{ rule: 'true' }] };
    assert.deepEqual(platformSchema(definition(spec)), { type: 'string' });
  });

  it('changes nothing but the platform', () => {
    const written = {
      title: 'Values',
      $defs: { platform: { old: true }, name: { type: 'string' } },
    };
    const made = valuesSchema(JSON.stringify(written), definition({ type: 'object' }));
    assert.deepEqual(JSON.parse(made), {
      title: 'Values',
      $defs: { platform: { type: 'object' }, name: { type: 'string' } },
    });
  });
});

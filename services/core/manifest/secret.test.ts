import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { configMap, problemsOf, secret } from './testing/samples.ts';
import { validateManifest } from './validate.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
function dataOf(manifest: ReturnType<typeof secret>): Record<string, string> {
  const result = validateManifest(manifest);
  assert.ok(result.ok, JSON.stringify(result));
  assert.ok(result.object.kind === 'Secret' || result.object.kind === 'ConfigMap');
  return result.object.data;
}

describe('Secrets', () => {
  it('take plain text', () => {
    assert.deepEqual(dataOf(secret()), { key: 'value' });
  });
  it('decode data', () => {
    assert.deepEqual(dataOf(secret({ stringData: undefined, data: { k: base64('Ünï') } })), {
      k: 'Ünï',
    });
  });
  it('decode base64 that was wrapped', () => {
    const long = 'x'.repeat(100);
    const wrapped = base64(long).replace(/(.{76})/g, '$1\n');
    assert.deepEqual(dataOf(secret({ stringData: undefined, data: { k: wrapped } })), { k: long });
  });
  it('let stringData win over data', () => {
    assert.deepEqual(dataOf(secret({ data: { key: base64('old') } })), { key: 'value' });
  });
  it('do not keep the encoded form', () => {
    const result = validateManifest(secret());
    assert.ok(result.ok && !('stringData' in result.object));
  });
  it('give back any text that was encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(
          dataOf(secret({ stringData: undefined, data: { k: base64(text) } }))['k'],
          text,
        );
      }),
    );
  });
  it('name the key that is no base64, not its value', () => {
    assert.deepEqual(problemsOf(secret({ data: { token: 'hunter2!' } })), [
      'data.token: must be base64; put plain text below stringData instead',
    ]);
  });
  it('name the key that is no text', () => {
    const bytes = Buffer.from([0xff, 0xfe]).toString('base64');
    assert.deepEqual(problemsOf(secret({ data: { token: bytes } })), [
      'data.token: must be UTF-8 text once it is decoded',
    ]);
  });
  it('refuse a value that is no text, without showing it', () => {
    const problems = problemsOf(secret({ 'stringData.key': 123_456 }));
    assert.deepEqual(problems, ['stringData.key: must be a string: put it in quotes']);
  });
  it('refuse a value that is too long', () => {
    const problems = problemsOf(
      secret({ stringData: undefined, data: { k: base64('x'.repeat(65_537)) } }),
    );
    assert.deepEqual(problems, ['data.k: must have at most 65536 characters']);
  });
  it('refuse a Secret without a key', () => {
    assert.deepEqual(problemsOf(secret({ stringData: {} })), [
      'stringData: must have at least one key',
    ]);
  });
  it('refuse a key with a slash', () => {
    assert.deepEqual(problemsOf(secret({ stringData: { 'a/b': 'x' } })), [
      `stringData["a/b"]: this key may only contain letters, digits, '-', '_' and '.'`,
    ]);
  });
  it('refuse other types than Opaque', () => {
    assert.deepEqual(problemsOf(secret({ type: 'kubernetes.io/tls' })), ['type: must be Opaque']);
  });
  it('refuse an unknown field', () => {
    assert.deepEqual(problemsOf(secret({ stringdata: {} })), [
      'stringdata: unknown field; did you mean "stringData"?',
    ]);
  });
  it('keep a key that objects have by nature as an ordinary key', () => {
    const data = JSON.parse('{"__proto__": "x"}') as Record<string, string>;
    const read = dataOf({ ...secret(), stringData: data });
    assert.deepEqual(Object.keys(read), ['__proto__']);
  });
});

describe('ConfigMaps', () => {
  it('take text', () => {
    assert.deepEqual(dataOf(configMap()), { terms: 'x' });
  });
  it('may be empty', () => {
    assert.deepEqual(dataOf(configMap({ data: undefined })), {});
  });
  it('refuse binary data', () => {
    assert.deepEqual(problemsOf(configMap({ binaryData: {} })), ['binaryData: unknown field']);
  });
  it('refuse a value that is no text', () => {
    assert.deepEqual(problemsOf(configMap({ 'data.terms': true })), [
      'data.terms: must be a string: put it in quotes',
    ]);
  });
});

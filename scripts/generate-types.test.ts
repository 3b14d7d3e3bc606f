import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { GENERATED, generateTypes, writeTypes } from './generate-types.ts';

const empty = { type: 'object', description: 'Empty.', properties: {} };
function crd(spec: object, kind = 'MonitorJob'): string {
  const properties = { spec: { type: 'object', description: 'Spec.', ...spec }, status: empty };
  return stringify({
    spec: {
      names: { kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase() },
      versions: [{ schema: { openAPIV3Schema: { type: 'object', properties } } }],
    },
  });
}
const fields = (properties: object, more: object = {}): string =>
  generateTypes(crd({ properties, ...more }));

describe('generateTypes', () => {
  it('makes a field optional that is neither required nor has a default', () => {
    assert.match(fields({ note: { type: 'string' } }), /^ {2}note\?: string;$/m);
  });
  it('makes a required field mandatory', () => {
    assert.match(
      fields({ note: { type: 'string' } }, { required: ['note'] }),
      /^ {2}note: string;$/m,
    );
  });
  it('makes a field with a default mandatory, also when the default is false', () => {
    const text = fields({ suspend: { type: 'boolean', default: false } });
    assert.match(text, /^ {2}suspend: boolean;$/m);
  });
  it('writes the description above the field', () => {
    assert.match(
      fields({ a: { type: 'integer', description: 'Why.' } }),
      /\/\*\* Why\. \*\/\n {2}a\?: number;/,
    );
  });
  it('keeps a description from ending its comment', () => {
    assert.doesNotMatch(fields({ a: { type: 'integer', description: 'x */ y' } }), /x \*\//);
  });
  it('writes an enumeration as a union', () => {
    assert.match(fields({ a: { type: 'string', enum: ['X', 'Y'] } }), /a\?: 'X' \| 'Y';/);
  });
  it('breaks a union that is too long for a line', () => {
    const words = Array.from({ length: 12 }, (_, index) => `LongWord${index}`);
    assert.match(fields({ a: { type: 'string', enum: words } }), /a\?:\n {4}\| 'LongWord0'\n/);
  });
  it('puts a union in a list into parentheses', () => {
    const items = { type: 'string', enum: ['X', 'Y'] };
    assert.match(fields({ a: { type: 'array', items } }), /a\?: \('X' \| 'Y'\)\[\];/);
  });
  it('names an object after its parent and field', () => {
    const inner = { type: 'object', properties: { b: { type: 'object', properties: {} } } };
    assert.match(fields({ a: inner }), /export interface AB \{/);
  });
  it('names the items of a list in the singular', () => {
    const items = { type: 'object', properties: {} };
    assert.match(fields({ sources: { type: 'array', items } }), /sources\?: Source\[\];/);
  });
  it('writes a map as a record', () => {
    const map = { type: 'object', additionalProperties: { type: 'string' } };
    assert.match(fields({ a: map }), /a\?: Record<string, string>;/);
  });
  it('declares an object once that stands in two places', () => {
    const channelRefs = { type: 'array', items: { type: 'object', properties: {} } };
    const text = fields({ a: { type: 'object', properties: { channelRefs } }, channelRefs });
    assert.equal(text.match(/export interface ChannelRef /g)?.length, 1);
  });
  it('refuses one name for two different objects', () => {
    const refs = (properties: object) => ({ type: 'array', items: { type: 'object', properties } });
    const other = { type: 'object', properties: { channelRefs: refs({ x: { type: 'string' } }) } };
    assert.throws(() => fields({ a: other, channelRefs: refs({}) }), /both named ChannelRef/);
  });
  it('refuses a type that it does not know', () => {
    assert.throws(() => fields({ a: { type: 'number' } }), /a: no TypeScript type for 'number'/);
  });
  it('imports what other kinds share with the first', () => {
    const text = generateTypes(crd({ properties: {} }, 'NotificationChannel'));
    assert.match(
      text,
      /^import type \{ ObjectMeta, StatusCondition \} from '\.\/monitorjob\.ts';$/m,
    );
  });
  it('refuses a CRD without a spec', () => {
    const bare = {
      spec: {
        names: { kind: 'A', plural: 'as' },
        versions: [{ schema: { openAPIV3Schema: { properties: {} } } }],
      },
    };
    assert.throws(() => generateTypes(stringify(bare)), /no spec/);
  });
});

describe('writeTypes', () => {
  let folder = '';
  beforeEach(() => {
    folder = `${mkdtempSync(path.join(os.tmpdir(), 'types-'))}/`;
    mkdirSync(`${folder}types`);
    for (const { crd: file } of GENERATED)
      copyFileSync(fileURLToPath(new URL(`../crds/${file}`, import.meta.url)), folder + file);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes files that are missing', () => {
    assert.deepEqual(
      writeTypes(folder),
      GENERATED.map(({ types }) => `crds/${types}`),
    );
  });
  it('changes nothing the second time', () => {
    writeTypes(folder);
    assert.deepEqual(writeTypes(folder), []);
  });
  it('mends a file that somebody edited', () => {
    writeTypes(folder);
    const file = folder + GENERATED[0].types;
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `${text}// edited\n`);
    writeTypes(folder);
    assert.equal(readFileSync(file, 'utf8'), text);
  });
});

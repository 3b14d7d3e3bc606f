import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { ManifestError, MAX_DOCUMENTS, MAX_MANIFEST_CHARS, parseManifests } from './parse.ts';
import { job, secret } from './testing/samples.ts';

const file = 'shop.yaml';
const one = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: b\n`;

function failure(text: string): ManifestError {
  try {
    parseManifests(text, file);
  } catch (error) {
    assert.ok(error instanceof ManifestError, String(error));
    return error;
  }
  throw new Error('the text was taken');
}

describe('parseManifests', () => {
  it('reads several documents in their order', () => {
    const names = parseManifests(`${one('x')}---\n${one('y')}`, file).map(({ name }) => name);
    assert.deepEqual(names, ['x', 'y']);
  });
  it('reads JSON', () => {
    const [parsed] = parseManifests(JSON.stringify(job()), 'x.json');
    assert.deepEqual(parsed?.manifest, job());
  });
  it('skips empty documents and comments', () => {
    assert.equal(parseManifests(`# first\n---\n---\n${one('x')}---\n`, file).length, 1);
  });
  it('finds nothing in an empty file', () => {
    assert.deepEqual(parseManifests('', file), []);
  });
  it('opens List kinds', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [job(), secret()] };
    const kinds = parseManifests(stringify(list), file).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['MonitorJob', 'Secret']);
  });
  it('opens the list that kubectl get prints of one kind', () => {
    const list = {
      apiVersion: 'mon.duckerhub.com/v1alpha1',
      kind: 'MonitorJobList',
      items: [job()],
    };
    assert.equal(parseManifests(stringify(list), file)[0]?.name, 'plan-prices');
  });
  it('says the line where each document begins', () => {
    const lines = parseManifests(`${one('x')}---\n${one('y')}`, file).map(({ line }) => line);
    assert.deepEqual(lines, [1, 8]);
  });
  it('says the line of a field', () => {
    const [, second] = parseManifests(`${one('x')}---\n${one('y')}`, file);
    assert.equal(second?.lineOf('metadata.name'), 11);
  });
  it('says the line of the nearest parent of a field that is not there', () => {
    const [, second] = parseManifests(`${one('x')}---\n${one('y')}`, file);
    assert.equal(second?.lineOf('metadata.labels.team'), 11);
  });
  it('says the line of an item of a list', () => {
    const text = stringify(job({ 'spec.sources': [{ name: 'a' }, { name: 'b' }] }));
    const line = text.split('\n').findIndex((row) => row.includes('name: b')) + 1;
    assert.equal(parseManifests(text, file)[0]?.lineOf('spec.sources[1].name'), line);
  });
  it('says the line of a key with dots in it', () => {
    const text = stringify(job({ 'metadata.labels': { 'example.com/team': 'x' } }));
    const line = text.split('\n').findIndex((row) => row.includes('example.com/team')) + 1;
    assert.equal(
      parseManifests(text, file)[0]?.lineOf('metadata.labels["example.com/team"]'),
      line,
    );
  });
  it('says the line of a field inside a List', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [secret(), job()] };
    const text = stringify(list);
    const line = text.split('\n').findIndex((row) => row.includes('interval')) + 1;
    assert.equal(parseManifests(text, file)[1]?.lineOf('spec.schedule.interval'), line);
  });
  it('names file and line of text that is no YAML', () => {
    assert.match(failure(`${one('x')}---\na: [1,\n`).message, /^shop\.yaml:9: /);
  });
  it('refuses a key that stands twice', () => {
    assert.match(
      failure('apiVersion: v1\nkind: Secret\nkind: Secret\n').message,
      /^shop\.yaml:3: .*unique/,
    );
  });
  it('refuses an unknown kind and guesses the right one', () => {
    assert.match(
      failure('apiVersion: v1\nkind: Monitorjob\n').message,
      /:2: kind: unknown kind "Monitorjob"; did you mean "MonitorJob"\?$/,
    );
  });
  it('lists the known kinds when none is near', () => {
    assert.match(
      failure('apiVersion: apps/v1\nkind: Deployment\n').message,
      /known are MonitorJob, NotificationChannel, Secret, ConfigMap$/,
    );
  });
  it('refuses a known kind of another version', () => {
    assert.match(
      failure('apiVersion: mon.duckerhub.com/v1\nkind: MonitorJob\n').message,
      /:1: apiVersion: must be mon\.duckerhub\.com\/v1alpha1 for a MonitorJob$/,
    );
  });
  it('refuses a document without a kind', () => {
    assert.match(failure('name: x\n').message, /kind: is required/);
  });
  it('refuses a document that is a plain text', () => {
    assert.match(failure('hello\n').message, /shop\.yaml:1: is not an object/);
  });
  it('reports every document that is wrong', () => {
    assert.equal(failure('kind: A\n---\nkind: B\n').problems.length, 2);
  });
  it('refuses aliases that expand to very much', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let index = 1; index < 9; index += 1) {
      const [name, last] = ['abcdefghi'[index], 'abcdefghi'[index - 1]];
      lines.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${last}`).join(',')}]`);
    }
    assert.match(failure(lines.join('\n')).message, /expands too many YAML aliases$/);
  });
  it('takes an alias that is used a few times', () => {
    const text = `${one('x')}  b: &b text\n  c: *b\n`;
    assert.deepEqual(parseManifests(text, file)[0]?.manifest['data'], {
      a: 'b',
      b: 'text',
      c: 'text',
    });
  });
  it('refuses text that is nested very deep', () => {
    assert.match(
      failure(`a: ${'['.repeat(200)}${']'.repeat(200)}`).message,
      /nested deeper than 40/,
    );
  });
  it('survives text that is nested without end', () => {
    assert.ok(failure(`a: ${'['.repeat(100_000)}`).message.length < 10_000);
  });
  it('refuses a file that is too large', () => {
    assert.match(failure('#'.repeat(MAX_MANIFEST_CHARS + 1)).message, /is larger than/);
  });
  it('refuses more documents than it takes', () => {
    const text = Array.from({ length: MAX_DOCUMENTS + 1 }, () => one('x')).join('---\n');
    assert.match(failure(text).message, /more than 500 objects/);
  });
  it('refuses a List with more objects than it takes', () => {
    const items = Array.from({ length: MAX_DOCUMENTS + 1 }, () => ({
      apiVersion: 'v1',
      kind: 'Secret',
    }));
    assert.match(failure(JSON.stringify({ kind: 'List', items })).message, /more than 500 objects/);
  });
  it('keeps words such as no and on as text, as YAML 1.2 does', () => {
    const [parsed] = parseManifests(
      'apiVersion: v1\nkind: ConfigMap\ndata: {a: no, b: on}\n',
      file,
    );
    assert.deepEqual(parsed?.manifest['data'], { a: 'no', b: 'on' });
  });
  it('does not let a document change the prototype of objects', () => {
    parseManifests(`${one('x')}__proto__: {polluted: yes}\n`, file);
    assert.equal('polluted' in {}, false);
  });
  it('gives back any object that was written as YAML', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), word, { noNullPrototype: true }),
        (data) => {
          const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data };
          assert.deepEqual(parseManifests(stringify(object), file)[0]?.manifest, { ...object });
        },
      ),
    );
  });
  it('never throws anything but a ManifestError', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseManifests(text, file);
        } catch (error) {
          assert.ok(error instanceof ManifestError, String(error));
        }
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { stringify } from 'yaml';
import { testSpec } from '../testing/specs.ts';
import { convertImport, ImportError, MAX_ENTRIES } from './index.ts';
import { MAX_IMPORT_CHARS } from './read.ts';
import { watch, watches } from './testing/files.ts';

const job = (name: string) => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name },
  spec: testSpec(),
});

const refused = (text: string, message: RegExp, from?: 'uptimeKuma') =>
  assert.throws(
    () => convertImport(text, 'file', from),
    (error) => error instanceof ImportError && message.test(error.message),
  );

describe('an import', () => {
  it('takes our own manifests as they are', () => {
    const { from, objects } = convertImport(stringify(job('own')), 'own.yaml');
    assert.equal(from, 'duckmon');
    assert.deepEqual(objects[0]?.manifest, job('own'));
  });

  it('leaves Secrets to apply, and shows none of their values', () => {
    const text = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {key: hunter2}\n';
    const report = convertImport(text, 'own.yaml');
    assert.deepEqual(report.objects, []);
    assert.equal(report.skipped[0]?.label, 'secret/s');
    assert.ok(!JSON.stringify(report).includes('hunter'));
  });

  it('says with its line what is wrong with a manifest of ours, and takes the others', () => {
    const text = `${stringify(job('good'))}---\n${stringify({ ...job('bad'), spec: { sources: [] } })}`;
    const { objects, skipped } = convertImport(text, 'own.yaml');
    assert.deepEqual(
      objects.map(({ name }) => name),
      ['good'],
    );
    assert.match(skipped[0]?.why ?? '', /own\.yaml:\d+: spec\.sources/);
  });

  it('says what to do with a zip archive', () => refused('PK\u0003\u0004...', /unpack it/));
  it('says what it can read when it does not know the file', () =>
    refused('{"a": 1}', /of no program that is known here/));
  it('says what is missing when the program was named', () =>
    refused('{"a": 1}', /monitorList: is missing/, 'uptimeKuma'));
  it('refuses what is no JSON', () => refused('{"watching": ', /is not valid JSON/));
  it('refuses what is too large', () =>
    refused(`{"a":"${'x'.repeat(MAX_IMPORT_CHARS)}"}`, /split the file/));
  it('refuses what is nested too deep', () =>
    refused(`${'['.repeat(60)}${']'.repeat(60)}`, /nested deeper than 40/));
  it('refuses more entries than are imported at once', () =>
    refused(watches(...Array.from({ length: MAX_ENTRIES + 1 }, () => watch())), /501 entries/));

  it('takes no field for one that every object has', () => {
    const text = `{"watching": {"a": {"url": "https://a.example/", "__proto__": {"x": 1}, "constructor": "x"}}}`;
    const { objects } = convertImport(text, 'x.json');
    const fields = objects[0]?.notes.map(({ field }) => field) ?? [];
    assert.ok(fields.includes('constructor') && fields.includes('__proto__'));
    assert.equal(({} as { x?: number }).x, undefined);
  });

  it('makes the same of the same', () => {
    const text = watches(watch(), watch({ title: 'b' }));
    assert.deepEqual(convertImport(text, 'x'), convertImport(text, 'x'));
  });

  it('makes only names and manifests that can be created again and again', () => {
    const { objects } = convertImport(watches(watch()), 'x');
    const again = convertImport(
      objects.map(({ manifest }) => stringify(manifest)).join('---\n'),
      'y',
    );
    assert.deepEqual(
      again.objects.map(({ manifest }) => manifest),
      objects.map(({ manifest }) => manifest),
    );
  });
});

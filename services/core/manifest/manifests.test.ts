/** The sample manifests are what people copy: each must be valid. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ManifestObject, parseManifests, validateManifest } from './index.ts';

const folder = fileURLToPath(new URL('../../../manifests/samples/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const parsed = (file: string) => parseManifests(readFileSync(folder + file, 'utf8'), file);
const objects = (file: string): ManifestObject[] =>
  parsed(file).flatMap(({ manifest }) => {
    const result = validateManifest(manifest);
    return result.ok ? [result.object] : [];
  });

describe('manifests/samples', () => {
  for (const file of files) {
    it(`${file} is valid`, () => {
      for (const { manifest } of parsed(file)) {
        const result = validateManifest(manifest);
        assert.deepEqual(result.ok ? [] : result.problems, []);
      }
    });
    it(`${file} says in its first line what it shows`, () => {
      assert.match(readFileSync(folder + file, 'utf8'), /^# .{20,}/);
    });
    it(`${file} has every Secret and ConfigMap that it names`, () => {
      const all = objects(file);
      const stored = new Set(all.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
      const named = JSON.stringify(all).matchAll(
        /"(secretRef|previousSecretRef|configMapKeyRef)":\{"name":"([^"]+)"/g,
      );
      for (const [, ref, name] of named)
        assert.ok(
          stored.has(`${ref === 'configMapKeyRef' ? 'ConfigMap' : 'Secret'}/${name}`),
          name,
        );
    });
    it(`${file} avoids the words that older YAML reads as booleans`, () => {
      assert.doesNotMatch(readFileSync(folder + file, 'utf8'), /(: |- )(y|n|yes|no|on|off)\s*$/im);
    });
  }
  it('watch the demo shop each minute over Auto', () => {
    const [demo] = objects('demo-shop.yaml');
    assert.ok(demo?.kind === 'MonitorJob');
    assert.equal(demo.metadata.name, 'demo-shop');
    assert.equal(demo.spec.schedule.interval, '60s');
    assert.deepEqual(
      [demo.spec.sources[0]?.url, demo.spec.sources[0]?.fetch],
      ['http://127.0.0.1:9180/', 'Auto'],
    );
  });
  it('have names of their own, so that all can be applied together', () => {
    const names = files.flatMap((file) =>
      objects(file).map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    );
    assert.equal(new Set(names).size, names.length);
  });
  it('show each feature once', () => {
    const text = JSON.stringify(files.flatMap(objects));
    for (const word of [
      '"cron"',
      '"windows"',
      '"number"',
      '"percentChange"',
      'jsonpath:',
      '"Feed"',
      '"State"',
      '"promptFrom"',
      '"Webhook"',
      '"Email"',
      '"Slack"',
      '"confirm":{"checks":2',
    ])
      assert.ok(text.includes(word), word);
  });
});

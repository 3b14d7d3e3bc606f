import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chartFiles, chartFolder } from './generate-chart.ts';
import { valueRows } from './lib/chart/readme.ts';
import { root } from './lib/prepare.ts';

describe('what is made of the chart', () => {
  it('is up to date: else run npm run generate', () => {
    for (const [file, text] of chartFiles()) {
      const at = path.join(chartFolder, file);
      assert.ok(existsSync(at), `${file} is missing`);
      assert.equal(readFileSync(at, 'utf8'), text, file);
    }
  });

  it('has no template whose manifest is gone', () => {
    const made = new Set(chartFiles().keys());
    for (const folder of ['crds', 'admission', 'rbac'])
      for (const file of globSync(`templates/${folder}/**/*.yaml`, { cwd: chartFolder }))
        assert.ok(made.has(file), file);
  });

  it('has a schema that is closed everywhere, but for maps of a person’s own', () => {
    const schema = JSON.parse(
      readFileSync(path.join(chartFolder, 'values.schema.json'), 'utf8'),
    ) as unknown;
    const open: string[] = [];
    const look = (value: unknown, at: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { properties, type, additionalProperties } = value as Record<string, unknown>;
      if (properties !== undefined && type === 'object' && additionalProperties !== false)
        open.push(at);
      for (const [name, inner] of Object.entries(value)) look(inner, `${at}/${name}`);
    };
    look(schema, '');
    assert.deepEqual(open, []);
  });

  it('has no value that no template reads', () => {
    const text = globSync('templates/**/*.{yaml,tpl,txt}', { cwd: chartFolder })
      .map((file) => readFileSync(path.join(chartFolder, file), 'utf8'))
      .join('\n');
    const values = valueRows(readFileSync(path.join(chartFolder, 'values.yaml'), 'utf8'));
    assert.ok(values.length > 80);
    const unread = values.filter(({ name }) => !text.includes(name.split('.').at(-1) ?? name));
    assert.deepEqual(
      unread.map(({ name }) => name),
      [],
    );
  });

  it('has the version of the product', () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    const chart = readFileSync(path.join(chartFolder, 'Chart.yaml'), 'utf8');
    assert.match(chart, new RegExp(`^version: ${version}\nappVersion: ${version}$`, 'm'));
  });

  it('has a definition for every kind', () => {
    const crds = [...chartFiles().keys()].filter((file) => file.startsWith('templates/crds/'));
    assert.equal(crds.length, 4);
  });
});

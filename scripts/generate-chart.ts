/** Writes what of `charts/duckmon` is made from other files: templates, schema, table of values. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withValues } from './lib/chart/readme.ts';
import { valuesSchema } from './lib/chart/schema.ts';
import {
  admissionTemplate,
  allNamespacesTemplate,
  crdTemplate,
  rightsTemplate,
  tenantTemplate,
} from './lib/chart/templates.ts';
import { root } from './lib/prepare.ts';

export const chartFolder = path.join(root, 'charts', 'duckmon');

type Make = (source: string, text: string) => string;

/** Folders of manifests, where their templates go, and how they are made. */
const FOLDERS: readonly { from: string; to: string; make: (file: string) => Make }[] = [
  { from: 'crds', to: 'crds', make: () => crdTemplate },
  { from: 'manifests/base/admission', to: 'admission', make: () => admissionTemplate },
  {
    from: 'manifests/base/rbac',
    to: 'rbac',
    make: (file) => (file === 'tenant.yaml' ? tenantTemplate : rightsTemplate),
  },
  {
    from: 'manifests/base/rbac/all-namespaces',
    to: 'rbac/all-namespaces',
    make: () => allNamespacesTemplate,
  },
];

const read = (...parts: string[]): string => readFileSync(path.join(root, ...parts), 'utf8');

/** Every file that is made, by its path in the chart. */
export function chartFiles(): ReadonlyMap<string, string> {
  const templates = FOLDERS.flatMap(({ from, to, make }) =>
    readdirSync(path.join(root, from))
      .filter((file) => file.endsWith('.yaml'))
      .map((file): [string, string] => [
        `templates/${to}/${file}`,
        make(file)(`${from}/${file}`, read(from, file)),
      ]),
  );
  const own = (file: string): string => readFileSync(path.join(chartFolder, file), 'utf8');
  return new Map([
    ...templates,
    ['files/seccomp/chromium.json', read('scripts/lib/cluster/node/seccomp/duckmon/chromium.json')],
    [
      'values.schema.json',
      valuesSchema(own('values.schema.json'), read('crds/monitorplatforms.yaml')),
    ],
    ['README.md', withValues(own('README.md'), own('values.yaml'))],
  ]);
}

/** Writes them anew; returns the files that changed. */
export function writeChart(): string[] {
  return [...chartFiles()].flatMap(([file, text]) => {
    const at = path.join(chartFolder, file);
    if (existsSync(at) && readFileSync(at, 'utf8') === text) return [];
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, text);
    return [`charts/duckmon/${file}`];
  });
}

if (import.meta.main) {
  const changed = writeChart();
  console.log(changed.length === 0 ? 'charts/duckmon: up to date' : `wrote ${changed.join(', ')}`);
}

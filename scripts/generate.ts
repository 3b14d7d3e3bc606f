/** Writes what is made from other files: types of the CRDs, parts of the chart, Prisma's client. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** Prisma only looks for an engine here, it does not run it: any program that exists will do. */
const env = { ...process.env };
env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

function run(script: string, args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) return;
  console.error(`generate: ${path.relative(root, script)} ended with ${status ?? 'a signal'}.`);
  process.exit(1);
}

run(path.join(root, 'scripts/generate-types.ts'), []);
run(path.join(root, 'scripts/generate-chart.ts'), []);
run(path.join(root, 'node_modules/prisma/build/index.js'), [
  'generate',
  '--config',
  'services/store/prisma.config.ts',
]);

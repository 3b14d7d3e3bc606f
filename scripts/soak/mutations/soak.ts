/** Soak `mutations`: each fence is taken down in a copy of the project, and a test must fail. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expectContent, figure } from '../../bench/lib/report.ts';
import { root } from '../../lib/prepare.ts';
import { LAYERS, mutated, type Layer } from '../../testing/netns/mutations/layers.ts';
import type { SoakOptions } from '../lib/options.ts';

const PARTS = ['charts', 'crds', 'operator', 'services', 'scripts', 'manifests', 'package.json'];
const LEFT_OUT = new Set(['node_modules', 'dist']);
const TIMEOUT_MS = 120_000;

/** @param options `count` takes the first so many fences alone. */
export async function soakMutations(
  { count = LAYERS.length }: SoakOptions,
  say: (line: string) => void,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'duckmon-mutations-'));
  const started = performance.now();
  const layers = LAYERS.slice(0, count);
  const survived: string[] = [];
  try {
    copyTo(folder);
    for (const layer of layers) {
      const outcome = await tryLayer(folder, layer);
      say(`  ${outcome.padEnd(8)} ${layer.fence}`);
      if (outcome !== 'missed') survived.push(`${layer.fence} (${outcome})`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const seconds = figure((performance.now() - started) / 1000);
  expectContent(survived.length === 0, `No test misses ${survived.join(', ')}.`);
  say(`${layers.length} fences were taken down in ${seconds} s, and each was missed by a test`);
}

function copyTo(folder: string): void {
  for (const part of PARTS)
    cpSync(path.join(root, part), path.join(folder, part), {
      recursive: true,
      filter: (source) => !LEFT_OUT.has(path.basename(source)),
    });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
}

/** `broken`: the test fails with the fence as well; `unseen`: it passes without it. */
type Outcome = 'missed' | 'unseen' | 'broken';

async function tryLayer(folder: string, layer: Layer): Promise<Outcome> {
  if ((await runTest(folder, layer)) !== 'passed') return 'broken';
  const file = path.join(folder, layer.file);
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, mutated(whole, layer));
  try {
    return (await runTest(folder, layer)) === 'failed' ? 'missed' : 'unseen';
  } finally {
    writeFileSync(file, whole);
  }
}

/** Anything but tests that all pass or of which one fails is an error of its own. */
async function runTest(
  folder: string,
  { test, title }: Layer,
): Promise<'passed' | 'failed' | 'none'> {
  const mocha = path.join(folder, 'node_modules/mocha/bin/mocha.js');
  const args = ['--no-config', '--no-package', '--extension', 'ts', '--timeout', `${TIMEOUT_MS}`];
  const child = spawn(process.execPath, [mocha, ...args, '--fgrep', title, test], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await text(child.stdout);
  if (/^\s*\d+ failing$/m.test(said)) return 'failed';
  return /^\s*[1-9]\d* passing/m.test(said) ? 'passed' : 'none';
}

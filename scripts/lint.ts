/** Checks format, types, common mistakes and the project's own rules; ends with 1 on any finding. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { violations, type Finding } from './lint/dependencies.ts';
import { long, narrowedTests, strangers, tooLong } from './lint/shape.ts';
import { readSource, type Source } from './lint/source.ts';

const root = path.resolve(import.meta.dirname, '..');
const folders = ['crds/types', 'operator', 'services', 'scripts'].filter((folder) =>
  existsSync(path.join(root, folder)),
);
const SKIPPED = new Set(['node_modules', 'generated', 'dist']);

interface Tool {
  readonly name: string;
  readonly args: readonly string[];
}

const tools: readonly Tool[] = [
  { name: 'oxfmt', args: ['-c', 'scripts/oxfmtrc.json', '--check', ...folders] },
  { name: 'oxlint', args: ['-c', 'scripts/oxlintrc.json', '--quiet', ...folders] },
  { name: 'tsc', args: ['--noEmit', '--pretty', 'false'] },
];

/** Runs a tool of node_modules; shows what it says only when it found something. */
async function runTool({ name, args }: Tool): Promise<boolean> {
  const file = path.join(root, 'node_modules/.bin', name);
  const child = spawn(process.execPath, [file, ...args], { cwd: root });
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const code = await promise;
  if (code !== 0) process.stdout.write(`${name}:\n${said}\n`);
  return code === 0;
}

function readSources(): Source[] {
  const walk = (folder: string): string[] =>
    readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const at = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(at);
      return /\.tsx?$/.test(entry.name) ? [at] : [];
    });
  return ['crds', ...folders.filter((folder) => folder !== 'crds/types')]
    .flatMap(walk)
    .map((file) => readSource(file, readFileSync(path.join(root, file), 'utf8')));
}

function ownRules(): { readonly wrong: Finding[]; readonly warned: Finding[] } {
  const sources = readSources();
  const ignored = readFileSync(path.join(root, '.gitignore'), 'utf8').split('\n');
  return {
    wrong: [
      ...violations(sources),
      ...tooLong(sources),
      ...narrowedTests(sources),
      ...strangers(readdirSync(root), ignored),
    ],
    warned: long(sources),
  };
}

const show = ({ path: file, line, message }: Finding, kind: string): void => {
  process.stdout.write(`${file}:${line}: ${kind}: ${message}\n`);
};

const running = Promise.all(tools.map(runTool));
const { wrong, warned } = ownRules();
warned.forEach((finding) => show(finding, 'warning'));
wrong.forEach((finding) => show(finding, 'error'));
const clean = (await running).every(Boolean) && wrong.length === 0;
process.stdout.write(clean ? 'lint: clean\n' : 'lint: findings, see above\n');
process.exitCode = clean ? 0 : 1;

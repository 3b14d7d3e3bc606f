/** Runs every test, or the part that the words name; ends with `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  debianPackages,
  installDebianPackages,
  prepare,
  PrepareError,
  root,
} from './lib/prepare.ts';
import { selectTests, type Selection } from './lib/selection.ts';

const HELP = `Usage: ./scripts/test [WORD ...]

Runs the lint step and all tests; with words only a part of the tests:
  a word that names a folder or file (domain, services/llm, crds/crds.test.ts) runs what lies in it,
  any other word runs the tests whose title contains it (C27, 'defect:').

Least branch coverage of services/domain: 95 %. Ends with a line "N passed, N failed".
`;

interface Tally {
  passed: number;
  failed: number;
}

const say = (line: string): void => {
  process.stderr.write(`duckmon: ${line}\n`);
};

const toolPath = (tool: string): string => path.join(root, 'node_modules/.bin', tool);

/** Runs a tool of the project, passes its output on, and counts mocha's closing lines. */
async function runTool(tool: string, args: readonly string[], tally: Tally): Promise<number> {
  const child = spawn(process.execPath, [toolPath(tool), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    process.stdout.write(chunk);
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) countLine(line, tally);
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('close', (code) => resolve(code ?? 1));
  return promise;
}

function countLine(line: string, tally: Tally): void {
  tally.passed += Number(/^\s+(\d+) passing/.exec(line)?.[1] ?? 0);
  tally.failed += Number(/^\s+(\d+) failing/.exec(line)?.[1] ?? 0);
}

const mochaArgs = (files: readonly string[], titles: readonly string[]): string[] => [
  '--no-config',
  '--no-package',
  '--extension=ts',
  '--timeout=20000',
  '--reporter=dot',
  ...titles.flatMap((title) => ['--grep', title]),
  ...files,
];

/**
 * One part of the run; an exit without a failing test that is not 0 counts as a failed one.
 * @param selected only some titles were asked for, so that a part may have none
 */
async function runPart(
  name: string,
  tool: string,
  args: readonly string[],
  tally: Tally,
  selected: boolean,
): Promise<void> {
  say(`${name} ...`);
  const started = performance.now();
  const before = { ...tally };
  const code = await runTool(tool, args, tally);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const ran = tally.passed + tally.failed > before.passed + before.failed;
  // A part that ran nothing proves nothing, whatever its exit code says.
  if ((code !== 0 && tally.failed === before.failed) || !(ran || selected)) {
    tally.failed += 1;
    say(`${name} failed (exit ${code}${ran ? '' : ', no test ran'}) after ${seconds} s`);
    return;
  }
  say(`${name}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
}

async function lint(tally: Tally): Promise<void> {
  say('lint ...');
  const child = spawn(process.execPath, [path.join(root, 'scripts/lint.ts')], {
    cwd: root,
    stdio: 'inherit',
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('close', (code) => resolve(code ?? 1));
  if ((await promise) === 0) tally.passed += 1;
  else tally.failed += 1;
}

async function runAll(selection: Selection, tally: Tally): Promise<void> {
  const part = (name: string, tool: string, args: readonly string[]): Promise<void> =>
    runPart(name, tool, args, tally, selection.titles.length > 0);
  if (selection.whole) await lint(tally);
  const domain = selection.files.filter((file) => file.startsWith('services/domain/'));
  const others = selection.files.filter((file) => !file.startsWith('services/domain/'));
  if (domain.length > 0) {
    const mocha = mochaArgs(domain, selection.titles);
    const coverage = [
      '--check-coverage',
      '--branches=95',
      '--lines=0',
      '--functions=0',
      '--statements=0',
    ];
    const c8 = [
      '--include=services/domain/**',
      '--exclude=**/*.test.ts',
      '--reporter=text-summary',
      ...coverage,
    ];
    if (selection.whole)
      await part('domain with coverage', 'c8', [
        ...c8,
        process.execPath,
        toolPath('mocha'),
        ...mocha,
      ]);
    else await part('domain', 'mocha', mocha);
  }
  for (const [name, files] of groupByFolder(others))
    await part(name, 'mocha', mochaArgs(files, selection.titles));
}

/** Files by `crds`, `scripts` or `services/<name>`, so that each group has a process of its own. */
function groupByFolder(files: readonly string[]): [string, string[]][] {
  const groups = Map.groupBy(files, (file) => {
    const [top = '', second = ''] = file.split('/');
    return top === 'services' ? `${top}/${second}` : top;
  });
  return [...groups.entries()];
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = args.find((arg) => arg.startsWith('-'));
  if (unknown !== undefined) {
    say(`unknown flag ${unknown}; see ./scripts/test --help`);
    return 2;
  }
  installDebianPackages(debianPackages(), say, 'always');
  prepare(say);
  const selection = selectTests(root, args);
  if (selection.files.length === 0 || !existsSync(path.join(root, 'node_modules'))) {
    say('no test matches');
    return 2;
  }
  const tally: Tally = { passed: 0, failed: 0 };
  await runAll(selection, tally);
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
  return tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

/** Runs every test, or the part that the words name; ends with `N passed, N failed`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  debianPackages,
  installDebianPackages,
  prepare,
  PrepareError,
  root,
} from './lib/prepare.ts';
import { SetupError } from '../services/core/errors.ts';
import { layerOf, prepareLayers, readWords } from './lib/layers.ts';
import { beginPart, type Part, type Results } from './lib/results.ts';
import { selectTests, type Selection } from './lib/selection.ts';

const HELP = `Usage: ./scripts/test [--without cluster] [--without node] [--grep PATTERN] [WORD ...]

Runs the lint step and all tests; with words only a part of the tests:
  a word that names a folder or file (domain, services/llm, crds/crds.test.ts) runs what lies in it,
  any other word runs the tests whose title contains it (C27, 'defect:').

Tests in files named cluster.test.ts need a Kubernetes API server; where it comes from says
./scripts/cluster --help (the first time it is built, which takes about 10 minutes).
Tests in files named node.test.ts run a whole node, and need root and Linux.
--grep PATTERN runs the tests whose title matches a regular expression, such as '(^| )[AB][0-9]+ '.
--without cluster and --without node leave these tests out, and say so at the end.

Least branch coverage of services/domain and operator/src: 95 %. Ends with what failed, again, and "N passed, N failed".
`;

interface Run {
  readonly results: Results;
  /** Variables of the tests beside our own. */
  readonly env: Readonly<Record<string, string>>;
}

/** Folders whose tests count how much of them they run. */
const COVERED: readonly { readonly name: string; readonly folder: string }[] = [
  { name: 'domain', folder: 'services/domain' },
  { name: 'operator', folder: 'operator/src' },
];
const LEAST_BRANCHES = 95;

const say = (line: string): void => {
  process.stderr.write(`duckmon: ${line}\n`);
};

const toolPath = (tool: string): string => path.join(root, 'node_modules/.bin', tool);

/** Runs a tool of the project, and passes its output on and to the part that it is. */
async function runTool(
  tool: string,
  args: readonly string[],
  part: Part,
  env: Run['env'],
): Promise<number> {
  const child = spawn(process.execPath, [toolPath(tool), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // a group of its own, so that all of it can be ended
    detached: true,
    env: { ...process.env, ...env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  const group = endable(child);
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    process.stdout.write(chunk);
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (part.line(line)) group.expectEnd();
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('close', (code) => {
    group.ended();
    resolve(code ?? 1);
  });
  return promise;
}

/** Tests that are through and whose process lives on have left something open. */
const LEFTOVER_MS = 60_000;

/** Ends a tool with all its children: on Ctrl-C, and when it does not end after its result. */
function endable(child: ChildProcess): { expectEnd(): void; ended(): void } {
  const end = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  };
  const pass = (signal: NodeJS.Signals): void => {
    end(signal);
    process.exit(130);
  };
  process.on('SIGINT', pass).on('SIGTERM', pass);
  let timer: NodeJS.Timeout | undefined;
  return {
    expectEnd: () => {
      timer ??= setTimeout(() => {
        say('its tests are through, but something they left open keeps the process; ending it');
        end('SIGKILL');
      }, LEFTOVER_MS);
    },
    ended: () => {
      clearTimeout(timer);
      process.off('SIGINT', pass).off('SIGTERM', pass);
    },
  };
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
 * One part of the run.
 * @param selected only some titles were asked for, so that a part may have none
 */
async function runPart(
  name: string,
  tool: string,
  args: readonly string[],
  run: Run,
  selected: boolean,
): Promise<void> {
  say(`${name} ...`);
  const started = performance.now();
  const part = beginPart(name, run.results);
  const code = await runTool(tool, args, part, run.env);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const problem = part.end(code, selected);
  if (problem !== undefined) say(`${name} failed (${problem}) after ${seconds} s`);
  else say(`${name}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
}

async function lint(results: Results): Promise<void> {
  say('lint ...');
  const child = spawn(process.execPath, [path.join(root, 'scripts/lint.ts')], {
    cwd: root,
    stdio: 'inherit',
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('close', (code) => resolve(code ?? 1));
  if ((await promise) === 0) results.passed += 1;
  else {
    results.failed += 1;
    results.failures.push('lint: see its lines at the beginning');
  }
}

const isIn = (folder: string, file: string): boolean => file.startsWith(`${folder}/`);

const coverageOf = (folder: string): string[] => [
  `--include=${folder}/**`,
  '--exclude=**/*.test.ts',
  '--exclude=**/testing/**',
  '--exclude=**/testing.ts',
  '--reporter=text-summary',
  '--check-coverage',
  `--branches=${LEAST_BRANCHES}`,
  '--lines=0',
  '--functions=0',
  '--statements=0',
];

async function runAll(selection: Selection, run: Run): Promise<void> {
  const part = (name: string, tool: string, args: readonly string[]): Promise<void> =>
    runPart(name, tool, args, run, selection.titles.length > 0);
  if (selection.whole) await lint(run.results);
  for (const { name, folder } of COVERED) {
    const files = selection.files.filter((file) => isIn(folder, file));
    if (files.length === 0) continue;
    const mocha = mochaArgs(files, selection.titles);
    const counted = [...coverageOf(folder), process.execPath, toolPath('mocha'), ...mocha];
    if (selection.whole) await part(`${name} with coverage`, 'c8', counted);
    else await part(name, 'mocha', mocha);
  }
  const others = selection.files.filter(
    (file) => !COVERED.some(({ folder }) => isIn(folder, file)),
  );
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
  const { words, without, patterns, problem } = readWords(args);
  if (problem !== undefined) {
    say(`${problem}; see ./scripts/test --help`);
    return 2;
  }
  installDebianPackages(debianPackages(), say, 'always');
  prepare(say);
  const all = selectTests(root, words, patterns);
  const isLeftOut = (file: string): boolean => without.some((layer) => layer === layerOf(file));
  const selection = { ...all, files: all.files.filter((file) => !isLeftOut(file)) };
  if (selection.files.length === 0 || !existsSync(path.join(root, 'node_modules'))) {
    say('no test matches');
    return 2;
  }
  const env = await prepareLayers(selection.files, say);
  const results: Results = { passed: 0, failed: 0, failures: [] };
  await runAll(selection, { results, env });
  const leftOut = all.files.filter(isLeftOut);
  if (leftOut.length > 0) say(`left out: ${leftOut.join(', ')}`);
  for (const failure of results.failures) process.stdout.write(`\n${failure}\n\n`);
  process.stdout.write(`${results.passed} passed, ${results.failed} failed\n`);
  return results.failed === 0 && results.passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof PrepareError || error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

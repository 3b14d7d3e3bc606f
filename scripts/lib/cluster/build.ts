/** Builds the programs of the cluster from their Go modules, once each, and says how far it is. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Clock } from '../../../services/core/clock.ts';
import { SetupError } from '../../../services/core/errors.ts';
import { installDebianPackages } from '../prepare.ts';
import { findGo } from './go.ts';
import { withLock } from './lock.ts';
import {
  buildArguments,
  RECIPES,
  wrapperModule,
  type C,
  type Program,
  type Recipe,
} from './recipes.ts';
import { clusterCache, type Environment } from './source.ts';

export interface BuildDeps {
  readonly env: Environment;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** Installs Debian packages where it may, and returns those that are still missing. */
  readonly install?: (names: readonly string[]) => readonly string[];
}

const PROGRESS_MS = 30_000;
/** Lines of the compiler that are shown when it fails. */
const LAST_LINES = 15;

const run = promisify(execFile);

/**
 * Builds those of `programs` that the cache does not have in the wanted version.
 * @returns the folder of the programs.
 * @throws SetupError when there is no Go, or when it fails.
 */
export async function buildPrograms(
  programs: readonly Program[],
  deps: BuildDeps,
): Promise<string> {
  const folder = path.join(clusterCache(deps.env), 'bin');
  const stale = (): Program[] => programs.filter((program) => !isBuilt(program, deps.env));
  if (stale().length === 0) return folder;
  const go = findGo(deps.env, deps.say);
  const wait = (pid: number): void =>
    deps.say(`process ${pid} is building these programs; waiting for it ...`);
  await withLock(path.join(clusterCache(deps.env), 'lock'), deps.clock, wait, async () => {
    const names = stale();
    if (names.length === 0) return;
    deps.say(
      `building ${names.join(', ')} into ${folder} (once; minutes when Go's caches are empty)`,
    );
    for (const program of names) await build(program, go, deps);
  });
  return folder;
}

/** Whether the cache has a program, built by the recipe of now. */
export function isBuilt(program: Program, env: Environment): boolean {
  const stamp = stampOf(program, env);
  return (
    existsSync(path.join(clusterCache(env), 'bin', program)) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === JSON.stringify(RECIPES[program])
  );
}

const stampOf = (program: Program, env: Environment): string =>
  path.join(clusterCache(env), 'built', `${program}.json`);

async function build(program: Program, go: string, deps: BuildDeps): Promise<void> {
  const recipe: Recipe = RECIPES[program];
  const cache = clusterCache(deps.env);
  const module = path.join(cache, 'modules', program);
  const output = path.join(cache, 'bin', program);
  const partial = `${output}.partial`;
  rmSync(module, { recursive: true, force: true });
  for (const folder of [module, path.dirname(output), path.dirname(stampOf(program, deps.env))])
    mkdirSync(folder, { recursive: true });
  const environment = goEnvironment(recipe, deps.env);
  if (recipe.c !== undefined) requirePackages(program, recipe.c, deps);
  const original = recipe.staging === undefined ? '' : await download(recipe, go, environment);
  writeFileSync(path.join(module, 'go.mod'), wrapperModule(recipe, original));
  const started = deps.clock.monotonic();
  await compile(program, [go, ...buildArguments(recipe, partial)], module, environment, deps);
  renameSync(partial, output);
  // Written last: a build that was broken off is made anew.
  writeFileSync(stampOf(program, deps.env), JSON.stringify(recipe));
  deps.say(`built ${program} ${recipe.version} ${after(deps.clock.monotonic() - started)}`);
}

/** The person's own settings of Go count, but for those that change what is built or from where. */
const goEnvironment = (recipe: Recipe, env: Environment): Record<string, string | undefined> => ({
  ...env,
  CGO_ENABLED: recipe.c === undefined ? '0' : '1',
  GOFLAGS: '',
  GOWORK: 'off',
  GOOS: undefined,
  GOARCH: undefined,
});

/** Installs what a program needs of C; where that is not possible the compiler says what it lacks. */
function requirePackages(program: Program, { packages }: C, { say, install }: BuildDeps): void {
  const missing = install?.(packages) ?? installDebianPackages(packages, say, 'always');
  if (missing.length > 0)
    say(`${program} is partly C; if it does not build, install ${missing.join(', ')}`);
}

/** Fetches a module and reads its own `go.mod`. */
async function download(
  { module, version }: Recipe,
  go: string,
  env: Record<string, string | undefined>,
): Promise<string> {
  try {
    const args = ['mod', 'download', '-json', `${module}@v${version}`];
    const { stdout } = await run(go, args, { env, cwd: '/' });
    const { GoMod: file } = JSON.parse(stdout) as { GoMod: string };
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SetupError(
      `Go could not fetch ${module} ${version}; check the network and GOPROXY, and run this again. ${String(cause)}`,
      { cause },
    );
  }
}

/** Runs the compiler in a folder; it names each package on a line of its own. */
async function compile(
  program: Program,
  [go = '', ...args]: readonly string[],
  cwd: string,
  env: Record<string, string | undefined>,
  { clock, say }: BuildDeps,
): Promise<void> {
  const child = spawn(go, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const started = clock.monotonic();
  const last: string[] = [];
  let packages = 0;
  let toldAt = started;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!line.startsWith('go: ')) packages += 1;
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    const now = clock.monotonic();
    if (now - toldAt < PROGRESS_MS) return;
    toldAt = now;
    say(`  ${program}: ${packages} packages compiled ${after(now - started)} ...`);
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const code = await promise;
  if (code === 0) return;
  throw new SetupError(`Go could not build ${program} (exit ${code}):\n${last.join('\n')}`);
}

const after = (milliseconds: number): string => `after ${Math.round(milliseconds / 1000)} s`;

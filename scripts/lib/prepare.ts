/** Makes a checkout ready to run: packages, generated code, the dashboard's page. Uses only Node. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
const modules = path.join(root, 'node_modules');

/** A set-up step that failed, with the next step for the person. */
export class PrepareError extends Error {
  override name = 'PrepareError';
}

type Say = (line: string) => void;

/** A step that is skipped while what it was made from is unchanged. */
interface Step {
  readonly name: string;
  /** Files and folders that decide whether the step must run again. */
  readonly inputs: readonly string[];
  /** Must exist for the step to count as done. */
  readonly output: string;
  readonly run: () => void;
}

/** Installs, generates and builds what is missing or stale; says each thing that it does. */
export function prepare(say: Say): void {
  for (const step of steps()) runStep(step, say);
}

const steps = (): Step[] => [
  {
    name: 'Installing packages (npm ci)',
    inputs: ['package-lock.json'],
    output: path.join(modules, '.package-lock.json'),
    run: installPackages,
  },
  {
    name: 'Generating the database client',
    inputs: ['services/store/schema.prisma'],
    output: path.join(root, 'services/store/generated'),
    run: () => runNode('scripts/generate.ts'),
  },
  {
    name: 'Building the dashboard',
    inputs: ['services/dashboard/web'],
    output: path.join(root, 'services/dashboard/dist/index.html'),
    run: () => runNode('services/dashboard/build.ts'),
  },
];

function runStep(step: Step, say: Say): void {
  const stampFolder = path.join(root, '.cache/stamps');
  const stampFile = path.join(stampFolder, step.name.replaceAll(/\W+/g, '-').toLowerCase());
  const wanted = hashOf(step.inputs.map((input) => path.join(root, input)));
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  if (stamp === wanted && existsSync(step.output)) return;
  say(`${step.name} ...`);
  step.run();
  if (!existsSync(step.output))
    throw new PrepareError(`${step.name} made nothing; see the lines above.`);
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(stampFile, wanted);
}

function installPackages(): void {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.error)
    throw new PrepareError(
      'npm is not installed; install Node 20 or newer with npm and run this again.',
    );
  if (result.status !== 0)
    throw new PrepareError('npm ci failed; check the network and run this again.');
  linkBin();
}

/** `npx duckmon` finds the project's own command among the installed ones. */
function linkBin(): void {
  const link = path.join(modules, '.bin/duckmon');
  rmSync(link, { force: true });
  symlinkSync('../../scripts/duckmon.mjs', link);
}

function runNode(script: string): void {
  const result = spawnSync(process.execPath, [path.join(root, script)], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) throw new PrepareError(`${script} failed; see the lines above.`);
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (file: string): void => {
    if (statSync(file).isDirectory()) {
      for (const name of readdirSync(file).toSorted()) add(path.join(file, name));
      return;
    }
    hash.update(`${path.relative(root, file)}\n`).update(readFileSync(file));
  };
  paths.filter((file) => existsSync(file)).forEach(add);
  return hash.digest('hex');
}

/** The Debian packages that the product and its tests use. */
export function debianPackages(): string[] {
  return readFileSync(path.join(root, 'scripts/packages.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

/** Those of `packages` that dpkg does not know as installed. */
export function missingPackages(packages: readonly string[]): string[] {
  return packages.filter((name) => {
    const asked = spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' });
    return asked.status !== 0 || !asked.stdout.includes('install ok installed');
  });
}

/**
 * Installs missing Debian packages when this is root on a Debian-like machine.
 * @param ask `once` does not ask again for what this machine did not offer before
 * @returns the packages that are still missing.
 */
export function installDebianPackages(
  packages: readonly string[],
  say: Say,
  ask: 'once' | 'always',
): string[] {
  if (!existsSync('/usr/bin/dpkg-query')) return [...packages];
  const missing = missingPackages(packages);
  if (missing.length === 0 || process.getuid?.() !== 0) return missing;
  const stampFile = path.join(root, '.cache/stamps/debian-packages-refused');
  const refused = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  if (ask === 'once' && refused === missing.join('\n')) return missing;
  say(`Installing ${missing.join(', ')} (apt-get) ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    const options = { env, stdio: ['ignore', 'ignore', 2] as ['ignore', 'ignore', 2] };
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', ...missing],
      options,
    );
  } catch {
    say('apt-get could not install them; going on without.');
  }
  const left = missingPackages(packages);
  if (left.length > 0) {
    mkdirSync(path.dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, left.join('\n'));
  }
  return left;
}

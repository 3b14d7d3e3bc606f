/** Installs changedetection.io, which two benches are held against, into the cache folder once. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupError } from '../../../services/core/errors.ts';

/** The version that the targets name. */
export const VERSION = '0.60.10';

const PYTHON = 'python3';

/** The folder outside the checkout in which the benches keep what they fetch. */
export const benchCache = (env: NodeJS.ProcessEnv): string =>
  path.join(
    env['DUCKMON_CACHE'] ??
      path.join(env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'duckmon'),
    'bench',
  );

/**
 * Installs it with pip into a virtual environment of its own, unless it is there.
 * @returns the program to start.
 * @throws SetupError when Python or pip is missing, or the package cannot be fetched.
 */
export function installChangedetection(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): string {
  const folder = path.join(benchCache(env), `changedetection-${VERSION}`);
  const program = path.join(folder, 'bin', 'changedetection.io');
  // Written last: an installation that was broken off is made anew.
  const stamp = path.join(folder, 'installed');
  if (existsSync(stamp)) return program;
  say(`fetching changedetection.io ${VERSION} with pip into ${folder} (about a minute, once) ...`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  runStep(
    [PYTHON, '-m', 'venv', folder],
    'Python 3 with its venv module is missing; install it (Debian: python3-venv) and run this again.',
  );
  runStep(
    [
      path.join(folder, 'bin', 'python'),
      '-m',
      'pip',
      'install',
      '--disable-pip-version-check',
      '-q',
      `changedetection.io==${VERSION}`,
    ],
    `pip could not install changedetection.io ${VERSION}; see the lines above, check the network and run this again.`,
  );
  writeFileSync(stamp, `${VERSION}\n`);
  return program;
}

function runStep([command = '', ...args]: readonly string[], otherwise: string): void {
  const { error, status } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (error || status !== 0) throw new SetupError(otherwise);
}

/** Installs Crawlee, against which a bench is held, into the cache folder once. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../../../services/core/errors.ts';
import { benchCache } from '../changedetection/install.ts';

export const CRAWLEE = '3.18.1';
/** The one that we have as well. */
const PLAYWRIGHT = '1.65.1';

/**
 * @returns the folder in which `@crawlee/playwright` is found.
 * @throws SetupError when npm cannot fetch it.
 */
export function installCrawlee(env: NodeJS.ProcessEnv, say: (line: string) => void): string {
  const folder = path.join(benchCache(env), `crawlee-${CRAWLEE}`);
  const mark = path.join(folder, 'installed');
  if (existsSync(mark)) return folder;
  say(`installing Crawlee ${CRAWLEE} into ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
  const wanted = [`@crawlee/playwright@${CRAWLEE}`, `playwright@npm:playwright-core@${PLAYWRIGHT}`];
  const { status, stderr, error } = spawnSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...wanted],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status !== 0)
    throw new SetupError(
      `Crawlee ${CRAWLEE} could not be installed: ${error?.message ?? stderr.trim().split('\n').at(-1)}; see that npm can reach its registry.`,
    );
  writeFileSync(mark, '');
  return folder;
}

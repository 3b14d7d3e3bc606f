/** Finds a Chromium on this machine. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../../core/errors.ts';
import type { Environment } from '../../core/config.ts';
import { unpackBundled, bundledFolder } from './bundled.ts';

/** A browser that can be started. */
export interface ChromiumProgram {
  readonly file: string;
  /** Folder of libraries that the program brings along. */
  readonly libraries?: string | undefined;
  /** Configuration of the fonts that it brings along. */
  readonly fontConfig?: string | undefined;
}

/** Cheapest first: the headless shell needs a third of the CPU time of a full browser. */
const NAMES = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
];

const MAC_APPLICATIONS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * `CHROMIUM_PATH`, else a usual name on the path, else the copy of the npm package.
 * @param cache folder in which the npm package's copy is unpacked.
 * @throws SetupError with the next step when there is none.
 */
export async function findChromium(env: Environment, cache: string): Promise<ChromiumProgram> {
  const given = env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') {
    if (isExecutable(given)) return { file: given };
    throw new SetupError(
      `CHROMIUM_PATH names ${given}, which is not a program; correct it, or unset it to search.`,
    );
  }
  const found = candidates(env).find(isExecutable);
  if (found !== undefined) return { file: found };
  const bundle = bundledFolder();
  if (bundle !== undefined) return unpackBundled(bundle, cache);
  throw new SetupError(
    'No Chromium was found; install chromium-headless-shell (Debian, Ubuntu) or Chromium, or set CHROMIUM_PATH.',
  );
}

function candidates(env: Environment): string[] {
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const named = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return process.platform === 'darwin' ? [...named, ...MAC_APPLICATIONS] : named;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

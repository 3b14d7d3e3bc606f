/** The product's part of an image: its packages, its sources, and Node. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../../../services/core/errors.ts';

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Where the product lies in an image; pods start there. */
export const APPLICATION = 'app';

/** What decides which packages are installed. */
const PACKAGES = ['package.json', 'package-lock.json', '.npmrc'] as const;
const SOURCES = ['crds', 'operator', 'services', 'package.json', 'LICENSE'] as const;
/** What is not needed to run: tests and what they use, the page before it is built, its compiler's settings. */
const LEFT_OUT =
  /(^|\/)(testing|node_modules|dist\/assets\/\.vite)(\/|$)|\.test\.ts$|(^|\/)testing\.ts$|^services\/dashboard\/web(\/|$)|\.md$/;

/** Whether a file of the checkout goes into an image. */
export const isSource = (file: string): boolean => !LEFT_OUT.test(file);

/** The packages of production. */
export interface Modules {
  /** Of the layer. */
  readonly folder: string;
  /** What npm says of them, a CycloneDX document. */
  readonly bom: string;
}

/**
 * Packages that no image needs. Those of development are taken out by name, since some are wanted by
 * others when they are there (peers), and then npm installs them in spite of --omit=dev.
 */
const UNWANTED = ['devDependencies', 'optionalDependencies.@sparticuz/chromium'] as const;

/**
 * Installs what production needs, once for each lock file.
 * @throws SetupError when npm fails.
 */
export async function installModules(root: string, cache: string): Promise<Modules> {
  const key = createHash('sha256');
  for (const name of PACKAGES) key.update(readFileSync(path.join(root, name)));
  const kept = path.join(cache, `modules-${key.digest('hex').slice(0, 16)}`);
  const modules = { folder: path.join(kept, 'layer'), bom: path.join(kept, 'bom.json') };
  if (existsSync(kept)) return modules;
  const partial = `${kept}.partial`;
  const application = path.join(partial, 'layer', APPLICATION);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(application, { recursive: true });
  for (const name of PACKAGES) copyFileSync(path.join(root, name), path.join(application, name));
  await npm(application, 'pkg', 'delete', ...UNWANTED);
  // Takes them out of the lock file; the versions of the others stay.
  await npm(application, 'install', '--package-lock-only');
  await npm(application, 'ci');
  const bom = await npm(application, 'sbom', '--sbom-format=cyclonedx');
  writeFileSync(path.join(partial, 'bom.json'), bom);
  for (const name of PACKAGES) rmSync(path.join(application, name));
  renameSync(partial, kept);
  return modules;
}

/** @returns what it printed. */
async function npm(folder: string, ...args: readonly string[]): Promise<string> {
  try {
    const options = { cwd: folder, maxBuffer: MAX_OUTPUT };
    const { stdout } = await run('npm', [...args, '--ignore-scripts'], options);
    return stdout;
  } catch (cause) {
    throw new SetupError(
      `npm ${args.join(' ')} failed; check the network and run this again. ${String(cause)}`,
      { cause },
    );
  }
}

/** Copies the sources, which Node runs as they are. */
export function copySources(root: string, folder: string): void {
  for (const name of SOURCES)
    cpSync(path.join(root, name), path.join(folder, APPLICATION, name), {
      recursive: true,
      filter: (source) => isSource(path.relative(root, source)),
    });
}

/** Puts the Node that runs this into a layer. */
export function copyNode(folder: string): void {
  const target = path.join(folder, 'usr', 'local', 'bin', 'node');
  mkdirSync(path.dirname(target), { recursive: true });
  copyFileSync(process.execPath, target);
}

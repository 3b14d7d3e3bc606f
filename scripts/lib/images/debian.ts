/** Fetches Debian packages and takes out of them what an image needs; nothing is installed. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../../../services/core/errors.ts';

const run = promisify(execFile);

/** A package as this machine's Debian offers it now. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Hexadecimal, of the package's file. */
  readonly sha256: string;
}

/**
 * What apt offers under the names.
 * @throws SetupError when this is no Debian, or when it has no such package.
 */
export async function findPackages(names: readonly string[]): Promise<DebianPackage[]> {
  const said = await run('apt-cache', ['show', '--no-all-versions', ...names]).catch(
    (cause: unknown) => {
      throw new SetupError(
        `The images are made of Debian packages, and apt-cache does not have them all (on Debian: apt-get update). Elsewhere build them with Docker: scripts/lib/images/*.Dockerfile. ${String(cause)}`,
        { cause },
      );
    },
  );
  const found = parsePackages(said.stdout);
  return names.map((name) => {
    const one = found.find((candidate) => candidate.name === name);
    if (one === undefined)
      throw new SetupError(
        `apt does not offer ${name}; the images are known to build on Debian 12. Elsewhere build them with Docker: scripts/lib/images/*.Dockerfile.`,
      );
    return one;
  });
}

/** Reads what `apt-cache show` prints. */
export function parsePackages(text: string): DebianPackage[] {
  return text
    .split('\n\n')
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => {
      const field = (name: string): string =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1] ?? '';
      return {
        name: field('Package'),
        version: field('Version'),
        architecture: field('Architecture'),
        sha256: field('SHA256'),
      };
    });
}

/**
 * The files of packages, from a folder that keeps them or from Debian.
 * @returns their paths, in the order of the packages.
 * @throws SetupError when one cannot be fetched, or is not what Debian signed.
 */
export async function fetchPackages(
  packages: readonly DebianPackage[],
  cache: string,
): Promise<string[]> {
  mkdirSync(cache, { recursive: true });
  const fileOf = ({ sha256 }: DebianPackage): string => path.join(cache, `${sha256}.deb`);
  const missing = packages.filter((one) => !existsSync(fileOf(one)));
  if (missing.length > 0) await download(missing, cache, fileOf);
  return packages.map(fileOf);
}

async function download(
  packages: readonly DebianPackage[],
  cache: string,
  fileOf: (one: DebianPackage) => string,
): Promise<void> {
  const work = path.join(cache, 'partial');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  try {
    await run(
      'apt-get',
      ['download', ...packages.map(({ name, version }) => `${name}=${version}`)],
      {
        cwd: work,
      },
    );
    const files = readdirSync(work).map((name) => path.join(work, name));
    const byDigest = new Map(files.map((file) => [sha256(file), file]));
    for (const one of packages) {
      const file = byDigest.get(one.sha256);
      if (file === undefined)
        throw new SetupError(`${one.name} ${one.version} came with another digest than it should.`);
      await run('mv', [file, fileOf(one)]);
    }
  } catch (cause) {
    if (cause instanceof SetupError) throw cause;
    throw new SetupError(
      `apt-get could not download ${packages.map(({ name }) => name).join(', ')}; check the network, run apt-get update, and run this again. ${String(cause)}`,
      { cause },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const sha256 = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

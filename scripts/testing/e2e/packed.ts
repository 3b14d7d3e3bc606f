/** The images of this checkout as archives, which a node takes. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { imageCache } from '../../lib/cluster/source.ts';
import { buildImages, IMAGES, type ImageName } from '../../lib/images/build.ts';
import { root } from '../../lib/prepare.ts';

export interface PackedImages {
  readonly archives: readonly string[];
  readonly digests: Readonly<Record<ImageName, string>>;
  remove(): void;
}

/** Builds the images of this checkout. */
export async function packImages(say: (line: string) => void): Promise<PackedImages> {
  const output = mkdtempSync(path.join(os.tmpdir(), 'duckmon-e2e-'));
  const remove = (): void => rmSync(output, { recursive: true, force: true });
  try {
    const deps = { root, cache: imageCache(process.env), say };
    const built = await buildImages(IMAGES, output, 'localhost', deps);
    const digests = built.map(({ archive, digest }) => [path.basename(archive, '.tar'), digest]);
    return {
      archives: built.map(({ archive }) => archive),
      digests: Object.fromEntries(digests) as Record<ImageName, string>,
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

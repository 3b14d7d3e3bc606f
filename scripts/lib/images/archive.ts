/** Writes OCI images as archives that containerd, podman and skopeo read, without a container engine. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { SetupError } from '../../../services/core/errors.ts';
import {
  configDocument,
  imageOf,
  indexDocument,
  LAYOUT,
  manifestDocument,
  type ArchivedImage,
  type Blob,
  type ImageConfig,
} from './document.ts';

const run = promisify(execFile);

/** What would differ from one run to the next is set to one value. */
const REPRODUCIBLE = [
  '--format=gnu',
  '--sort=name',
  '--mtime=@0',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
] as const;

export interface Layer {
  readonly folder: string;
  /**
   * `readable`: everybody may read, the owner may write, what was executable stays so, and nothing is
   * setuid; so the umask of whoever builds does not show.
   */
  readonly modes: 'kept' | 'readable';
}

/**
 * Writes an image of folders, one layer each, the lowest first.
 * @returns the digest of the image; the same folders give the same one.
 * @throws SetupError when tar fails.
 */
export async function writeArchive(
  file: string,
  config: ImageConfig,
  layers: readonly Layer[],
): Promise<string> {
  const layout = `${file}.layout`;
  const blobs = path.join(layout, 'blobs', 'sha256');
  rmSync(layout, { recursive: true, force: true });
  mkdirSync(blobs, { recursive: true });
  try {
    const packed: Blob[] = [];
    for (const layer of layers) packed.push(await writeLayer(layer, blobs));
    const configuration = writeBlob(blobs, configDocument(config, packed));
    const manifest = writeBlob(blobs, manifestDocument(configuration, packed));
    const write = (name: string, document: object): void =>
      writeFileSync(path.join(layout, name), JSON.stringify(document));
    write('index.json', indexDocument(config.name, manifest));
    write('oci-layout', LAYOUT);
    const partial = `${file}.partial`;
    await tar(layout, ['oci-layout', 'index.json', 'blobs'], createWriteStream(partial));
    renameSync(partial, file);
    return manifest.digest;
  } finally {
    rmSync(layout, { recursive: true, force: true });
  }
}

/**
 * Reads which image an archive holds.
 * @throws SetupError when the file is no OCI archive with one named image.
 */
export async function archivedImage(file: string): Promise<ArchivedImage> {
  const text = await run('tar', ['--extract', '--to-stdout', `--file=${file}`, 'index.json']).catch(
    (cause: unknown) => {
      throw new SetupError(`${file} is no OCI archive: ${String(cause)}`, { cause });
    },
  );
  const image = imageOf(JSON.parse(text.stdout));
  if (image === undefined) throw new SetupError(`${file} does not hold one image with a name.`);
  return image;
}

/** Packs a folder and files it under its digest, reading it once. */
async function writeLayer({ folder, modes }: Layer, blobs: string): Promise<Blob> {
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(undefined, chunk);
    },
  });
  const partial = path.join(blobs, 'partial');
  const written = pipeline(measure, createWriteStream(partial));
  const flags = modes === 'readable' ? ['--mode=u=rwX,go=rX'] : [];
  await Promise.all([tar(folder, ['.'], measure, flags), written]);
  const digest = hash.digest('hex');
  renameSync(partial, path.join(blobs, digest));
  return { digest: `sha256:${digest}`, size };
}

function writeBlob(blobs: string, document: object): Blob {
  const text = JSON.stringify(document);
  const digest = createHash('sha256').update(text).digest('hex');
  writeFileSync(path.join(blobs, digest), text);
  return { digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
}

/** Packs names of a folder into a stream. */
async function tar(
  folder: string,
  names: readonly string[],
  output: NodeJS.WritableStream,
  flags: readonly string[] = [],
): Promise<void> {
  const how = [`--directory=${folder}`, ...REPRODUCIBLE, ...flags];
  const args = ['--create', ...how, '--file=-', '--', ...names];
  const child = spawn('tar', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const [code] = await Promise.all([promise, pipeline(child.stdout, output)]);
  if (code !== 0)
    throw new SetupError(`tar could not pack ${folder} (exit ${code}): ${said.trim()}`);
}

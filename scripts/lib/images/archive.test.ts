import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupError } from '../../../services/core/errors.ts';
import { archivedImage, writeArchive, type Layer } from './archive.ts';
import type { ImageConfig } from './document.ts';

const CONFIG: ImageConfig = {
  name: 'registry.example:5000/team/app:1.2',
  user: '10001:10001',
  workingFolder: '/app',
  environment: { PATH: '/usr/local/bin', NODE_ENV: 'production' },
  entrypoint: ['node'],
  command: ['main.ts'],
  labels: { 'org.opencontainers.image.version': '1.2' },
};

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}
interface Configuration {
  readonly config: Readonly<Record<string, unknown>>;
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

describe('images: archives', () => {
  let work: string;
  const at = (...names: string[]): string => path.join(work, ...names);

  beforeEach(() => {
    work = mkdtempSync(path.join(os.tmpdir(), 'duckmon-archive-'));
  });
  afterEach(() => rmSync(work, { recursive: true }));

  function makeLayer(name: string, files: Readonly<Record<string, string>>): Layer {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(at(name, file)), { recursive: true });
      writeFileSync(at(name, file), text);
    }
    return { folder: at(name), modes: 'readable' };
  }

  /** The archive taken apart. */
  function open(file: string) {
    const folder = at('opened');
    mkdirSync(folder);
    execFileSync('tar', ['-xf', file, '-C', folder]);
    const blob = (digest: string): string =>
      path.join(folder, 'blobs', 'sha256', digest.replace('sha256:', ''));
    const json = (digest: string): unknown => JSON.parse(readFileSync(blob(digest), 'utf8'));
    return { folder, blob, json };
  }

  it('gives the same content the same digest, whenever and however it was written', async () => {
    const first = await writeArchive(at('one.tar'), CONFIG, [makeLayer('a', { b: '1', a: '2' })]);
    const again = makeLayer('c', { a: '2', b: '1' });
    utimesSync(at('c', 'a'), 1, 1);
    chmodSync(at('c', 'b'), 0o600);
    chmodSync(at('c'), 0o700);
    assert.equal(await writeArchive(at('two.tar'), CONFIG, [again]), first);
    assert.deepEqual(readFileSync(at('two.tar')), readFileSync(at('one.tar')));
    writeFileSync(at('c', 'a'), '3');
    assert.notEqual(await writeArchive(at('two.tar'), CONFIG, [again]), first);
  });

  it('files layers, configuration and manifest under their own digests, lowest layer first', async () => {
    const layers = [makeLayer('low', { 'etc/name': 'low' }), makeLayer('high', { name: 'high' })];
    const digest = await writeArchive(at('image.tar'), CONFIG, layers);
    const { folder, blob, json } = open(at('image.tar'));
    for (const name of readdirSync(path.join(folder, 'blobs', 'sha256')))
      assert.equal(
        createHash('sha256')
          .update(readFileSync(blob(name)))
          .digest('hex'),
        name,
      );
    const manifest = json(digest) as Manifest;
    const contents = manifest.layers.map((layer) =>
      execFileSync('tar', ['-tf', blob(layer.digest)], { encoding: 'utf8' }),
    );
    assert.match(contents[0] ?? '', /\.\/etc\/name/);
    assert.match(contents[1] ?? '', /^\.\/\n\.\/name\n$/);
    const { rootfs, config } = json(manifest.config.digest) as Configuration;
    assert.deepEqual(
      rootfs.diff_ids,
      manifest.layers.map((layer) => layer.digest),
    );
    assert.deepEqual(config, {
      User: '10001:10001',
      WorkingDir: '/app',
      Env: ['PATH=/usr/local/bin', 'NODE_ENV=production'],
      Entrypoint: ['node'],
      Cmd: ['main.ts'],
      Labels: { 'org.opencontainers.image.version': '1.2' },
    });
  });

  it('makes everything readable for every user and nothing setuid, and keeps modes where it is told to', async () => {
    const layer = makeLayer('a', { program: '', data: '' });
    chmodSync(at('a', 'program'), 0o4700);
    chmodSync(at('a', 'data'), 0o600);
    const modes = async (how: Layer['modes']): Promise<string[]> => {
      const digest = await writeArchive(at('image.tar'), CONFIG, [{ ...layer, modes: how }]);
      rmSync(at('opened'), { recursive: true, force: true });
      const { blob, json } = open(at('image.tar'));
      const [only] = (json(digest) as Manifest).layers;
      const listing = execFileSync('tar', ['-tvf', blob(only?.digest ?? '')], { encoding: 'utf8' });
      return listing
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(' ').slice(0, 2).join(' '));
    };
    assert.deepEqual(await modes('readable'), ['-rw-r--r-- 0/0', '-rwxr-xr-x 0/0']);
    assert.deepEqual(await modes('kept'), ['-rw------- 0/0', '-rws------ 0/0']);
  });

  it('reads back which image an archive holds', async () => {
    const digest = await writeArchive(at('image.tar'), CONFIG, [makeLayer('a', { a: '' })]);
    assert.deepEqual(await archivedImage(at('image.tar')), { name: CONFIG.name, digest });
    writeFileSync(at('other.tar'), 'no archive');
    await assert.rejects(
      archivedImage(at('other.tar')),
      (error) => error instanceof SetupError && /other\.tar is no OCI archive/.test(error.message),
    );
  });

  it('leaves nothing but the archive, and no archive when it fails', async () => {
    await writeArchive(at('image.tar'), CONFIG, [makeLayer('a', { a: '' })]);
    assert.deepEqual(readdirSync(work).toSorted(), ['a', 'image.tar']);
    const missing: Layer = { folder: at('none'), modes: 'readable' };
    await assert.rejects(
      writeArchive(at('other.tar'), CONFIG, [missing]),
      /tar could not pack .*none/,
    );
    assert.deepEqual(readdirSync(work).toSorted(), ['a', 'image.tar']);
  });
});

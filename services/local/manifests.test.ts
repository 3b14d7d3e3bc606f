import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { watchManifests, type ManifestFolder } from './manifests.ts';

describe('a watched manifest folder', () => {
  let folder: string;
  let applied: [string, string][];
  let problems: string[];
  let open: ManifestFolder[];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'duckmon-manifests-'));
    [applied, problems, open] = [[], [], []];
  });

  afterEach(() => {
    open.forEach((watched) => watched.close());
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  const watched = (
    known: string[] = [],
    fail = (_file: string): boolean => false,
  ): ManifestFolder => {
    const made = watchManifests(
      folder,
      known,
      async (file, text) => {
        if (fail(file)) throw new Error('spec.schedule: is required');
        applied.push([file, text]);
      },
      (line) => problems.push(line),
    );
    open.push(made);
    return made;
  };

  it('applies each manifest of the folder, by name', async () => {
    write('b.yml', 'B');
    write('a.yaml', 'A');
    await watched().sync();
    assert.deepEqual(applied, [
      ['a.yaml', 'A'],
      ['b.yml', 'B'],
    ]);
  });

  it('leaves other files alone', async () => {
    write('notes.txt', 'x');
    write('.hidden.yaml', 'x');
    write('a.yaml~', 'x');
    await watched().sync();
    assert.deepEqual(applied, []);
  });

  it('applies a file again only when its text changed', async () => {
    write('a.yaml', 'A');
    const manifests = watched();
    await manifests.sync();
    await manifests.sync();
    write('a.yaml', 'A2');
    await manifests.sync();
    assert.deepEqual(applied, [
      ['a.yaml', 'A'],
      ['a.yaml', 'A2'],
    ]);
  });

  it('empties what a vanished file managed', async () => {
    write('a.yaml', 'A');
    const manifests = watched();
    await manifests.sync();
    rmSync(path.join(folder, 'a.yaml'));
    await manifests.sync();
    await manifests.sync();
    assert.deepEqual(applied, [
      ['a.yaml', 'A'],
      ['a.yaml', ''],
    ]);
  });

  it('empties what a file managed that vanished while nothing ran', async () => {
    await watched(['gone.yaml']).sync();
    assert.deepEqual(applied, [['gone.yaml', '']]);
  });

  it('reports a bad file by name and applies the others', async () => {
    write('a.yaml', 'bad');
    write('b.yaml', 'B');
    await watched([], (file) => file === 'a.yaml').sync();
    assert.deepEqual(applied, [['b.yaml', 'B']]);
    assert.deepEqual(problems, ['a.yaml: spec.schedule: is required']);
  });

  it('tries a bad file again when it was mended', async () => {
    write('a.yaml', 'bad');
    let bad = true;
    const manifests = watched([], () => bad);
    await manifests.sync();
    bad = false;
    write('a.yaml', 'good');
    await manifests.sync();
    assert.deepEqual(applied, [['a.yaml', 'good']]);
  });

  it('says in one sentence that the folder is not there', () => {
    assert.throws(
      () =>
        watchManifests(
          path.join(folder, 'none'),
          [],
          async () => {},
          () => {},
        ),
      /The manifest folder .* is not there; make it, or name another with --manifests DIR/,
    );
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ownFolderPrefix, removeStaleFolders } from './folders.ts';

describe('folders of browsers', () => {
  let parent: string;
  beforeEach(() => (parent = mkdtempSync(path.join(tmpdir(), 'duckmon-folders-'))));
  afterEach(() => rmSync(parent, { recursive: true }));

  it('go when their owner was killed', () => {
    // Above the largest process id that Linux gives.
    const stale = path.join(parent, 'duckmon-chromium-4999999-abc');
    mkdirSync(stale);
    writeFileSync(path.join(stale, 'file'), 'x');
    removeStaleFolders(parent);
    assert.deepEqual(readdirSync(parent), []);
  });

  it('stay while their owner lives', () => {
    const name = `${ownFolderPrefix()}abc`;
    mkdirSync(path.join(parent, name));
    removeStaleFolders(parent);
    assert.deepEqual(readdirSync(parent), [name]);
  });

  it('are known by their name only', () => {
    for (const name of ['other', 'duckmon-chromium-x', 'duckmon-find-4999999-abc'])
      mkdirSync(path.join(parent, name));
    removeStaleFolders(parent);
    assert.equal(readdirSync(parent).length, 3);
  });
});

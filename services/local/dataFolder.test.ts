import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DATA_VERSION, isAlive, openDataFolder, RUNNING_FILE } from './dataFolder.ts';

describe('the data folder', () => {
  let base: string;

  beforeEach(() => {
    base = mkdtempSync(path.join(os.tmpdir(), 'duckmon-data-'));
  });

  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it('is made with its version and the process that uses it', () => {
    const folder = openDataFolder(path.join(base, 'new'));
    assert.equal(readFileSync(folder.at('version'), 'utf8'), `${DATA_VERSION}\n`);
    assert.equal(readFileSync(folder.at('pid'), 'utf8'), `${process.pid}\n`);
  });

  it('keeps its keys from other users', () => {
    const folder = openDataFolder(base);
    assert.equal(statSync(folder.at('keys')).mode & 0o777, 0o700);
  });

  it('writes private files with mode 0600, also over an open one', () => {
    const folder = openDataFolder(base);
    writeFileSync(folder.at('admin-token'), 'old', { mode: 0o644 });
    folder.writePrivate('admin-token', 'new');
    assert.equal(statSync(folder.at('admin-token')).mode & 0o777, 0o600);
    assert.equal(readFileSync(folder.at('admin-token'), 'utf8'), 'new');
  });

  it('forgets what an earlier process said of itself', () => {
    writeFileSync(path.join(base, RUNNING_FILE), '{}');
    openDataFolder(base);
    assert.equal(existsSync(path.join(base, RUNNING_FILE)), false);
  });

  it('is not touched when a newer duckmon wrote it', () => {
    writeFileSync(path.join(base, 'version'), `${DATA_VERSION + 1}\n`);
    assert.throws(
      () => openDataFolder(base),
      /written by a newer duckmon .*update duckmon, or choose another folder/,
    );
    assert.equal(readFileSync(path.join(base, 'version'), 'utf8'), `${DATA_VERSION + 1}\n`);
  });

  it('is refused while another duckmon uses it', () => {
    const other = spawn(
      process.execPath,
      ['-e', 'process.stdin.resume()', 'services/local/main.ts'],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
    try {
      writeFileSync(path.join(base, 'pid'), `${other.pid}\n`);
      assert.throws(
        () => openDataFolder(base),
        /already running on .* stop it with \.\/scripts\/down/,
      );
    } finally {
      other.kill();
    }
  });

  it('is taken over from a process that is gone', () => {
    writeFileSync(path.join(base, 'pid'), '999999999\n');
    openDataFolder(base);
    assert.equal(readFileSync(path.join(base, 'pid'), 'utf8'), `${process.pid}\n`);
  });

  it('is taken over when its pid now belongs to another program', () => {
    const other = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      assert.equal(isAlive(Number(other.pid)), false);
    } finally {
      other.kill();
    }
  });

  it('is free again after release', () => {
    const folder = openDataFolder(base);
    folder.release();
    assert.throws(() => readFileSync(folder.at('pid')), /ENOENT/);
  });

  it('says in one sentence that it cannot be made', () => {
    writeFileSync(path.join(base, 'file'), '');
    assert.throws(
      () => openDataFolder(path.join(base, 'file', 'data')),
      /The data folder .* cannot be made \(.*\); choose another with --data DIR/,
    );
  });
});

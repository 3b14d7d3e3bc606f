import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mountedLogins } from './login.ts';

describe('logins that are mounted', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'logins-'));
    mount('duckmon-login-a', 'first');
    mount('duckmon-login-b', 'second');
    writeFileSync(path.join(root, 'password'), 'of no Secret');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** As a node lays out the keys of a Secret: links into a folder that it changes at once. */
  function mount(name: string, password: string): void {
    const folder = path.join(root, 'logins', name);
    mkdirSync(path.join(folder, '..2026_03_10'), { recursive: true });
    writeFileSync(path.join(folder, '..2026_03_10', 'password'), password);
    symlinkSync('..2026_03_10', path.join(folder, '..data'));
    symlinkSync(path.join('..data', 'password'), path.join(folder, 'password'));
  }
  const read = (name: string, key: string) => mountedLogins(path.join(root, 'logins'))(name, key);

  it('are read from the folder of their Secret, though others have the same keys', () => {
    assert.equal(read('duckmon-login-a', 'password'), 'first');
    assert.equal(read('duckmon-login-b', 'password'), 'second');
  });

  it('are none where Secret, key or folder is missing', () => {
    assert.equal(read('duckmon-login-c', 'password'), undefined);
    assert.equal(read('duckmon-login-a', 'user'), undefined);
    assert.equal(mountedLogins(undefined)('duckmon-login-a', 'password'), undefined);
  });

  it('C33 are read from nowhere else, whatever a name or key says', () => {
    for (const name of ['..', '.', '', '../logins/duckmon-login-a', 'duckmon-login-a/../..'])
      assert.equal(read(name, 'password'), undefined, name);
    for (const key of ['..', '../../password', '../duckmon-login-b/password', ''])
      assert.equal(read('duckmon-login-a', key), undefined, key);
  });
});

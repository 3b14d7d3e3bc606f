import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkVersion, loadPasswords, prepareDirectory } from './directory.ts';
import { PostgresStartError } from './errors.ts';

const startError = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof PostgresStartError && error.code === code && words.test(error.message);

describe('embedded/directory', () => {
  let dir = '';
  before(async () => {
    dir = await realpath(await mkdtemp(path.join(os.tmpdir(), 'duckmon-directory-')));
    await chmod(dir, 0o755);
  });
  after(() => rm(dir, { recursive: true }));

  it('keeps the folders of an ordinary user private', async () => {
    const { dir: made, home } = await prepareDirectory(path.join(dir, 'plain'), undefined);
    assert.equal((await stat(made)).mode & 0o777, 0o700);
    assert.equal((await stat(home)).mode & 0o777, 0o700);
  });

  it('leaves the folders above as open as they come', async () => {
    await prepareDirectory(path.join(dir, 'above', 'postgres'), undefined);
    assert.notEqual((await stat(path.join(dir, 'above'))).mode & 0o055, 0);
  });

  it('says in one sentence that a folder cannot be written', async () => {
    const file = path.join(dir, 'file');
    await writeFile(file, '');
    await assert.rejects(
      prepareDirectory(path.join(file, 'postgres'), undefined),
      startError('unwritable', /cannot be written \(\w+\).*choose another folder\.$/),
    );
  });

  it('puts the data elsewhere when their user cannot reach the folder', async function () {
    if (process.geteuid?.() !== 0) return assert.notEqual(process.geteuid?.(), 0);
    const hidden = path.join(dir, 'hidden');
    await mkdir(hidden, { mode: 0o700 });
    const user = { uid: 65_534, gid: 65_534 };
    const elsewhere = path.join(dir, 'elsewhere');
    const made = await prepareDirectory(path.join(hidden, 'postgres'), user, elsewhere);
    assert.equal(path.dirname(made.dir), elsewhere);
    assert.equal((await lstat(path.join(hidden, 'postgres'))).isSymbolicLink(), true);
    const again = await prepareDirectory(path.join(hidden, 'postgres'), user, elsewhere);
    assert.equal(again.dir, made.dir);
  });

  it('makes one password a role, long and in files that only we can read', async () => {
    const passwords = await loadPasswords(dir);
    assert.equal(new Set(Object.values(passwords)).size, 5);
    assert.match(passwords.mon_api, /^[\w-]{32}$/);
    assert.equal((await stat(path.join(dir, 'passwords', 'mon_api'))).mode & 0o777, 0o600);
  });

  it('keeps the passwords for the next start', async () => {
    assert.deepEqual(await loadPasswords(dir), await loadPasswords(dir));
  });

  it('knows no version where there is no data', async () => {
    assert.equal(await checkVersion(path.join(dir, 'nothing'), 18), undefined);
  });

  it('refuses data of a newer Postgres', async () => {
    await writeFile(path.join(dir, 'PG_VERSION'), '19\n');
    await assert.rejects(
      checkVersion(dir, 18),
      startError('newerDataDirectory', /Postgres 19.*has 18/),
    );
  });

  it('refuses data of an older Postgres and names the way by backup', async () => {
    await writeFile(path.join(dir, 'PG_VERSION'), '17\n');
    await assert.rejects(checkVersion(dir, 18), startError('olderDataDirectory', /duckmon backup/));
  });

  it('accepts data of its own version', async () => {
    await writeFile(path.join(dir, 'PG_VERSION'), '18\n');
    assert.equal(await checkVersion(dir, 18), 18);
  });
});

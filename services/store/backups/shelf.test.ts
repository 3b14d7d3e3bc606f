import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { BackupError } from './errors.ts';
import { backupName, backupsIn, findBackup, keepIfWhole, surplus, sweep } from './shelf.ts';

describe('shelf of backups', () => {
  let folder = '';
  const at = (hour: number): string => backupName(new Date(Date.UTC(2026, 2, 10, hour)));
  const put = (name: string): Promise<void> => writeFile(path.join(folder, name), '');
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'duckmon-shelf-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('lists backups by their age and nothing else', async () => {
    for (const name of [at(9), at(11), at(10), 'lost+found', 'note.backup', `.${at(12)}.partial`])
      await put(name);
    assert.deepEqual(await backupsIn(folder), [at(11), at(10), at(9)]);
  });

  it('finds the latest and one by its name', async () => {
    for (const name of [at(9), at(11)]) await put(name);
    assert.equal(await findBackup(folder, 'latest'), path.join(folder, at(11)));
    assert.equal(await findBackup(folder, at(9)), path.join(folder, at(9)));
  });

  it('F25 says what there is when one is missing, and leads to no other folder', async () => {
    const missing = (text: RegExp) => (error: unknown) =>
      error instanceof BackupError && error.code === 'missing' && text.test(error.message);
    await assert.rejects(findBackup(folder, 'latest'), missing(/volume is mounted/));
    await put(at(9));
    await assert.rejects(findBackup(folder, at(8)), missing(new RegExp(at(9))));
    await assert.rejects(findBackup(folder, `../${path.basename(folder)}/${at(9)}`), BackupError);
  });

  for (const [what, broken, deleted] of [
    ['all that are older than the newest ones', [], [8, 7]],
    ['no whole one for one that is broken', [10], [7]],
    ['a broken one when enough whole ones are newer', [7], [8, 7]],
    ['nothing while too few are whole', [11, 10, 9], []],
  ] as const)
    it(`gives up ${what}`, () => {
      const all = [11, 10, 9, 8, 7].map(at);
      assert.deepEqual(surplus(all, broken.map(at), 3), deleted.map(at));
    });

  it('F25 does not keep a new backup that cannot be read back', async () => {
    for (const name of [at(9), at(10)]) await put(name);
    const fails = (): Promise<never> => Promise.reject(new Error('it was changed'));
    await assert.rejects(keepIfWhole(path.join(folder, at(10)), fails), /it was changed/);
    assert.equal(await keepIfWhole(path.join(folder, at(9)), () => Promise.resolve(7)), 7);
    assert.deepEqual(await backupsIn(folder), [at(9)]);
  });

  it('removes what a job left half-written, but not what is being written', async () => {
    const now = new Date();
    const old = new Date(now.getTime() - 2 * 60 * 60_000);
    for (const name of [`.${at(8)}.partial`, `.${at(9)}.partial`, at(7)]) await put(name);
    for (const name of [`.${at(8)}.partial`, at(7)])
      await utimes(path.join(folder, name), old, old);
    await sweep(folder, now);
    assert.deepEqual((await readdir(folder)).toSorted(), [`.${at(9)}.partial`, at(7)]);
  });
});

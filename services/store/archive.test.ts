import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { Value } from './archive.ts';
import { readArchive, verifyArchive, writeArchive } from './archive.ts';
import type { BackupErrorCode } from './backups/errors.ts';
import { BackupError } from './backups/errors.ts';

const header = {
  format: 'duckmon-backup',
  version: 1,
  schemaVersion: 's1',
  createdAt: '2026-03-10T12:00:00.000Z',
} as const;

const backupError = (code: BackupErrorCode) => (error: unknown) =>
  error instanceof BackupError && error.code === code;

describe('archive', () => {
  let dir = '';
  let file = '';
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'duckmon-archive-'));
  });
  after(() => rm(dir, { recursive: true }));
  beforeEach(async () => {
    file = path.join(dir, 'backup.gz');
    await rm(file, { force: true });
  });
  const write = async (rows: readonly (readonly Value[])[]): Promise<void> => {
    const archive = await writeArchive(file, header);
    await archive.table('t', ['a', 'b']);
    for (const row of rows) await archive.row(row);
    await archive.table('empty', ['c']);
    await archive.finish();
  };
  const readRows = async (): Promise<(readonly Value[])[]> => {
    const rows: (readonly Value[])[] = [];
    for await (const item of readArchive(file)) if (item.kind === 'row') rows.push(item.values);
    return rows;
  };
  const edit = async (change: (text: string) => string): Promise<void> => {
    await write([
      ['1', null],
      ['2', 'x'],
    ]);
    await writeFile(file, gzipSync(change(gunzipSync(await readFile(file)).toString())));
  };

  it('gives back every value as it was', async () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.string(),
      fc.constantFrom('a\nb', '\\x00ff', '{"k": 1}', '\u2028'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value), { maxLength: 20 }), async (rows) => {
        await rm(file, { force: true });
        await write(rows);
        assert.deepEqual(await readRows(), rows);
      }),
      { numRuns: 40 },
    );
  });

  it('counts the rows of every table', async () => {
    await write([['1', null]]);
    assert.deepEqual(await verifyArchive(file), { t: 1, empty: 0 });
  });

  it('is readable for its owner only', async () => {
    await write([]);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('is not there before it is whole', async () => {
    const archive = await writeArchive(file, header);
    await assert.rejects(stat(file), /ENOENT/);
    await archive.abandon();
    assert.deepEqual(await readdir(dir), []);
  });

  it('leaves the last backup in its place until the new one is whole', async () => {
    await write([['old', null]]);
    const archive = await writeArchive(file, header);
    await archive.abandon();
    assert.deepEqual(await readRows(), [['old', null]]);
  });

  it('F25 finds a byte that was flipped anywhere in the file', async () => {
    await write(Array.from({ length: 50 }, (_, n) => [String(n), 'text that repeats']));
    const good = await readFile(file);
    await fc.assert(
      // The ten bytes of gzip's own header hold flags and a time that mean nothing here.
      fc.asyncProperty(fc.integer({ min: 10, max: good.length - 1 }), async (at) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ 0x10;
        await writeFile(file, bad);
        await assert.rejects(verifyArchive(file), backupError('corrupt'));
      }),
      { numRuns: 60 },
    );
  });

  it('F25 finds a file that was cut off anywhere', async () => {
    await write(Array.from({ length: 50 }, (_, n) => [String(n), null]));
    const good = await readFile(file);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: good.length - 1 }), async (length) => {
        await writeFile(file, good.subarray(0, length));
        await assert.rejects(verifyArchive(file), backupError('corrupt'));
      }),
      { numRuns: 40 },
    );
  });

  for (const [what, change] of [
    ['a row that was changed', (text: string) => text.replace('"x"', '"y"')],
    ['a row that was taken out', (text: string) => text.replace('["2","x"]\n', '')],
    ['a missing end', (text: string) => text.replace(/\{"end".*\n/, '')],
    ['something after the end', (text: string) => `${text}["3",null]\n`],
    ['another kind of file', () => '{"hello":1}\n'],
    ['a line that is no JSON', (text: string) => text.replace('["2","x"]', '["2",')],
  ] as const)
    it(`F25 finds ${what}`, async () => {
      await edit(change);
      await assert.rejects(verifyArchive(file), backupError('corrupt'));
    });

  it('says that a newer format needs the newer duckmon', async () => {
    await edit((text) => text.replace('"version":1', '"version":2'));
    await assert.rejects(verifyArchive(file), backupError('newer'));
  });

  it('says that a file is not there', async () => {
    await assert.rejects(verifyArchive(path.join(dir, 'nothing')), /ENOENT/);
  });
});

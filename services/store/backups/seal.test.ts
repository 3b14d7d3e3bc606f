import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import type { BackupErrorCode } from './errors.ts';
import { BackupError } from './errors.ts';
import { parseBackupKeys } from './keys.ts';
import { CHUNK, opened, sealed } from './seal.ts';

const key = (name: string): string => name.repeat(32).slice(0, 32);
const keys = parseBackupKeys(key('a'));
/** Magic, salt, check of the key. */
const HEADER = 17 + 32 + 16;
const TAG = 16;

const backupError = (code: BackupErrorCode) => (error: unknown) =>
  error instanceof BackupError && error.code === code;

async function whole(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}
async function* inParts(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const seal = (bytes: Buffer, by = keys): Promise<Buffer> => whole(sealed([bytes], by));
const open = (bytes: Buffer, by: typeof keys | undefined = keys): Promise<Buffer> =>
  whole(opened(inParts(bytes, 10_000), by));

describe('encryption of backups', () => {
  it('gives back what was written, however it comes in', async () => {
    const lengths = fc.oneof(
      fc.integer({ min: 0, max: 200 }),
      fc.constantFrom(CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5),
    );
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 7000, max: 200_000 }), async (length, size) => {
        const text = randomBytes(length);
        const file = await whole(sealed(inParts(text, size), keys));
        assert.deepEqual(await whole(opened(inParts(file, size), keys)), text);
      }),
      { numRuns: 30 },
    );
  });

  it('shows nothing of the text, and never the same twice', async () => {
    const text = Buffer.from('a password of somebody'.repeat(100));
    const [one, other] = [await seal(text), await seal(text)];
    assert.ok(!one.includes('password'));
    assert.notDeepEqual(one.subarray(HEADER), other.subarray(HEADER));
  });

  it('F25 finds a bit that was flipped anywhere', async () => {
    const good = await seal(randomBytes(CHUNK + 500));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: good.length - 1 }), async (at) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ 0x01;
        await assert.rejects(open(bad), BackupError);
      }),
      { numRuns: 60 },
    );
  });

  it('F25 finds a file that was cut off anywhere, also between two chunks', async () => {
    const good = await seal(randomBytes(2 * CHUNK));
    const between = HEADER + CHUNK + TAG;
    await assert.rejects(open(good.subarray(0, between)), backupError('corrupt'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: good.length - 1 }), async (length) => {
        await assert.rejects(open(good.subarray(0, length)), backupError('corrupt'));
      }),
      { numRuns: 30 },
    );
  });

  it('F25 finds chunks that were swapped, repeated, left out or added', async () => {
    const good = await seal(randomBytes(3 * CHUNK));
    const size = CHUNK + TAG;
    const header = good.subarray(0, HEADER);
    const [a, b, c] = [0, 1, 2].map((n) =>
      good.subarray(HEADER + n * size, HEADER + (n + 1) * size),
    ) as [Buffer, Buffer, Buffer];
    assert.equal((await open(Buffer.concat([header, a, b, c]))).length, 3 * CHUNK);
    for (const bad of [
      [b, a, c],
      [a, a, b, c],
      [a, c],
      [a, b],
      [a, b, c, c],
    ])
      await assert.rejects(open(Buffer.concat([header, ...bad])), backupError('corrupt'));
  });

  it('F25 finds a chunk of another backup under the same key', async () => {
    const [one, other] = [await seal(randomBytes(500)), await seal(randomBytes(500))];
    const mixed = Buffer.concat([one.subarray(0, HEADER), other.subarray(HEADER)]);
    await assert.rejects(open(mixed), backupError('corrupt'));
  });

  it('tells another key from a file that was changed', async () => {
    const file = await seal(Buffer.from('x'));
    await assert.rejects(open(file, parseBackupKeys(key('b'))), backupError('locked'));
    await assert.rejects(whole(opened(inParts(file, 99), undefined)), backupError('locked'));
  });

  it('reads with an older key after a change, and encrypts with the new one', async () => {
    const both = parseBackupKeys(`${key('b')}\n${key('a')}\n`);
    assert.equal((await open(await seal(Buffer.from('old')), both)).toString(), 'old');
    const fresh = await seal(Buffer.from('new'), both);
    assert.equal((await open(fresh, parseBackupKeys(key('b')))).toString(), 'new');
    await assert.rejects(open(fresh), backupError('locked'));
  });

  it('does not take a file that anybody could have written for one of its own', async () => {
    const gzip = Buffer.from([0x1f, 0x8b, 8, 0]);
    await assert.rejects(open(gzip), backupError('notEncrypted'));
    assert.deepEqual(await whole(opened(inParts(gzip, 1), undefined)), gzip);
  });

  it('holds no more than a few chunks at a time', async () => {
    let ahead = 0;
    let most = 0;
    const source = async function* (): AsyncGenerator<Buffer> {
      for (let n = 0; n < 64; n += 1) {
        ahead += CHUNK;
        yield Buffer.alloc(CHUNK);
      }
    };
    for await (const bytes of opened(sealed(source(), keys), keys)) {
      most = Math.max(most, ahead);
      ahead -= bytes.length;
    }
    assert.ok(most <= 4 * CHUNK, `${most} bytes`);
  });
});

describe('keys of backups', () => {
  it('refuses what is too short or empty, and does not show it', () => {
    for (const text of ['', '\n', 'hunter2', `${key('a')}\nhunter2`])
      assert.throws(
        () => parseBackupKeys(text),
        (error: unknown) => backupError('badKey')(error) && !String(error).includes('hunter2'),
      );
  });
});

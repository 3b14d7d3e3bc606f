/**
 * Encryption of a backup as it is written and read: AES-256-GCM in chunks, by the STREAM construction
 * (Hoang, Reyhanitabar, Rogaway, Vizár 2015) as the format age has it. The nonce of a chunk is its number
 * and whether it is the last one, so that chunks which were changed, swapped, repeated or cut off are
 * found. The key of a file comes by HKDF from the given one and a random salt, so no nonce meets a key
 * twice.
 *
 * A file is the magic, the salt, a check of the key, and chunks of 64 KiB, each with its tag.
 */
import {
  createCipheriv,
  createDecipheriv,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { BackupError, corrupt } from './errors.ts';
import type { BackupKeys } from './keys.ts';

type Bytes = AsyncIterable<Buffer> | Iterable<Buffer>;

const MAGIC = Buffer.from('duckmon sealed 1\n');
const GZIP = Buffer.from([0x1f, 0x8b]);
const SALT = 32;
const CHECK = 16;
const HEADER = MAGIC.length + SALT + CHECK;
const TAG = 16;
export const CHUNK = 65_536;

interface FileKey {
  readonly header: Buffer;
  readonly key: Buffer;
}

const derive = (key: string, salt: Buffer, purpose: string, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, `duckmon backup ${purpose}`, length));

const fileKey = (key: string, salt: Buffer): FileKey => ({
  header: Buffer.concat([MAGIC, salt, derive(key, salt, 'key check', CHECK)]),
  key: derive(key, salt, 'content', 32),
});

/** 11 bytes of number, big-endian, and the flag of the last chunk. */
function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

function sealChunk({ key, header }: FileKey, chunk: Buffer, number: number, last: boolean): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, last)).setAAD(header);
  const sealed = [cipher.update(chunk), cipher.final()];
  return Buffer.concat([...sealed, cipher.getAuthTag()]);
}

function openChunk({ key, header }: FileKey, chunk: Buffer, number: number, last: boolean): Buffer {
  if (chunk.length < TAG) throw corrupt('it was cut off');
  const nonce = nonceOf(number, last);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
  decipher.setAAD(header).setAuthTag(chunk.subarray(-TAG));
  const opened = decipher.update(chunk.subarray(0, -TAG));
  try {
    return Buffer.concat([opened, decipher.final()]);
  } catch (cause) {
    throw corrupt('it was changed or cut off', cause);
  }
}

interface Piece {
  readonly piece: Buffer;
  readonly number: number;
  readonly last: boolean;
}

/** Cuts into pieces of `size`; the last one may be shorter, and there is always one. */
async function* piecesOf(source: Bytes, size: number): AsyncGenerator<Piece> {
  let waiting: Buffer[] = [];
  let length = 0;
  let number = 0;
  for await (const bytes of source) {
    waiting.push(bytes);
    length += bytes.length;
    if (length <= size) continue;
    let rest = Buffer.concat(waiting);
    for (; rest.length > size; rest = rest.subarray(size))
      yield { piece: rest.subarray(0, size), number: number++, last: false };
    waiting = [rest];
    length = rest.length;
  }
  yield { piece: Buffer.concat(waiting), number, last: true };
}

/** Encrypts with the first key. */
export async function* sealed(
  source: Bytes,
  { seal }: BackupKeys,
  salt = randomBytes(SALT),
): AsyncGenerator<Buffer> {
  const file = fileKey(seal, salt);
  yield file.header;
  for await (const { piece, number, last } of piecesOf(source, CHUNK))
    yield sealChunk(file, piece, number, last);
}

/** The key of the file with this beginning. */
function keyFor(header: Buffer, { open }: BackupKeys): FileKey {
  const salt = header.subarray(MAGIC.length, MAGIC.length + SALT);
  const files = open.map((key) => fileKey(key, salt));
  const found = files.find((file) => timingSafeEqual(file.header, header));
  if (found) return found;
  throw new BackupError(
    'locked',
    'The backup is encrypted with another key; give the one that it was made with as BACKUP_KEY_FILE.',
  );
}

/** Takes `length` bytes from the front, or all when there are fewer; what is left follows. */
async function headOf(source: AsyncIterator<Buffer>, length: number) {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < length) {
    const next = await source.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head: head.subarray(0, length), left: head.subarray(length) };
}

async function* joined(first: Buffer, source: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await source.next(); next.done !== true; next = await source.next())
    yield next.value;
}

/**
 * Decrypts; with no keys, what is not encrypted comes through as it is.
 * @throws BackupError `locked` or `notEncrypted` at once, `corrupt` at the chunk that is.
 */
export async function* opened(
  source: AsyncIterable<Buffer>,
  keys: BackupKeys | undefined,
): AsyncGenerator<Buffer> {
  const bytes = source[Symbol.asyncIterator]();
  const { head, left } = await headOf(bytes, HEADER);
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) {
    if (keys && !head.subarray(0, GZIP.length).equals(GZIP)) throw corrupt('it has no header');
    if (keys)
      throw new BackupError(
        'notEncrypted',
        'The backup is not encrypted, so anybody may have made it; leave BACKUP_KEY_FILE out if you trust where it comes from.',
      );
    yield head;
    yield* joined(left, bytes);
    return;
  }
  if (!keys)
    throw new BackupError(
      'locked',
      'The backup is encrypted; name the file with its key in BACKUP_KEY_FILE.',
    );
  if (head.length < HEADER) throw corrupt('it was cut off');
  const file = keyFor(head, keys);
  for await (const { piece, number, last } of piecesOf(joined(left, bytes), CHUNK + TAG))
    yield openChunk(file, piece, number, last);
}

/**
 * The file format of a backup: gzipped JSON lines with a header, tables, and a seal at the end; with keys
 * all of it encrypted.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { BackupError, corrupt } from './backups/errors.ts';
import type { BackupKeys } from './backups/keys.ts';
import { opened, sealed } from './backups/seal.ts';

export interface ArchiveHeader {
  readonly format: 'duckmon-backup';
  readonly version: 1;
  /** Name of the newest migration of the database. */
  readonly schemaVersion: string;
  readonly createdAt: string;
}

/** One column value in Postgres' own text form: exact for every type. */
export type Value = string | null;

export type ArchiveItem =
  | { readonly kind: 'header'; readonly header: ArchiveHeader }
  | { readonly kind: 'table'; readonly table: string; readonly columns: readonly string[] }
  | { readonly kind: 'row'; readonly values: readonly Value[] };

export interface ArchiveWriter {
  table(name: string, columns: readonly string[]): Promise<void>;
  row(values: readonly Value[]): Promise<void>;
  /** Seals the file and puts it in its place; before that nothing is there. */
  finish(): Promise<Readonly<Record<string, number>>>;
  /** Removes what was written. */
  abandon(): Promise<void>;
}

interface Seal {
  readonly end: true;
  readonly counts: Readonly<Record<string, number>>;
  /** Of all lines before, each with its newline. */
  readonly sha256: string;
}

async function syncToDisk(place: string): Promise<void> {
  const handle = await open(place, 'r');
  await handle.sync();
  await handle.close();
}

/** Begins a file (mode 0600: it holds all data of all users). */
export async function writeArchive(
  file: string,
  header: ArchiveHeader,
  keys?: BackupKeys,
): Promise<ArchiveWriter> {
  const folder = path.dirname(file);
  const partial = path.join(folder, `.${path.basename(file)}.partial`);
  await rm(partial, { force: true });
  const zip = createGzip();
  const out = createWriteStream(partial, { mode: 0o600, flags: 'wx' });
  await once(out, 'open');
  const written = keys
    ? pipeline(zip, (source: AsyncIterable<Buffer>) => sealed(source, keys), out)
    : pipeline(zip, out);
  // Whoever writes next or finishes is told.
  written.catch(() => undefined);
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  let current = '';
  const put = async (value: unknown): Promise<void> => {
    const line = `${JSON.stringify(value)}\n`;
    hash.update(line);
    if (!zip.write(line)) await Promise.race([once(zip, 'drain'), written]);
  };
  await put(header);
  return {
    table: async (name, columns) => {
      current = name;
      counts[name] = 0;
      await put({ table: name, columns });
    },
    row: async (values) => {
      counts[current] = (counts[current] ?? 0) + 1;
      await put(values);
    },
    finish: async () => {
      const seal: Seal = { end: true, counts, sha256: hash.digest('hex') };
      zip.end(`${JSON.stringify(seal)}\n`);
      await written;
      await syncToDisk(partial);
      await rename(partial, file);
      await syncToDisk(folder);
      return counts;
    },
    abandon: async () => {
      zip.destroy();
      await written.catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw corrupt('a line cannot be read', cause);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function headerOf(value: unknown): ArchiveHeader {
  if (!isObject(value) || value['format'] !== 'duckmon-backup') throw corrupt('it has no header');
  if (value['version'] !== 1)
    throw new BackupError(
      'newer',
      'The backup has a newer format; restore it with the duckmon that wrote it.',
    );
  return value as unknown as ArchiveHeader;
}

function checkSeal(seal: Seal, counts: Readonly<Record<string, number>>, sha256: string): void {
  if (seal.sha256 !== sha256) throw corrupt('its checksum differs');
  if (JSON.stringify(seal.counts) !== JSON.stringify(counts)) throw corrupt('rows are missing');
}

/** The lines of a file. Only \n ends one: readline would also break at U+2028 in a text. */
async function* linesOf(file: string, keys: BackupKeys | undefined): AsyncGenerator<string> {
  const unzip = createGunzip().setEncoding('utf8');
  const read = pipeline(
    createReadStream(file),
    (source: AsyncIterable<Buffer>) => opened(source, keys),
    unzip,
  );
  // Reading what was unpacked throws the same.
  read.catch(() => undefined);
  let pieces: string[] = [];
  try {
    for await (const chunk of unzip as AsyncIterable<string>) {
      const [first = '', ...others] = chunk.split('\n');
      pieces.push(first);
      for (const next of others) {
        yield pieces.join('');
        pieces = [next];
      }
    }
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw cause;
    throw cause instanceof BackupError ? cause : corrupt('it cannot be unpacked', cause);
  }
  const rest = pieces.join('');
  if (rest !== '') yield rest;
}

/**
 * Reads a file from its header to its seal. Rows are given before the seal is checked: keep what you
 * do with them in one transaction.
 * @throws BackupError `locked` or `notEncrypted` before the first row, `corrupt` at the latest after the
 * last.
 */
export async function* readArchive(file: string, keys?: BackupKeys): AsyncGenerator<ArchiveItem> {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  let current: string | undefined;
  let first = true;
  let sealed = false;
  for await (const line of linesOf(file, keys)) {
    if (sealed) throw corrupt('something follows its end');
    const value = parseLine(line);
    if (isObject(value) && value['end'] === true) {
      checkSeal(value as unknown as Seal, counts, hash.digest('hex'));
      sealed = true;
      continue;
    }
    hash.update(`${line}\n`);
    if (first) yield { kind: 'header', header: headerOf(value) };
    else if (Array.isArray(value)) {
      if (current === undefined) throw corrupt('a row has no table');
      counts[current] = (counts[current] ?? 0) + 1;
      yield { kind: 'row', values: value as Value[] };
    } else {
      const { table, columns } = value as { table: string; columns: string[] };
      current = table;
      counts[table] = 0;
      yield { kind: 'table', table, columns };
    }
    first = false;
  }
  if (!sealed) throw corrupt('it was cut off');
}

/** Reads a whole file without a database; the counts of its rows by table. */
export async function verifyArchive(
  file: string,
  keys?: BackupKeys,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  let current = '';
  for await (const item of readArchive(file, keys)) {
    if (item.kind === 'table') counts[(current = item.table)] = 0;
    if (item.kind === 'row') counts[current] = (counts[current] ?? 0) + 1;
  }
  return counts;
}

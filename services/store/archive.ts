/** The file format of a backup: gzipped JSON lines with a header, tables, and a sealed end. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

export type BackupErrorCode =
  /** The file is no backup, was cut off, or was changed. */
  | 'corrupt'
  /** The backup is of a newer duckmon than this one. */
  | 'newer'
  /** The database holds data already. */
  | 'notEmpty'
  /** The sign-in cannot see all rows, so the backup would lack some. */
  | 'wrongRole';

/** A backup or restore that stopped; `message` is one sentence with the next step. */
export class BackupError extends Error {
  readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
    this.code = code;
  }
}

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

async function syncToDisk(file: string): Promise<void> {
  const handle = await open(file, 'r');
  await handle.sync();
  await handle.close();
}

/** Begins a file (mode 0600: it holds all data of all users). */
export async function writeArchive(file: string, header: ArchiveHeader): Promise<ArchiveWriter> {
  const partial = path.join(path.dirname(file), `.${path.basename(file)}.partial`);
  await rm(partial, { force: true });
  const zip = createGzip();
  const out = createWriteStream(partial, { mode: 0o600, flags: 'wx' });
  zip.on('error', (error) => out.destroy(error));
  out.on('error', (error) => zip.destroy(error));
  zip.pipe(out);
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  let current = '';
  const put = async (value: unknown): Promise<void> => {
    const line = `${JSON.stringify(value)}\n`;
    hash.update(line);
    if (!zip.write(line)) await once(zip, 'drain');
  };
  await once(out, 'open');
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
      await finished(out);
      await syncToDisk(partial);
      await rename(partial, file);
      return counts;
    },
    abandon: async () => {
      zip.destroy();
      out.destroy();
      await rm(partial, { force: true });
    },
  };
}

const corrupt = (why: string, cause?: unknown): BackupError =>
  new BackupError('corrupt', `The file is not a whole duckmon backup (${why}); use another one.`, {
    cause,
  });

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

/** The lines of a gzipped file. Only \n ends one: readline would also break at U+2028 in a text. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file);
  const unzip = createGunzip().setEncoding('utf8');
  input.on('error', (error) => unzip.destroy(error));
  input.pipe(unzip);
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
  } finally {
    input.destroy();
  }
  const rest = pieces.join('');
  if (rest !== '') yield rest;
}

/**
 * Reads a file from its header to its seal. Rows are given before the seal is checked: keep what you
 * do with them in one transaction.
 * @throws BackupError `corrupt` at the latest after the last row.
 */
export async function* readArchive(file: string): AsyncGenerator<ArchiveItem> {
  const hash = createHash('sha256');
  const counts: Record<string, number> = {};
  let current: string | undefined;
  let first = true;
  let sealed = false;
  for await (const line of linesOf(file)) {
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
export async function verifyArchive(file: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  let current = '';
  for await (const item of readArchive(file)) {
    if (item.kind === 'table') counts[(current = item.table)] = 0;
    if (item.kind === 'row') counts[current] = (counts[current] ?? 0) + 1;
  }
  return counts;
}

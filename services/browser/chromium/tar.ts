/** Reads the plain files of a tar archive (POSIX ustar and GNU long names). */

export interface TarEntry {
  /** Relative path with `/`; never leaves the folder that it is unpacked into. */
  readonly name: string;
  readonly content: Buffer;
  readonly executable: boolean;
}

const BLOCK = 512;

/**
 * The regular files of an archive; folders are left out, links are not supported.
 * @throws Error when a name would leave the folder, or the archive ends early.
 */
export function unpackTar(archive: Buffer): TarEntry[] {
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const header = archive.subarray(at, at + BLOCK);
    const size = octal(header, 124, 12);
    const start = at + BLOCK;
    if (start + size > archive.length) throw new Error('The archive ends early');
    const content = archive.subarray(start, start + size);
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'L') longName = text(content, 0, size);
    else {
      if (type === '0' || type === '\0')
        entries.push({
          name: safeName(longName ?? nameOf(header)),
          content,
          executable: (octal(header, 100, 8) & 0o100) !== 0,
        });
      longName = undefined;
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

function nameOf(header: Buffer): string {
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function safeName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..') || name.startsWith('/'))
    throw new Error(`The archive holds a name that leaves its folder: ${name}`);
  return parts.join('/');
}

function text(block: Buffer, start: number, length: number): string {
  const raw = block.toString('utf8', start, start + length);
  const end = raw.indexOf('\0');
  return end < 0 ? raw : raw.slice(0, end);
}

const octal = (block: Buffer, start: number, length: number): number =>
  Number.parseInt(text(block, start, length).trim() || '0', 8);

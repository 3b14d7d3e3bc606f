/** The places of a local installation where a secret may get out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readArchive } from '../../../services/store/archive.ts';
import { dump } from '../../../services/store/dump.ts';

/** All log files of an installation. */
export function logsOf(data: string): string {
  const folder = path.join(data, 'logs');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

/** A process and all that it started, as long as they run. */
function family(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => parentOf(other) === pid);
  return [pid, ...children.flatMap(family)];
}

function parentOf(pid: number): number | undefined {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  // the name of the program stands in brackets and may have any character
  const [, parent] = /\) \S (\d+)/.exec(readFileSync(file, 'latin1')) ?? [];
  return Number(parent);
}

/** Command lines and environments, as every process of the same user may read them. */
export const processesOf = (pid: number): string =>
  family(pid)
    .flatMap((each) => [`/proc/${each}/cmdline`, `/proc/${each}/environ`])
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n');

/** Every value of the database, and a backup of it as it lies there. */
export async function databaseOf(url: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'duckmon-leaks-'));
  try {
    const file = path.join(folder, 'backup');
    await dump(url, file, new Date());
    const texts = [await readFile(file, 'latin1')];
    for await (const item of readArchive(file)) texts.push(JSON.stringify(item));
    return texts.join('\n');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The folder where backups lie: their names, and which of them are kept. */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { BackupError } from './errors.ts';

const NAME = /^duckmon-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.backup$/;
const PARTIAL = /^\.duckmon-.*\.partial$/;

/** So long nothing is written to a file that somebody still writes. */
const FORGOTTEN_MS = 60 * 60_000;

/** Names are in the order of their times. */
export const backupName = (now: Date): string =>
  `duckmon-${now.toISOString().replaceAll(/[:.]/g, '-')}.backup`;

/** The backups in a folder, the newest first. */
export async function backupsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => NAME.test(name)).toSorted((a, b) => (a < b ? 1 : -1));
}

/**
 * What may be deleted so that `keep` backups remain that are whole: nothing as long as there are fewer.
 * Those that are not whole go with the time, and count for nothing.
 */
export function surplus(
  newestFirst: readonly string[],
  broken: readonly string[],
  keep: number,
): string[] {
  const last = newestFirst.filter((name) => !broken.includes(name))[keep - 1];
  return last === undefined ? [] : newestFirst.slice(newestFirst.indexOf(last) + 1);
}

/**
 * The path of one backup, by its name or as `latest`.
 * @throws BackupError `missing`, which names what there is.
 */
export async function findBackup(folder: string, name: string): Promise<string> {
  const all = await backupsIn(folder);
  const found = name === 'latest' ? all[0] : all.find((one) => one === name);
  if (found !== undefined) return path.join(folder, found);
  throw new BackupError(
    'missing',
    all.length === 0
      ? `There is no backup in ${folder}; look whether the right volume is mounted there.`
      : `There is no backup ${name} in ${folder}; there are ${all.join(', ')}.`,
  );
}

/** Removes a new backup that cannot be read back: it must not stand as the latest. */
export async function keepIfWhole<T>(file: string, readBack: () => Promise<T>): Promise<T> {
  try {
    return await readBack();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** Removes what jobs left half-written that were ended. */
export async function sweep(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!PARTIAL.test(name)) continue;
    const file = path.join(folder, name);
    const info = await stat(file).catch(() => undefined);
    if (info && now.getTime() - info.mtimeMs > FORGOTTEN_MS) await rm(file, { force: true });
  }
}

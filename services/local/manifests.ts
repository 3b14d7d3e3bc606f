/** Keeps a folder of manifests applied: what appears in it is applied, what vanishes is deleted. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, watch } from 'node:fs';
import path from 'node:path';
import { SetupError, messageOf } from '../core/errors.ts';

/** Applies one file's text as the complete set of objects that it manages; '' deletes them. */
export type ApplyFile = (file: string, text: string) => Promise<void>;

export interface ManifestFolder {
  /** Applies what has changed since the last time; resolves when all files were tried once. */
  sync(): Promise<void>;
  /** Stops watching. */
  close(): void;
}

const isManifest = (name: string): boolean => /\.(ya?ml|json)$/.test(name) && !name.startsWith('.');
const DEBOUNCE_MS = 200;

/**
 * Watches a folder. A file that cannot be applied is reported and tried again when it changes; the
 * other files are not affected.
 * @param known files that were applied before this start, so that one deleted meanwhile is noticed.
 * @throws SetupError when the folder is not there.
 */
export function watchManifests(
  folder: string,
  known: readonly string[],
  apply: ApplyFile,
  onProblem: (line: string) => void,
): ManifestFolder {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new SetupError(
      `The manifest folder ${folder} is not there; make it, or name another with --manifests DIR.`,
    );
  const applied = new Map<string, string>(known.map((file) => [file, 'known']));
  const syncOnce = async (): Promise<void> => {
    const present = readdirSync(folder).filter(isManifest).toSorted();
    for (const file of present) await applyIfChanged(path.join(folder, file), file);
    for (const file of [...applied.keys()].filter((name) => !present.includes(name))) {
      if (await attempt(file, '')) applied.delete(file);
    }
  };
  const applyIfChanged = async (place: string, file: string): Promise<void> => {
    const text = readFileSync(place, 'utf8');
    const hash = createHash('sha256').update(text).digest('hex');
    if (applied.get(file) === hash) return;
    await attempt(file, text);
    // Also when it failed: the same text would fail again.
    applied.set(file, hash);
  };
  const attempt = async (file: string, text: string): Promise<boolean> => {
    try {
      await apply(file, text);
      return true;
    } catch (error) {
      onProblem(`${file}: ${messageOf(error)}`);
      return false;
    }
  };
  // One pass at a time; a change during a pass asks for one more.
  let queue = Promise.resolve();
  const sync = (): Promise<void> => {
    queue = queue
      .then(syncOnce)
      .catch((error: unknown) => onProblem(`${folder}: ${messageOf(error)}`));
    return queue;
  };
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(folder, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void sync(), DEBOUNCE_MS);
  });
  return {
    sync,
    close: () => {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

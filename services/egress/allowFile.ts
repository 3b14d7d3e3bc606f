/** The file of opened targets, read again when it changes, so that nothing restarts for an entry. */
import { SetupError } from '../core/errors.ts';
import { watchFile } from '../core/watchedFile.ts';
import { parseAllow, type OpenedBlock } from './allow.ts';

const NOTHING: readonly OpenedBlock[] = [];

/**
 * Gives the entries as they are now: one a line, `#` begins a remark. A file that is not there opens
 * nothing, until a good one is there; one that is wrong leaves the last good entries in force and is reported once.
 * @param checkEveryMs how long an answer may be old.
 * @throws SetupError when the file is there and wrong at the first time.
 */
export function watchAllowFile(
  file: string,
  onProblem: (error: unknown) => void,
  checkEveryMs = 1000,
): () => readonly OpenedBlock[] {
  let isThere = true;
  const watched = watchFile(file, {
    parse: (text) => {
      const entries = parseAllow(file, linesOf(text));
      isThere = true;
      return entries;
    },
    atFirst: (error) => {
      if (isAbsence(error)) return NOTHING;
      throw error instanceof SetupError
        ? error
        : new SetupError(`${file}, which DUCKMON_EGRESS_ALLOW_FILE names, cannot be read.`, {
            cause: error,
          });
    },
    onProblem: (error) => {
      if (isAbsence(error)) isThere = false;
      else onProblem(error);
    },
    checkEveryMs,
  });
  return () => {
    const entries = watched();
    return isThere ? entries : NOTHING;
  };
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '');

const isAbsence = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';

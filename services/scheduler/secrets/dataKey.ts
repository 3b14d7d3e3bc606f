/** The data key ring from its file, read again when the file changes. */
import { SetupError } from '../../core/errors.ts';
import { keyring, type Keyring } from '../../core/keyring.ts';
import { watchFile } from '../../core/watchedFile.ts';

export type DataKeys = () => Keyring;

/**
 * Reads the ring now, and again whenever its file was changed; a file that became unreadable leaves
 * the last good ring in force.
 * @throws SetupError when the file cannot be read the first time
 */
export const watchDataKeys = (file: string, onProblem: (error: unknown) => void): DataKeys =>
  watchFile(file, {
    parse: (text) => keyring.parse(JSON.parse(text)),
    atFirst: (cause) => {
      throw new SetupError(
        `The data key file ${file} cannot be read; start with ./scripts/up, or set DATA_KEY_FILE.`,
        { cause },
      );
    },
    onProblem,
    checkEveryMs: 0,
  });

/** The data key ring from its file, read again when the file changes. */
import { readFileSync, statSync } from 'node:fs';
import { SetupError } from '../../core/errors.ts';
import { keyring, type Keyring } from '../../core/keyring.ts';

export type DataKeys = () => Keyring;

/**
 * Reads the ring now, and again whenever its file was changed; a file that became unreadable leaves
 * the last good ring in force.
 * @throws SetupError when the file cannot be read the first time
 */
export function watchDataKeys(file: string, onProblem: (error: unknown) => void): DataKeys {
  const read = (): Keyring => keyring.parse(JSON.parse(readFileSync(file, 'utf8')));
  let stamp = stampOf(file);
  let keys: Keyring;
  try {
    keys = read();
  } catch (error) {
    throw new SetupError(
      `The data key file ${file} cannot be read; start with ./scripts/up, or set DATA_KEY_FILE.`,
      { cause: error },
    );
  }
  return () => {
    const seen = stampOf(file);
    if (seen === stamp) return keys;
    stamp = seen;
    try {
      keys = read();
    } catch (error) {
      onProblem(error);
    }
    return keys;
  };
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}/${stat.size}/${stat.ino}` : 'absent';
}

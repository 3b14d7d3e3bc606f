/** The keys of backups: a file with one a line. The first encrypts, each opens what it encrypted. */
import { readFile } from 'node:fs/promises';
import { messageOf } from '../../core/errors.ts';
import { BackupError } from './errors.ts';

export interface BackupKeys {
  readonly seal: string;
  /** All of them, so that older backups can still be read after a change of the key. */
  readonly open: readonly string[];
}

/** As text: 256 random bits in base64 have 44. */
const LEAST_LENGTH = 32;

/** @throws BackupError `badKey`, which shows nothing of the text. */
export function parseBackupKeys(text: string): BackupKeys {
  const keys = text.split('\n').map((line) => line.trim());
  const open = keys.filter((key) => key !== '');
  const [seal] = open;
  if (seal === undefined || open.some((key) => key.length < LEAST_LENGTH))
    throw new BackupError(
      'badKey',
      `BACKUP_KEY_FILE must hold one key a line, each of ${LEAST_LENGTH} random characters or more; make one with "openssl rand -base64 32".`,
    );
  return { seal, open };
}

/** @throws BackupError `badKey` when the file cannot be read or holds no key. */
export async function readBackupKeys(file: string): Promise<BackupKeys> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BackupError(
      'badKey',
      `BACKUP_KEY_FILE names a file that cannot be read (${messageOf(cause)}); mount it or correct the name.`,
      { cause },
    );
  });
  return parseBackupKeys(text);
}

/** The keys that sign access tokens, as the operator or the local installation writes them. */
import type { KeyObject } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { keyState, type KeyState } from '../../core/keyring.ts';
import type { Log } from '../../core/log.ts';
import { ed25519FromSeed } from '../../core/serviceKeys.ts';
import { watchFile } from '../../core/watchedFile.ts';

export interface SigningKey {
  readonly kid: string;
  readonly state: KeyState;
  readonly key: KeyObject;
}

const SEED_BYTES = 32;

const seed = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine(({ length }) => length === SEED_BYTES, `must be ${SEED_BYTES} bytes`);

const signingFile = z.strictObject({
  keys: z.array(z.strictObject({ kid: z.string().min(1), state: keyState, seed })).min(1),
});

/** Both stand in one folder: a cluster's small Secret, or the keys of the data folder. */
export const signingFileBeside = (keysFile: string): string =>
  path.join(path.dirname(keysFile), 'jwt.json');

/**
 * Gives the keys as the file has them now: none before there is one; the last good ones while it
 * cannot be read, which is logged once for each state of the file.
 */
export function openSigningKeys(
  file: string,
  log: Pick<Log, 'error'>,
): () => readonly SigningKey[] {
  const report = (error: unknown): void =>
    log.error({ err: error }, 'jwt.json cannot be read; the last good keys stay in force');
  return watchFile<readonly SigningKey[]>(file, {
    parse: (text) =>
      signingFile
        .parse(JSON.parse(text))
        .keys.map(({ kid, state, seed: bytes }) => ({ kid, state, key: ed25519FromSeed(bytes) })),
    atFirst: (error) => {
      if ((error as NodeJS.ErrnoException | null)?.code !== 'ENOENT') report(error);
      return [];
    },
    onProblem: report,
    checkEveryMs: 0,
  });
}

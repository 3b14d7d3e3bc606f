/** The key file of one service, read again when it changes. */
import { z } from 'zod';
import { INTERNAL_CALLERS } from './contracts/ports.ts';
import { SetupError } from './errors.ts';
import { keyState } from './keyring.ts';
import { watchFile } from './watchedFile.ts';

const derivedKey = z.strictObject({ kid: z.string(), state: keyState, value: z.string() });
export type DerivedKey = z.infer<typeof derivedKey>;

/** Content of a key file: the same in a cluster's small Secret and in the local data folder. */
export const serviceKeyFile = z.strictObject({
  service: z.enum(INTERNAL_CALLERS),
  /** Keys to sign with, by the service that is called. */
  calls: z.record(z.string(), z.array(derivedKey)),
  /** Keys to verify with, by the service that calls. */
  callers: z.record(z.string(), z.array(derivedKey)),
  /** Ed25519 keys of egress credentials: private seeds of an issuer, public keys at the proxy. */
  egressSeeds: z.array(derivedKey),
  egressPublic: z.array(z.strictObject({ kid: z.string(), issuer: z.string(), value: z.string() })),
});
export type ServiceKeyFile = z.infer<typeof serviceKeyFile>;

/** Gives the keys as they are now; the same object until they change. */
export type KeySource = () => ServiceKeyFile;

/**
 * Reads a key file and reads it again when it changes; a file that cannot be read or parsed after
 * the first time leaves the last good keys in force and is reported once.
 * @param checkEveryMs how long an answer may be old.
 * @throws SetupError when the file cannot be read the first time.
 */
export function watchKeyFile(
  file: string,
  onProblem: (error: unknown) => void = () => {},
  checkEveryMs = 1000,
): KeySource {
  return watchFile(file, {
    parse: (text) => serviceKeyFile.parse(JSON.parse(text)),
    atFirst: (cause) => {
      throw new SetupError(
        `The key file ${file} cannot be read; start with ./scripts/up, or set KEYS_FILE.`,
        { cause },
      );
    },
    onProblem,
    checkEveryMs,
  });
}

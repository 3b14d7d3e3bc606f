/** The keys of a local installation: the roots, and each service's own derived file. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { readSecretFile, type Environment } from '../core/config.ts';
import { INTERNAL_CALLERS, type InternalCaller } from '../core/contracts/ports.ts';
import { SetupError } from '../core/errors.ts';
import { adoptKey, keyring, newKeyEntry, type Keyring } from '../core/keyring.ts';
import { deriveServiceKeys } from '../core/serviceKeys.ts';
import { signingSeeds } from '../core/tokenKeys.ts';
import type { DataFolder } from './dataFolder.ts';

const LEAST_KEY_LENGTH = 32;

export interface GivenKeys {
  readonly internal: string | undefined;
  readonly jwt: string | undefined;
}

/**
 * The keys of the environment, each by its own variable or in the file that `<variable>_FILE` names.
 * @throws SetupError when such a file cannot be read.
 */
export function givenKeys(env: Environment): GivenKeys {
  const given = (name: string): string | undefined =>
    env[name] || readSecretFile(`${name}_FILE`, env[`${name}_FILE`] || undefined);
  return { internal: given('INTERNAL_API_KEY'), jwt: given('JWT_SECRET') };
}

/** Where each service finds its keys. */
export interface LocalKeys {
  readonly serviceFile: (service: InternalCaller) => string;
  readonly dataKeyFile: string;
  readonly jwtFile: string;
}

/**
 * Makes the roots that are missing, adopts INTERNAL_API_KEY and JWT_SECRET where they are given
 * (an adopted key is never written), and writes the derived file of each service.
 * @throws SetupError when a given key is shorter than 32 characters.
 */
export function prepareKeys(folder: DataFolder, given: GivenKeys, now: Date): LocalKeys {
  mkdirSync(folder.at('keys'), { recursive: true, mode: 0o700 });
  const internal = rootRing(folder, 'internal-key', 'INTERNAL_API_KEY', given.internal, now);
  const jwt = rootRing(folder, 'jwt-secret', 'JWT_SECRET', given.jwt, now);
  rootRing(folder, 'data-key', '', undefined, now);
  for (const service of INTERNAL_CALLERS)
    folder.writePrivate(
      `keys/${service}.json`,
      JSON.stringify(deriveServiceKeys(internal, service)),
    );
  // Beside the api's own file, as in a cluster's small Secret.
  folder.writePrivate('keys/jwt.json', JSON.stringify({ keys: signingSeeds(jwt) }));
  return {
    serviceFile: (service) => folder.at('keys', `${service}.json`),
    dataKeyFile: folder.at('keys', 'data-key.json'),
    jwtFile: folder.at('keys', 'jwt-secret.json'),
  };
}

function rootRing(
  folder: DataFolder,
  name: string,
  variable: string,
  given: string | undefined,
  now: Date,
): Keyring {
  if (given !== undefined && given !== '') {
    if (given.length < LEAST_KEY_LENGTH)
      throw new SetupError(
        `${variable} is shorter than ${LEAST_KEY_LENGTH} characters; make a new one with \`npx duckmon generate-keys\`.`,
      );
    return { keys: [adoptKey(given, now)] };
  }
  const file = folder.at('keys', `${name}.json`);
  if (!existsSync(file))
    folder.writePrivate(`keys/${name}.json`, JSON.stringify({ keys: [newKeyEntry(now)] }));
  const parsed = keyring.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success)
    throw new SetupError(
      `The key file ${file} is damaged; restore it from a backup of the data folder.`,
    );
  return parsed.data;
}

/** A secret to be shown or stored once: 256 random bits, URL-safe. */
export const newBearerSecret = (): string => randomBytes(32).toString('base64url');

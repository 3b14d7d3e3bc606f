/** Seals values under the data key itself: authenticator apps, and Secrets of the older form. */
import { currentKey, deriveKey, type KeyEntry, type Keyring } from '../../core/keyring.ts';
import { openBox, SealError, sealBox } from './box.ts';

export { SealError } from './box.ts';

/** The form in which a Secret lies in the database. */
export interface Sealed {
  readonly content: Buffer;
  /** Name of the key it was sealed with. */
  readonly dataKeyId: string;
}

/** Where a Secret belongs: its content opens nowhere else. */
export interface SealedPlace {
  readonly workspace: string;
  readonly name: string;
}

/**
 * The entry to seal with.
 * @throws SealError when the keyring has no current key
 */
export function sealingKey(keys: Keyring): KeyEntry {
  const key = currentKey(keys.keys);
  if (!key) throw new SealError('The data key ring has no current key');
  return key;
}

/** @throws SealError when the key is gone */
export function openingKey(keys: Keyring, kid: string | null): KeyEntry {
  const key = keys.keys.find((entry) => entry.kid === kid);
  if (!key) throw new SealError('The data key that sealed this secret is not in the key ring');
  return key;
}

/**
 * Seals values by key.
 * @throws SealError when the keyring has no current key
 */
export function sealValues(
  keys: Keyring,
  place: SealedPlace,
  values: Readonly<Record<string, string>>,
): Sealed {
  const key = sealingKey(keys);
  const content = sealBox(1, secretKey(key), boundTo(place), Buffer.from(JSON.stringify(values)));
  return { content, dataKeyId: key.kid };
}

/**
 * Opens what `sealValues` sealed, for the same workspace and name.
 * @throws SealError when the key is gone, or the content was changed or belongs elsewhere
 */
export function openValues(
  keys: Keyring,
  place: SealedPlace,
  { content, dataKeyId }: { readonly content: Uint8Array; readonly dataKeyId: string | null },
): Record<string, string> {
  const key = openingKey(keys, dataKeyId);
  const bytes = openBox(1, secretKey(key), boundTo(place), content);
  return JSON.parse(bytes.toString('utf8')) as Record<string, string>;
}

const secretKey = (root: KeyEntry): Buffer => deriveKey(root, 'secrets/aes-256-gcm');

const boundTo = ({ workspace, name }: SealedPlace): readonly string[] => [workspace, name];

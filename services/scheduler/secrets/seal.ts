/** Seals the values of a Secret with AES-256-GCM, bound to their workspace and name. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { currentKey, deriveKey, type KeyEntry, type Keyring } from '../../core/keyring.ts';

/** The form in which a Secret lies in the database. */
export interface Sealed {
  readonly content: Buffer;
  /** Name of the data key it was sealed with. */
  readonly dataKeyId: string;
}

/** Where a Secret belongs: its content opens nowhere else. */
export interface SealedPlace {
  readonly workspace: string;
  readonly name: string;
}

/** A sealed content that does not open; says nothing of the content. */
export class SealError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SealError';
  }
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * Seals values by key. The content is: version, nonce, tag, ciphertext.
 * @throws SealError when the keyring has no current key
 */
export function sealValues(
  keys: Keyring,
  place: SealedPlace,
  values: Readonly<Record<string, string>>,
): Sealed {
  const key = currentKey(keys.keys);
  if (!key) throw new SealError('The data key ring has no current key');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', secretKey(key), nonce);
  cipher.setAAD(boundTo(place));
  const text = Buffer.concat([cipher.update(JSON.stringify(values), 'utf8'), cipher.final()]);
  const content = Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), text]);
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
  const key = keys.keys.find((entry) => entry.kid === dataKeyId);
  if (!key) throw new SealError('The data key that sealed this secret is not in the key ring');
  const bytes = Buffer.from(content);
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION)
    throw new SealError('The sealed secret has no form that is known');
  const decipher = createDecipheriv(
    'aes-256-gcm',
    secretKey(key),
    bytes.subarray(1, 1 + NONCE_BYTES),
  );
  decipher.setAAD(boundTo(place));
  decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()]);
    return JSON.parse(text.toString('utf8')) as Record<string, string>;
  } catch (error) {
    throw new SealError('The sealed secret does not open: it was changed or belongs elsewhere', {
      cause: error,
    });
  }
}

const secretKey = (root: KeyEntry): Buffer => deriveKey(root, 'secrets/aes-256-gcm');

/** JSON keeps `a/b` + `c` and `a` + `b/c` apart. */
const boundTo = ({ workspace, name }: SealedPlace): Buffer =>
  Buffer.from(JSON.stringify([workspace, name]));

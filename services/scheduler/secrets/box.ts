/** Bytes that are sealed with AES-256-GCM: form, nonce, tag, ciphertext. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A sealed content that does not open; says nothing of the content. */
export class SealError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SealError';
  }
}

/** 1: under the data key itself; 2: under the key of a workspace, or that key. */
export type Form = 1 | 2;

/** What a content belongs to: it opens with nothing else. */
export type BoundTo = readonly (string | number)[];

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** The form of a content; undefined for none that is known. */
export function formOf(content: Uint8Array): Form | undefined {
  const [form] = content;
  return form === 1 || form === 2 ? form : undefined;
}

/** 96 random bits: of a million, two are the same once in 10^17 times. */
export const newNonce = (): Buffer => randomBytes(NONCE_BYTES);

/** Seals bytes under a key of 32 bytes. */
export function sealBox(form: Form, key: Buffer, boundTo: BoundTo, bytes: Uint8Array): Buffer {
  const nonce = newNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associated(boundTo));
  const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([Buffer.from([form]), nonce, cipher.getAuthTag(), text]);
}

/** @throws SealError when it has another form, was changed, or belongs elsewhere */
export function openBox(form: Form, key: Buffer, boundTo: BoundTo, content: Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  if (bytes.length < HEAD_BYTES || formOf(bytes) !== form)
    throw new SealError('The sealed secret has no form that is known');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE_BYTES));
  decipher.setAAD(associated(boundTo));
  decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()]);
  } catch (error) {
    throw new SealError('The sealed secret does not open: it was changed or belongs elsewhere', {
      cause: error,
    });
  }
}

/** JSON keeps `a/b` + `c` and `a` + `b/c` apart. */
const associated = (boundTo: BoundTo): Buffer => Buffer.from(JSON.stringify(boundTo));
